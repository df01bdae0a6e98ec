"""Every kind of page that a visitor, a steward or an administrator meets, and axe on each.

Used by tests/test_accessible.py and benchmarks/axe.py.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from stack.live import LiveSite

#: Languages by the prefix of an address; widths of a desktop and of a phone, in pixels.
LANGUAGES = {"th": "", "en": "/en"}
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
VIEWS = tuple(itertools.product(LANGUAGES, WIDTHS))

#: Chromium asks nobody outside for anything.
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
]

#: Every rule of WCAG 2.2 A and AA and of best practice; axe leaves out the size of targets
#: unless it is asked for. AAA and what axe calls experimental are no violations.
_OPTIONS = {
    "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False,
}

_ASK = """options => axe.run(document, options).then(found => found.violations.flatMap(rule =>
  rule.nodes.map(node => ({
    rule: rule.id, impact: rule.impact, where: node.target.flat().join(' '),
    html: node.html.slice(0, 300), why: node.failureSummary,
  }))))"""

#: Sends a form, emptied or as it stands, past the browser's own checks.
_SUBMIT = """([selector, emptied, typed]) => {
  const form = document.querySelector(selector);
  if (emptied) {
    form.querySelectorAll('input[type=text], input:not([type]), textarea')
      .forEach(input => { input.value = ''; });
  }
  if (typed) form.querySelector(typed).value = 'ก';
  form.insertAdjacentHTML('beforeend', '<input type="hidden" name="save" value="go-metadata">');
  HTMLFormElement.prototype.submit.call(form);
}"""

PASSWORD = "รหัสผ่านของเจ้าหน้าที่"
_WHY = {"note": "ตามหนังสือเวียน"}
_SYSADMIN_PASSWORD = "sysadmin-of-a-test"


class Stop(NamedTuple):
    """A kind of page.

    Attributes:
        name: what it is called in reports.
        who: ``visitor``, ``steward`` (administrator of the organization) or ``sysadmin``.
        path: its address, without language, with {names} of prepare()'s answer.
        act: what the person does on it before it is looked at.
        status: of the HTTP answer.
        ours: whether stock CKAN does not have it.
    """

    name: str
    who: str
    path: str
    act: Callable[[Page, LiveSite], None] | None = None
    status: int = 200
    ours: bool = False


def _send(form: str, typed: str = "") -> Callable[[Page, LiveSite], None]:
    """Send a form emptied, but for the field ``typed``: it comes back with what is wrong."""

    def send(page: Page, _: LiveSite) -> None:
        with page.expect_navigation():
            page.evaluate(_SUBMIT, [form, True, typed])
        page.locator(".error-explanation, .error-block, .gdc-errors").first.wait_for(timeout=5000)

    return send


def _wrong_password(page: Page, _: LiveSite) -> None:
    page.locator("#field-login").fill("steward")
    page.locator("#field-password").fill("?")
    with page.expect_navigation():
        page.locator("#field-password").press("Enter")


def _conflict(page: Page, site: LiveSite) -> None:
    """Somebody else saves the record while the form is open."""
    site.api("package_patch", id="record-0", notes=f"อีกคนหนึ่งแก้ไข {page.url} {id(page)}")
    page.locator("#field-notes").fill("ฉันแก้ไข")
    with page.expect_navigation():
        page.evaluate(_SUBMIT, ["#dataset-edit", False, ""])
    page.locator(".gdc-conflict").first.wait_for()


def _table(page: Page, _: LiveSite) -> None:
    """Wait for the table: until then its page is hidden."""
    frame = page.locator("iframe").first
    inside = frame.content_frame if "/view/" not in page.url else page
    inside.locator("tbody td").first.wait_for(timeout=10_000)


def _press_save(page: Page, _: LiveSite) -> None:
    """Press the button that saves: the browser checks before anything is sent."""
    page.locator("#dataset-edit button[name=save]").first.click()
    page.locator("[role=alert]").first.wait_for(timeout=10_000)


def _calendar(page: Page, _: LiveSite) -> None:
    """Open the calendar of a date."""
    page.locator(".gdc-date-button:visible").first.click()


def _add_nothing(page: Page, _: LiveSite) -> None:
    """Send the form for several resources empty, as a browser without scripts would."""
    with page.expect_navigation():
        page.evaluate(
            "HTMLFormElement.prototype.submit.call("
            "document.querySelector('form[enctype=\"multipart/form-data\"]'))"
        )
    page.locator(".gdc-errors").first.wait_for(timeout=5000)


def _send_admins(page: Page, _: LiveSite) -> None:
    """Send a form of the catalog managers as it stands: nothing is typed in, so it is refused."""
    with page.expect_navigation():
        page.locator("main form[method=post] [type=submit]:visible").last.click()
    page.locator(".gdc-errors").first.wait_for(timeout=5000)


def _find_nothing(page: Page, _: LiveSite) -> None:
    """Type what no row has into the search of a list."""
    page.locator("#gdc-find").press_sequentially("zzzz")
    page.locator("[data-gdc-words]:visible").first.wait_for(state="hidden", timeout=5000)


def _open_facts(page: Page, _: LiveSite) -> None:
    """Open what else a list says of its codes."""
    page.locator(".gdc-code-facts summary").first.click()


def _move_down(page: Page, _: LiveSite) -> None:
    """Move the first code down by keyboard: the focus stays on its button."""
    button = page.locator("[data-gdc-move='1']").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.gdcMove") == "1"
    page.locator("[data-gdc-said]:not(:empty)").wait_for(timeout=5000)


def _drag_down(page: Page, _: LiveSite) -> None:
    """Drag the first code below the third."""
    handles = page.locator("[data-gdc-handle]")
    name = page.locator("[data-gdc-codes] > li").first.get_attribute("data-name")
    below = handles.nth(2).bounding_box()
    handles.first.hover()
    page.mouse.down()
    assert below
    page.mouse.move(below["x"] + 5, below["y"] + below["height"] + 15, steps=8)
    page.mouse.up()
    assert page.locator("[data-gdc-codes] > li").first.get_attribute("data-name") != name


def _code_conflict(page: Page, site: LiveSite) -> None:
    """Somebody else words the code while the form is open."""
    said = f"Meanwhile {time.monotonic()}"
    site.api("gdc_code_update", list="tour", code="01", en=said, **_WHY)
    page.locator("#field-en").fill("Mine")
    page.locator("#field-note").fill("ทดสอบ")
    with page.expect_navigation():
        page.locator(".gdc-admin-buttons [type=submit]").click()
    page.locator(".gdc-now").first.wait_for(timeout=5000)


def _order_conflict(page: Page, site: LiveSite) -> None:
    """Somebody else changes the list while its order is open."""
    site.api("gdc_code_update", list="tour", code="02", en=f"Two {time.monotonic()}", **_WHY)
    page.locator("[data-gdc-move='1']").first.click()
    page.locator("#field-note").fill("ทดสอบ")
    with page.expect_navigation():
        page.locator(".gdc-admin-buttons [type=submit]").click()
    page.locator(".gdc-errors").first.wait_for(timeout=5000)


def _look_at_file(page: Page, text: str) -> None:
    page.locator("[name=paste]").fill(text)
    with page.expect_navigation():
        page.locator(".gdc-import-form [type=submit]").click()


def _refused_file(page: Page, _: LiveSite) -> None:
    """Paste a table in which a code has a form that the list does not know."""
    _look_at_file(page, "code,th,en\n01,ใหม่,New\n55,เพิ่ม,Added\nxx!,ผิด,Wrong\n")


def _good_file(page: Page, site: LiveSite) -> None:
    """Paste a table and confirm it without a reason."""
    _look_at_file(page, "code,th,en\n01,ใหม่,New\n55,เพิ่ม,Added\n")
    with page.expect_navigation():
        page.locator(".btn[value=save]").click()
    page.locator(".gdc-errors").first.wait_for(timeout=5000)


def _press(page: Page, button: str) -> None:
    """Press a button of a form for the rules, by its value."""
    with page.expect_navigation():
        page.locator(f"button[value='{button}']:visible").last.click()


def _own_stars(page: Page, _: LiveSite) -> None:
    """Choose the site's own set of stars: its boxes come into sight."""
    page.locator("input[name=star_set][value=custom]").check()


def _see_effect(page: Page, _: LiveSite) -> None:
    """See what the other set of stars would mean."""
    page.locator("input[name=star_set][value='guideline-1.0']").check()
    _press(page, "look")


def _no_reason(page: Page, site: LiveSite) -> None:
    """Confirm a change of the rules without a reason."""
    _see_effect(page, site)
    _press(page, "save")


def _condition(page: Page, _: LiveSite) -> None:
    """Ask for a field of one data type; nothing is saved yet."""
    page.locator("#field-field").select_option("maintainer")
    page.locator("input[name=data_types]").first.check()
    _press(page, "add")


def _no_category(page: Page, _: LiveSite) -> None:
    """Leave a licence without a category: it is refused."""
    for box in page.locator("input[name='for:1']:checked").all():
        box.uncheck()
    _press(page, "look")


def _lists_stops() -> list[Stop]:
    """The pages on code lists, their replacements, the history and the managers."""
    lists = "/catalog-admin/lists"
    own, code = f"{lists}/tour", f"{lists}/tour/01"
    replacements, change = "/catalog-admin/replacements", "/catalog-admin/history/{own_change}/undo"
    stops: tuple[tuple[str, str, Callable[[Page, LiveSite], None] | None], ...] = (
        ("lists", lists, None),
        ("lists, none found", lists, _find_nothing),
        ("list", f"{lists}/license_id", _open_facts),
        ("list, none found", f"{lists}/objective", _find_nothing),
        ("list, own", own, None),
        ("list, field refused", own, _send_admins),
        ("list, new", "/catalog-admin/new-list", None),
        ("list, new refused", "/catalog-admin/new-list", _send_admins),
        ("code, new", f"{lists}/license_id/new", None),
        ("code, new refused", f"{lists}/license_id/new", _send_admins),
        ("code, edit", f"{lists}/data_category/1/edit", None),
        ("code, conflict", f"{code}/edit", _code_conflict),
        ("order", f"{lists}/objective/order", _move_down),
        ("order, dragged", f"{lists}/objective/order", _drag_down),
        ("order, conflict", f"{own}/order", _order_conflict),
        ("code, retire", f"{lists}/objective/01/retire", None),
        ("code, retire refused", f"{lists}/objective/01/retire", _send_admins),
        ("code, back in use", f"{own}/03/reactivate", None),
        ("code, delete", f"{code}/delete", None),
        ("import", f"{lists}/objective/import", None),
        ("import, refused", f"{lists}/objective/import", _send_admins),
        ("import, look", f"{lists}/objective/import", _refused_file),
        ("import, no reason", f"{lists}/objective/import", _good_file),
        ("replace", f"{lists}/objective/11/replace", None),
        ("replace, effect", f"{lists}/objective/11/replace?by=99", None),
        ("replace, no reason", f"{lists}/objective/11/replace?by=99", _send_admins),
        ("replacements", replacements, None),
        ("replacement, failed", f"{replacements}/{{failed}}", None),
        ("replacement, waiting", f"{replacements}/{{waiting}}", None),
        ("replacement, undo", f"{replacements}/{{finished}}/undo", None),
        ("replacement, undo refused", f"{replacements}/{{finished}}/undo", _send_admins),
        ("history", "/catalog-admin/history", None),
        ("history of a list", "/catalog-admin/history?list=tour", None),
        ("change, undo", change, None),
        ("change, undo refused", change, _send_admins),
        ("managers", "/catalog-admin/managers", None),
        ("managers, refused", "/catalog-admin/managers", _send_admins),
        ("manager, remove", "/catalog-admin/managers/manager/remove", None),
    )
    return [
        *(Stop(f"manage: {name}", "sysadmin", path, act, ours=True) for name, path, act in stops),
        Stop("manage: not allowed", "steward", lists, status=403, ours=True),
    ]


STOPS = (
    Stop("front", "visitor", "/"),
    Stop("search", "visitor", "/dataset/"),
    Stop("search without results", "visitor", "/dataset/?q=zzzzzz"),
    Stop("record", "visitor", "/dataset/record-0"),
    Stop("resource", "visitor", "/dataset/record-0/resource/{resource}"),
    Stop("resource with a table", "visitor", "/dataset/record-1/resource/{table}", _table),
    Stop("table alone", "visitor", "/dataset/record-1/resource/{table}/view/{view}", _table),
    Stop("organizations", "visitor", "/organization/"),
    Stop("organization", "visitor", "/organization/agency"),
    Stop("organization, about", "visitor", "/organization/about/agency"),
    Stop("groups", "visitor", "/group/"),
    Stop("group", "visitor", "/group/theme"),
    Stop("group, about", "visitor", "/group/about/theme"),
    Stop("about", "visitor", "/about"),
    Stop("guide to the fields", "visitor", "/guide/fields", ours=True),
    Stop("login", "visitor", "/user/login"),
    Stop("login refused", "visitor", "/user/login", _wrong_password),
    Stop("logged out", "visitor", "/user/logged_out_redirect"),
    Stop("password reset", "visitor", "/user/reset"),
    Stop("page that is not there", "visitor", "/nowhere", status=404),
    Stop("record that is not there", "visitor", "/dataset/nowhere", status=404),
    Stop("record of the steward", "steward", "/dataset/record-0"),
    Stop("record, activity", "steward", "/dataset/activity/record-0"),
    Stop("record, changes", "steward", "/dataset/changes/{change}"),
    Stop("record, groups", "steward", "/dataset/groups/record-0"),
    Stop("record, followers", "sysadmin", "/dataset/followers/record-0"),
    Stop("record, new", "steward", "/dataset/new"),
    Stop("record, refused", "steward", "/dataset/new", _send("#dataset-edit")),
    Stop("record, refused in the browser", "steward", "/dataset/new", _press_save, ours=True),
    Stop("record, another like this", "steward", "/dataset/new?like=record-0", ours=True),
    Stop("calendar", "steward", "/dataset/new", _calendar, ours=True),
    Stop("record, edit", "steward", "/dataset/edit/record-0"),
    Stop("record, conflict", "steward", "/dataset/edit/record-0", _conflict, ours=True),
    Stop("record, delete", "steward", "/dataset/delete/record-0"),
    Stop("record, withdraw", "steward", "/dataset/withdraw/record-0", ours=True),
    Stop("record, reinstate", "steward", "/dataset/reinstate/record-2", ours=True),
    Stop("record, withdrawn", "steward", "/dataset/record-2", ours=True),
    Stop("resources", "steward", "/dataset/resources/record-0"),
    Stop("resources, refused", "steward", "/dataset/resources/record-0", _add_nothing, ours=True),
    Stop("resource of the steward", "steward", "/dataset/record-0/resource/{resource}"),
    Stop("resource, new", "steward", "/dataset/record-0/resource/new"),
    Stop(
        "resource, refused", "steward", "/dataset/record-0/resource/new",
        # Without a word in it CKAN takes the form for "nothing more to add".
        _send("#resource-edit", "#field-description"),
    ),
    Stop("resource, edit", "steward", "/dataset/record-0/resource/{resource}/edit"),
    Stop("resource, delete", "steward", "/dataset/record-0/resource/{resource}/delete"),
    Stop("resource, data dictionary", "steward", "/dataset/record-1/dictionary/{table}"),
    Stop("resource, views", "steward", "/dataset/record-1/resource/{table}/views"),
    Stop(
        "resource, new view", "steward",
        "/dataset/record-1/resource/{table}/new_view?view_type=datatables_view",
    ),
    Stop(
        "resource, edit view", "steward", "/dataset/record-1/resource/{table}/edit_view/{view}"
    ),
    Stop("organization, activity", "steward", "/organization/activity/agency"),
    Stop("organization, edit", "steward", "/organization/edit/agency"),
    Stop(
        "organization, refused", "steward", "/organization/edit/agency",
        _send("form.form-horizontal, #organization-edit-form, #group-edit"),
    ),
    Stop("organization, manage members", "steward", "/organization/manage_members/agency"),
    Stop("organization, members", "steward", "/organization/members/agency"),
    Stop("organization, new member", "steward", "/organization/member_new/agency"),
    Stop("organization, bulk", "steward", "/organization/bulk_process/agency"),
    Stop("organization, delete", "sysadmin", "/organization/delete/agency"),
    Stop("organization, new", "sysadmin", "/organization/new"),
    Stop("dashboard, news", "steward", "/dashboard/"),
    Stop("dashboard, records", "steward", "/dashboard/datasets"),
    Stop("dashboard, organizations", "steward", "/dashboard/organizations"),
    Stop("dashboard, groups", "steward", "/dashboard/groups"),
    Stop("dashboard, my records", "steward", "/dashboard/records", ours=True),
    Stop("dashboard, due", "steward", "/dashboard/records?list=due", ours=True),
    Stop("dashboard, last edited", "steward", "/dashboard/records?list=edited", ours=True),
    Stop("dashboard, incomplete", "steward", "/dashboard/incomplete", ours=True),
    Stop("dashboard, withdrawn", "steward", "/dashboard/withdrawn", ours=True),
    Stop("my account", "steward", "/user/steward"),
    Stop("my account, organizations", "steward", "/user/steward/organizations"),
    Stop("my account, groups", "steward", "/user/steward/groups"),
    Stop("my account, activity", "steward", "/user/activity/steward"),
    Stop("my account, edit", "steward", "/user/edit/steward"),
    Stop("my account, refused", "steward", "/user/edit/steward", _send("#user-edit-form")),
    Stop("my account, API tokens", "steward", "/user/steward/api-tokens"),
    Stop("logging in again", "steward", "/user/login"),
    Stop("not allowed", "steward", "/ckan-admin/", status=403),
    Stop("users", "sysadmin", "/user/"),
    Stop("user, new", "sysadmin", "/user/register"),
    Stop("user, refused", "sysadmin", "/user/register", _send("#user-register-form")),
    Stop("user, delete", "sysadmin", "/user/delete/steward"),
    Stop("group, new", "sysadmin", "/group/new"),
    Stop("group, edit", "sysadmin", "/group/edit/theme"),
    Stop("group, members", "sysadmin", "/group/manage_members/theme"),
    Stop("admin", "sysadmin", "/ckan-admin/"),
    Stop("admin, settings", "sysadmin", "/ckan-admin/config"),
    Stop("admin, reset settings", "sysadmin", "/ckan-admin/reset_config"),
    Stop("admin, trash", "sysadmin", "/ckan-admin/trash"),
    *_lists_stops(),
    Stop("rules", "sysadmin", "/catalog-admin/rules", ours=True),
    Stop("rules, stars", "sysadmin", "/catalog-admin/rules/stars", _own_stars, ours=True),
    Stop("rules, effect", "sysadmin", "/catalog-admin/rules/stars", _see_effect, ours=True),
    Stop("rules, no reason", "sysadmin", "/catalog-admin/rules/stars", _no_reason, ours=True),
    Stop("rules, mandatory", "sysadmin", "/catalog-admin/rules/mandatory", _condition, ours=True),
    Stop("rules, fields", "sysadmin", "/catalog-admin/rules/fields", ours=True),
    Stop("rules, field", "sysadmin", "/catalog-admin/rules/fields/dataset/notes", ours=True),
    Stop(
        "rules, agreements", "sysadmin", "/catalog-admin/rules/agreements/license_id",
        _no_category, ours=True,
    ),
)


def make_steward(site: LiveSite) -> None:
    """Make the account ``steward``, an administrator of ``agency``."""
    site.api("user_create", name="steward", email="steward@example.go.th", password=PASSWORD)
    site.api("organization_member_create", id="agency", username="steward", role="admin")


def _change_lists(site: LiveSite) -> dict[str, str]:
    """A list of the site's own, a manager, and a replacement in each state; their numbers."""
    codes = [{"code": f"{n:02}", "th": f"เครื่องมือ {n}", "en": f"Tool {n}"} for n in range(1, 13)]
    site.api("gdc_code_list_create", list="tour", th="เครื่องมือเก็บข้อมูล", en="Tools",
             pattern="[0-9]{2}", codes=codes, **_WHY)
    own = site.api("gdc_code_retire", list="tour", code="03", **_WHY)["change"]
    site.api("user_create", name="manager", email="manager@example.go.th", password=PASSWORD)
    site.api("gdc_manager_set", user="manager", manager=True, **_WHY)

    def replaced(name: str, old: str, new: str) -> str:
        return str(site.api("gdc_code_replace", list=name, code=old, by=new, dry_run=False,
                            **_WHY)["id"])

    # The second one fails: the code asks for free text that no record has.
    finished, failed = replaced("geo_coverage", "06", "05"), replaced("objective", "09", "99")
    site.start("worker")
    deadline = time.monotonic() + 120
    while any(
        site.api("gdc_replacement_show", id=one)["state"] != "done" for one in (finished, failed)
    ):
        assert time.monotonic() < deadline, site.tail("worker")
        time.sleep(0.2)
    site.stop("worker")
    return {"own_change": str(own), "finished": finished, "failed": failed,
            "waiting": replaced("data_format", "02", "04")}


def prepare(
    site: LiveSite, record: Callable[[int], dict[str, Any]], ours: bool = True
) -> dict[str, str]:
    """Fill a catalog that has the organization ``agency``; return the names for the paths.

    Args:
        site: ours or a stock one.
        record: gives a record of ``agency`` by its number, with the name ``record-<number>``.
        ours: whether it is ours.
    """
    site.api("group_create", name="theme", title="สาธารณสุข", description="เรื่องของสุขภาพ")
    make_steward(site)
    first, second = (site.api("package_create", **record(number)) for number in (0, 1))
    if ours:
        third = site.api("package_create", **record(2))
        site.api("gdc_record_withdraw", id=third["id"], reason="ยกเลิกการจัดเก็บข้อมูล")
    site.api("package_patch", id="record-0", notes="แก้ไขแล้ว")
    site.api("member_create", id="theme", object="record-0", object_type="package",
             capacity="public")
    table = second["resources"][0]["id"]
    site.api(
        "datastore_create", resource_id=table, force=True,
        fields=[{"id": "ปี", "type": "text"}, {"id": "จำนวน", "type": "int"}],
        records=[{"ปี": str(year), "จำนวน": year} for year in range(2550, 2569)],
    )
    view = site.api(
        "resource_view_create", resource_id=table, view_type="datatables_view", title="ตาราง"
    )
    changes = site.api("package_activity_list", id="record-0")
    return {
        **(_change_lists(site) if ours else {}),
        "resource": first["resources"][0]["id"], "table": table, "view": view["id"],
        "change": changes[0]["id"],
    }


@contextlib.contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The Chromium of the machine.

    Raises:
        FileNotFoundError: there is none.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        raise FileNotFoundError("Chromium is not installed")
    browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
    yield browser
    browser.close()


def log_in(browser: Browser, site: LiveSite, who: str) -> BrowserContext:
    """A browser's window of somebody, with axe in each of its pages and frames."""
    context = browser.new_context(base_url=site.url, locale="th-TH", reduced_motion="reduce")
    context.add_init_script(AXE_SCRIPT)
    if who != "visitor":
        page = context.new_page()
        page.goto("/user/login")
        page.locator("#field-login").fill(who)
        page.locator("#field-password").fill(
            PASSWORD if who == "steward" else _SYSADMIN_PASSWORD
        )
        with page.expect_navigation():
            page.locator("#field-password").press("Enter")
        page.close()
    return context


def look(
    page: Page, site: LiveSite, stop: Stop, names: Mapping[str, str],
    views: Collection[tuple[str, str]] = VIEWS,
) -> dict[tuple[str, str], list[dict[str, str]]]:
    """What axe finds, by language and width: rule, impact, where, html, why of each node.

    Args:
        page: of whoever the stop is for.
        site: the catalog, prepared.
        stop: where to look.
        names: what stands in addresses.
        views: the languages and widths in which the page is looked at.

    Raises:
        AssertionError: the page is not the one that was asked for.
    """
    found = {}
    for language, prefix in LANGUAGES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        path = prefix + stop.path.format(**names)
        answer = page.goto(path)
        assert answer and answer.status == stop.status, (path, answer and answer.status)
        if stop.act:
            stop.act(page, site)
        for device, (width, height) in WIDTHS.items():
            if (language, device) in views:
                page.set_viewport_size({"width": width, "height": height})
                found[language, device] = page.evaluate(_ASK, _OPTIONS)
    return found
