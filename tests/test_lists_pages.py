"""The pages on which catalog managers look after code lists, the history and each other."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers

from ckanext.thai_gdc import codes, settings
from ckanext.thai_gdc.admin import views
from ckanext.thai_gdc.codes import site

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index", "as_shipped")

WHY = {"note": "ตามหนังสือเวียน"}

PAGES = (
    "/catalog-admin/lists", "/catalog-admin/new-list", "/catalog-admin/lists/data_type",
    "/catalog-admin/lists/data_type/order", "/catalog-admin/lists/data_type/new",
    "/catalog-admin/lists/data_type/2/edit", "/catalog-admin/lists/data_type/2/retire",
    "/catalog-admin/lists/data_category/5/reactivate", "/catalog-admin/lists/data_type/2/delete",
    "/catalog-admin/history", "/catalog-admin/history.csv",
)


class Reader:
    """What somebody's browser does without a script."""

    def __init__(self, app: Any, user: dict[str, Any] | None) -> None:
        self._app = app
        self.headers = {"Authorization": user["token"]} if user else {}

    def get(self, path: str, status: int = 200) -> BeautifulSoup:
        """The page at a path."""
        answer = self._app.get(
            path, headers=self.headers, status=status, follow_redirects=False)
        return BeautifulSoup(answer.body, "html.parser")

    def post(self, path: str, sent: dict[str, Any], status: int | None = None) -> BeautifulSoup:
        """The page that answers a form, after the redirect if it was taken."""
        answer = self._app.post(path, data=sent, headers=self.headers, status=status,
                                follow_redirects=True)
        return BeautifulSoup(answer.body, "html.parser")


def said(page: BeautifulSoup, chosen: str) -> list[str]:
    """The texts of what a selector finds, with single blanks."""
    return [" ".join(found.get_text(" ").split()) for found in page.select(chosen)]


def value_of(page: BeautifulSoup, name: str) -> str:
    """What stands in a field of a form."""
    found = page.select_one(f"[name={name}]")
    assert found, name
    return found.text.strip() if found.name == "textarea" else str(found.get("value") or "")


@pytest.fixture
def change(app: Any) -> Callable[..., Any]:
    """Calls an action as a sysadmin, outside of the requests that the test makes."""
    name = factories.Sysadmin()["name"]

    def call(action: str, /, **data: Any) -> Any:
        with app.flask_app.test_request_context():
            return helpers.call_action(
                action, {"user": name, "ignore_auth": False}, **{**WHY, **data})

    return call


@pytest.fixture
def boss(app: Any) -> Reader:
    """A system administrator."""
    return Reader(app, factories.SysadminWithToken())


@pytest.fixture
def manager(app: Any, change: Callable[..., Any]) -> Reader:
    """A catalog manager without any other right."""
    user = factories.UserWithToken(name="manager", fullname="สมหญิง")
    change("gdc_manager_set", user=user["name"], manager=True)
    return Reader(app, user)


@pytest.fixture
def record(app: Any) -> None:
    """A record with a file, both with codes."""
    organization = factories.Organization(org_code="1000")
    helpers.call_action(
        "package_create", {"user": factories.Sysadmin()["name"]}, name="rec", title="ก",
        owner_org=organization["id"], data_type="2", maintainer="ก", notes="ก",
        maintainer_email="a@example.go.th", tag_string="สุขภาพ", objective=["09"], data_source="ก",
        update_frequency_unit="A", update_frequency_interval="1", geo_coverage="06",
        data_format=["02"], data_category="1", license_id="1", last_updated_date="2021-03-16",
        first_year_of_data="2560", last_year_of_data="2561", disaggregate=["01"],
        resources=[{
            "url": "https://example.go.th/1.csv", "name": "ก", "format": "CSV",
            "resource_disaggregate": ["02", "03"],
            "data_dictionary": [{"name": "จำนวน", "type": "integer"}],
        }],
    )


@pytest.mark.parametrize("path", PAGES)
def test_only_managers_come_in(app: Any, path: str, change: Callable[..., Any]) -> None:
    """Visitors are asked to log in, users are refused; a manager's page has its heading."""
    answer = app.get(path, follow_redirects=False)
    assert answer.status_code == 302 and "/user/login" in answer.headers["Location"]
    user = factories.UserWithToken()
    Reader(app, user).get(path, status=403)
    change("gdc_manager_set", user=user["name"], manager=True)
    page = Reader(app, user).get(path)
    assert path.endswith(".csv") or len(page.select("h1")) == 1


@pytest.mark.parametrize("path", [
    "/catalog-admin/lists/nothing", "/catalog-admin/lists/nothing/order",
    "/catalog-admin/lists/nothing/new", "/catalog-admin/lists/data_type/77/edit",
    "/catalog-admin/lists/data_type/77/retire", "/catalog-admin/history?list=nothing",
    "/catalog-admin/history/77/undo", "/catalog-admin/history/x/undo",
    "/catalog-admin/managers/nobody/remove",
    "/catalog-admin/lists/data_type/2/decide?attribute=en&choice=site",
])
def test_what_is_not_there_is_a_page_of_its_own(boss: Reader, path: str) -> None:
    """An address of nothing is no failure of the server."""
    boss.get(path, status=404)


@pytest.mark.parametrize(
    "path", [*(p for p in PAGES[1:] if p.endswith(("new", "edit", "order", "retire", "new-list"))),
             "/catalog-admin/managers"])
def test_every_form_carries_its_token(boss: Reader, path: str) -> None:
    """CKAN refuses a form of another site; ours have what it asks for."""
    page = boss.get(path)
    forms = page.select(".gdc-admin form[method=post]")
    assert forms
    assert all(form.select_one("input[name=_csrf_token]") for form in forms)


def test_the_way_in_is_for_managers(app: Any, manager: Reader) -> None:
    """The link in the head of every page is there for who may, and for nobody else."""
    address = "a[href*='/catalog-admin/lists']"
    assert manager.get("/about").select(address)
    assert not Reader(app, factories.UserWithToken()).get("/about").select(address)
    assert not Reader(app, None).get("/about").select(address)


def test_the_short_address_leads_to_the_lists(app: Any, boss: Reader) -> None:
    """In the language of the address."""
    answer = app.get("/en/catalog-admin", headers=boss.headers, follow_redirects=False)
    assert answer.headers["Location"].endswith("/en/catalog-admin/lists")


def test_managers_who_are_no_sysadmins_do_not_see_the_page_of_managers(manager: Reader) -> None:
    """Neither the tab, nor the page, nor the undo of such a change."""
    page = manager.get("/catalog-admin/history")
    assert not page.select("a[href$='/catalog-admin/managers']")
    assert "สมหญิง" in page.text and not page.select("a[href$='/undo']")
    manager.get("/catalog-admin/managers", status=403)
    manager.get(f"/catalog-admin/history/{settings.current().version}/undo", status=403)


def test_all_lists_with_what_the_site_changed(
    boss: Reader, change: Callable[..., Any]
) -> None:
    """Each list with its codes and the fields that use it; a search finds by field and name."""
    change("gdc_code_update", list="data_type", code="2", en="Statistics")
    page = boss.get("/en/catalog-admin/lists")
    rows = said(page, "tbody tr")
    assert len(rows) == len(site.shipped())
    assert "Data type data_type 5 Data type Changed" in rows
    assert sum("Changed" in row for row in rows) == 1
    found = said(boss.get("/en/catalog-admin/lists?q=LICEN"), "tbody th a")
    assert found == ["Licence"]


def test_a_list_counts_its_uses_and_leads_to_the_records(boss: Reader, record: None) -> None:
    """A code that a record carries leads to the search that finds the record."""
    page = boss.get("/en/catalog-admin/lists/data_type")
    rows = {said(row, "th")[0]: row for row in page.select("#gdc-codes tbody tr")}
    assert list(rows) == ["1", "2", "3", "4", "9"]
    [link] = rows["2"].select(".gdc-use a")
    assert link.text.startswith("1 record:")
    assert "rec" in [a["href"].rsplit("/", 1)[-1]
                   for a in boss.get(link["href"]).select(".dataset-heading a")]
    assert not rows["1"].select(".gdc-use a") and said(rows["1"], ".gdc-use") == ["0 records"]
    for name, code, words in (
        ("disaggregate", "03", "Broken down by: Marital status"),
        ("column_type", "integer", "Type: Whole number"),
    ):
        page = boss.get(f"/en/catalog-admin/lists/{name}")
        row = next(row for row in page.select("#gdc-codes tbody tr") if said(row, "th") == [code])
        [link] = row.select(".gdc-use a")
        assert link.text.startswith("1 file or address:")
        page = boss.get(link["href"])
        assert said(page, ".dataset-heading a") == ["ก"]
        assert said(page, ".gdc-filters li a") == [f"Files: {words} (remove this filter)"]


def test_facets_that_a_client_asks_for_carry_labels(record: None) -> None:
    """Whichever coded field it is, not only those by which the pages are narrowed."""
    found = helpers.call_action(
        "package_search", rows=0, **{"facet.field": ["disaggregate", "geo_coverage", "name"]})
    facets = found["search_facets"]
    assert [
        (item["name"], item["display_name"]) for facet in facets.values() for item in facet["items"]
    ] == [("01", "เพศ"), ("06", "จังหวัด"), ("rec", "rec")]


def test_a_long_list_is_searched(boss: Reader) -> None:
    """By code, label or older value; a short list has no search."""
    page = boss.get("/catalog-admin/lists/objective?q=ดัชนี")
    assert said(page, "#gdc-codes tbody th") == ["12"]
    assert not boss.get("/catalog-admin/lists/data_type").select("[data-gdc-find]")


def test_a_code_is_added_and_what_is_wrong_is_said_at_once(manager: Reader) -> None:
    """All mistakes stand at their fields and above, what was typed stays; mended, it is there."""
    path = "/en/catalog-admin/lists/data_type/new"
    typed = {"code": "55", "th": "ข้อมูลสถิติ", "en": "", "legacy": "เสียง\nsound", "note": ""}
    page = manager.post(path, typed)
    links = [a["href"] for a in page.select("[data-gdc-errors] a")]
    assert links == ["#field-code", "#field-th", "#field-en", "#field-note"]
    for name in ("code", "th", "en", "note"):
        field = page.select_one(f"#field-{name}")
        assert field and field["aria-invalid"] == "true"
        assert page.select_one(f"#field-{name}-error")
    assert value_of(page, "th") == "ข้อมูลสถิติ" and value_of(page, "legacy") == "เสียง\nsound"
    page = manager.post(path, {**typed, "code": "5", "th": "ข้อมูลเสียง", "en": "Sound", **WHY})
    assert said(page, "#gdc-codes tbody th") == ["1", "2", "3", "4", "5", "9"]
    assert codes.get("data_type").codes["5"].legacy == ("เสียง", "sound")


def test_a_code_is_edited_as_its_form_has_it(boss: Reader) -> None:
    """Saving the form as it stands changes nothing; a licence says with whom it agrees."""
    path = "/en/catalog-admin/lists/license_id/1/edit"
    page = boss.get(path)
    entry = site.shipped_entry("license_id", "1")
    assert entry
    chosen = [box["value"] for box in page.select("input[name=for][checked]")]
    assert chosen == entry["for"]
    sent = {"th": value_of(page, "th"), "en": value_of(page, "en"), "uri": value_of(page, "uri"),
            "legacy": value_of(page, "legacy"), "for": chosen, "open": "true", **WHY}
    boss.post(path, sent)
    assert settings.current().values == {}
    boss.post(path, {**sent, "for": ["1", "2"], "explain_th": "อธิบาย", "explain_en": "Says"})
    attributes = codes.get("license_id").codes["1"].attributes
    assert attributes["for"] == ["1", "2"]
    assert attributes["explain"] == {"th": "อธิบาย", "en": "Says"}
    assert attributes["open"] is True and attributes["uri"] == entry["uri"]
    page = boss.post(path, {**sent, "for": []})
    assert [a["href"] for a in page.select("[data-gdc-errors] a")] == ["#field-for"]


def test_forms_ask_only_what_codes_of_the_list_say(boss: Reader) -> None:
    """The duration belongs to units of time, the address to licences, access to categories."""
    def names(name: str, code: str) -> set[str]:
        page = boss.get(f"/catalog-admin/lists/{name}/{code}/edit")
        return {box["name"] for box in page.select("[name]")} & {
            "period", "no_interval", "uri", "access", "for", "dcat", "iso639"}

    assert names("data_type", "1") == set()
    assert names("update_frequency_unit", "A") == {"period", "no_interval", "dcat"}
    assert names("license_id", "1") == {"uri", "for"}
    assert names("data_category", "1") == {"access", "dcat"}


def test_the_second_of_two_managers_sees_what_the_first_wrote(
    boss: Reader, change: Callable[..., Any]
) -> None:
    """Beside what was typed, which is kept; what the second left alone is the first's."""
    path = "/en/catalog-admin/lists/data_type/2/edit"
    seen = value_of(boss.get(path), "revision")
    change("gdc_code_update", list="data_type", code="2", th="สถิติ", en="First", note="เร็วกว่า")
    typed = {"th": "ข้อมูลสถิติ", "en": "Second", "revision": seen, **WHY}
    page = boss.post(path, typed)
    assert codes.get("data_type").label("2", "en") == "First"
    assert value_of(page, "en") == "Second" and value_of(page, "note") == WHY["note"]
    assert said(page, "#field-en-now") == ["It now says: First"]
    assert value_of(page, "th") == "สถิติ" and not page.select("#field-th-now")
    assert "เร็วกว่า" in said(page, ".gdc-meanwhile")[0]
    boss.post(path, {**typed, "th": "สถิติ", "revision": value_of(page, "revision")})
    assert codes.get("data_type").codes["2"].label == {"th": "สถิติ", "en": "Second"}


def test_a_code_is_retired_and_put_back(manager: Reader) -> None:
    """Without a reason nothing happens; a retired code is marked on the page of its list."""
    path = "/catalog-admin/lists/data_support/3"
    page = manager.post(f"{path}/retire", {"note": " "})
    assert page.select("#field-note-error") and codes.get("data_support").codes["3"].active
    page = manager.post(f"{path}/retire", WHY)
    assert said(page, "tr.gdc-retired th") == ["3"]
    assert not codes.get("data_support").codes["3"].active
    page = manager.post(f"{path}/reactivate", WHY)
    assert not page.select("tr.gdc-retired")


def test_a_code_that_a_rule_needs_says_so(boss: Reader) -> None:
    """The public category stays, and the page says why."""
    page = boss.post("/en/catalog-admin/lists/data_category/1/retire", WHY)
    assert "one such must stay in use" in " ".join(said(page, "[data-gdc-errors] li"))
    assert codes.get("data_category").codes["1"].active


def test_only_a_code_of_the_sites_own_is_offered_for_deletion(
    boss: Reader, change: Callable[..., Any]
) -> None:
    """A code that ships has no such button, and its address refuses."""
    change("gdc_code_create", list="data_support", code="6", th="ก", en="A")
    page = boss.get("/catalog-admin/lists/data_support")
    assert [a["href"].split("/")[-2] for a in page.select("a[href$='/delete']")] == ["6"]
    assert boss.post("/catalog-admin/lists/data_support/1/delete", WHY).select("[data-gdc-errors]")
    boss.post("/catalog-admin/lists/data_support/6/delete", WHY)
    assert "6" not in codes.get("data_support")


def test_the_order_is_changed_without_a_script(boss: Reader) -> None:
    """A button moves one code and saves nothing; a typed place counts; then all is saved."""
    path = "/catalog-admin/lists/data_type/order"

    def codes_in(page: BeautifulSoup) -> list[str]:
        return [str(box["value"]) for box in page.select("li input[name=code]")]

    sent: dict[str, Any] = {"code": list("12349"), "place": list("12345"), "note": "ก"}
    page = boss.post(path, {**sent, "do": "up:3"})
    assert codes_in(page) == list("13249") and value_of(page, "note") == "ก"
    assert page.select_one("button[autofocus]")["value"] == "up:3"  # type: ignore[index]
    assert list(codes.get("data_type").codes) == list("12349")
    page = boss.post(path, {**sent, "do": "up:1"})
    assert codes_in(page) == list("12349")
    page = boss.post(path, {**sent, "note": "", "place": ["1", "2", "3", "4", "๑"]})
    assert codes_in(page) == list("91234") and page.select("#field-note-error")
    boss.post(path, {"code": list("91234"), "place": list("12345"), **WHY})
    assert list(codes.get("data_type").codes) == list("91234")


@pytest.mark.parametrize(("places", "expected"), [
    (["1", "2", "3"], "abc"), (["3", "2", "3"], "bca"), (["1", "1", "3"], "bac"),
    (["1", "2", "2"], "acb"), (["x", "", "1"], "cab"), ([], "abc"), (["9", "1", "3"], "bca"),
])
def test_a_typed_place_puts_the_code_there(places: list[str], expected: str) -> None:
    """Whoever is given the place of another one takes it; what is no number counts for nothing."""
    assert "".join(views._typed_order(["a", "b", "c"], places, ["a", "b", "c"])) == expected


def test_a_code_that_the_form_did_not_know_keeps_its_end() -> None:
    """Neither a code that came meanwhile nor one that is none disturbs the order."""
    assert views._typed_order(["b", "x", "a"], ["1", "2", "3"], ["a", "b", "c"]) == ["b", "a", "c"]


def test_a_list_is_made_and_tied_to_a_field(boss: Reader) -> None:
    """From lines of a spreadsheet; what is wrong is kept; then a field takes its codes from it."""
    typed = {"list": "ministries", "th": "กระทรวง", "en": "Ministries", "pattern": r"\d\d",
             "codes": "01\tมหาดไทย\tInterior\n2 | สาธารณสุข | Health\n", "note": ""}
    page = boss.post("/en/catalog-admin/new-list", typed)
    assert [a["href"] for a in page.select("[data-gdc-errors] a")] == [
        "#field-codes", "#field-note"]
    assert "2 | สาธารณสุข | Health" in value_of(page, "codes")
    page = boss.post(
        "/en/catalog-admin/new-list",
        {**typed, "codes": typed["codes"].replace("2 |", "02 |"), **WHY})
    assert said(page, "#gdc-codes tbody th") == ["01", "02"]
    path = "/en/catalog-admin/lists/ministries/field"
    offered = [o["value"] for o in page.select("select[name=field] option")]
    assert "dataset:data_support" in offered and "dataset:data_category" not in offered
    page = boss.post(path, {"field": "dataset:data_category", **WHY})
    assert page.select("#field-field-error") and value_of(page, "note") == WHY["note"]
    page = boss.post(path, {"field": "dataset:data_support", **WHY})
    assert tied() == "ministries"
    assert "dataset:data_support" not in [
        o["value"] for o in page.select("select[name=field] option")]


def tied() -> str | None:
    """The list of the field of the last test."""
    from ckanext.thai_gdc import fields

    return fields.lookup("data_support", "dataset").code_list


def test_an_upgrade_that_changed_the_same_asks(
    boss: Reader, change: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both wordings stand on the page; what is chosen counts, and nothing is left to decide."""
    change("gdc_code_update", list="data_type", code="2", en="Ours")
    ships = dict(site.shipped())
    ships["data_type"] = {**ships["data_type"], "codes": [
        {**c, "en": "Theirs"} if c["code"] == "2" else c for c in ships["data_type"]["codes"]]}
    monkeypatch.setattr(site, "shipped", lambda: ships)

    def forget() -> None:
        site._by_code.cache_clear()
        site.definitions.cache_clear()
        codes.lists._in_force.cache_clear()

    forget()
    try:
        assert "1 thing to decide" in boss.get("/en/catalog-admin/lists").text
        page = boss.get("/en/catalog-admin/lists/data_type")
        [box] = page.select(".gdc-decision")
        assert said(box, "dd") == ["Statistical data", "Ours", "Theirs"]
        take = box.select("a")[1]["href"]
        page = boss.get(str(take))
        data = {one["name"]: one["value"] for one in page.select("input[type=hidden]")}
        assert boss.post(str(take).split("?")[0], data).select("#field-note-error")
        page = boss.post(str(take).split("?")[0], {**data, **WHY})
        assert codes.get("data_type").label("2", "en") == "Theirs"
        assert not page.select(".gdc-decision")
    finally:
        monkeypatch.undo()
        forget()


def test_history_tells_and_takes_back(
    boss: Reader, manager: Reader, change: Callable[..., Any]
) -> None:
    """Who, when in the reader's era, why, before and after; what is taken back says by what."""
    number = change("gdc_code_update", list="data_type", code="2", en="Statistics")["change"]
    change("gdc_code_retire", list="data_support", code="3", note="<b>ไม่ใช้</b>")
    page = manager.get("/catalog-admin/history?list=data_type")
    [entry] = page.select(".gdc-changes > li")
    assert said(entry, "td") == ["Statistical data", "Statistics"]
    made = change("gdc_change_list")["results"][-1]["created"]
    local = datetime.datetime.fromisoformat(made).astimezone(ZoneInfo("Asia/Bangkok"))
    assert f"{local.year + 543} เวลา {local:%H:%M} น." in said(entry, ".gdc-item-facts")[0]
    page = manager.get("/catalog-admin/history")
    assert not page.select(".gdc-change-note b") and "<b>ไม่ใช้</b>" in page.text
    path = f"/en/catalog-admin/history/{number}/undo"
    assert manager.post(path, {"note": ""}).select("#field-note-error")
    page = manager.post(path, {"note": "กลับไปใช้คำเดิม"})
    assert codes.get("data_type").label("2", "en") == "Statistical data"
    entry = page.select_one(f"#change-{number}")
    assert entry and f"Taken back by change {settings.current().version}" in entry.text
    assert not entry.select("a[href$='/undo']")
    assert f"Takes back change {number}" in said(page, ".gdc-changes > li")[0]
    # What was changed again later is refused with its reason.
    again = change("gdc_code_update", list="data_type", code="2", en="One")["change"]
    change("gdc_code_update", list="data_type", code="2", en="Two")
    page = boss.post(f"/en/catalog-admin/history/{again}/undo", WHY)
    assert "changed again later" in said(page, "[data-gdc-errors]")[0]


def test_the_history_of_a_list_is_not_that_of_one_whose_name_goes_on(
    manager: Reader, change: Callable[..., Any]
) -> None:
    """``data_type_more`` is another list than ``data_type``."""
    change("gdc_code_list_create", list="data_type_more", th="ก", en="A",
           codes=[{"code": "1", "th": "ก", "en": "A"}])
    assert not manager.get("/catalog-admin/history?list=data_type").select(".gdc-changes > li")
    page = manager.get("/catalog-admin/history?list=data_type_more")
    assert len(page.select(".gdc-changes > li")) == 1


def test_history_is_leafed_through_and_downloaded(
    app: Any, manager: Reader, change: Callable[..., Any]
) -> None:
    """The file has every change that matches, and no text in it is a formula."""
    for number in range(21):
        change("gdc_code_update", list="data_type", code="2", en=f"=Word {number}")
    page = manager.get("/catalog-admin/history?list=data_type")
    assert len(page.select(".gdc-changes > li")) == 20
    assert len(manager.get("/catalog-admin/history?list=data_type&page=2").select(
        ".gdc-changes > li")) == 1
    assert manager.get("/catalog-admin/history?list=data_type&page=9").select(".gdc-state")
    user = factories.SysadminWithToken()
    answer = app.get("/en/catalog-admin/history.csv?list=data_type",
                     headers={"Authorization": user["token"]})
    text = answer.body.removeprefix("\ufeff")
    assert answer.body != text and answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 22 and {len(row) for row in rows} == {9}
    assert rows[1][-2:] == ["'=Word 19", "'=Word 20"]


def test_order_is_told_only_where_codes_changed_places(
    manager: Reader, change: Callable[..., Any]
) -> None:
    """A new code brings no line on the order; a retired one says that it could be chosen."""
    change("gdc_code_create", list="data_type", code="5", th="ก", en="A")
    change("gdc_code_retire", list="data_type", code="5")
    change("gdc_code_list_update", list="data_type", order=list("951234"))
    entries = manager.get("/en/catalog-admin/history?list=data_type").select(".gdc-changes > li")
    assert [said(entry, "td") for entry in entries] == [
        ["1, 2, 3, 4, 5, 9", "9, 5, 1, 2, 3, 4"], ["Yes", "No"], ["–", "ก", "–", "A"]]


def test_sysadmins_choose_the_managers(boss: Reader) -> None:
    """Somebody who is not there is refused and the reason kept; the role comes and goes."""
    path = "/en/catalog-admin/managers"
    clerk = factories.User(fullname="<i>เสมียน</i>")
    page = boss.post(path, {"user": "nobody-here", **WHY})
    assert page.select("#field-user-error") and value_of(page, "note") == WHY["note"]
    page = boss.post(path, {"user": f" {clerk['name']} ", **WHY})
    assert said(page, "tbody th") == ["<i>เสมียน</i>"]
    remove = f"{path}/{clerk['name']}/remove"
    assert boss.post(remove, {"note": ""}).select("#field-note-error")
    page = boss.post(remove, WHY)
    assert not page.select("tbody") and not page.select(".flash-messages i")
    assert settings.current().of("manager:") == {}


def test_the_list_is_there_when_the_search_is_not(
    boss: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts are missing and the page says so; everything else works."""
    def down(*_given: Any, **_named: Any) -> Any:
        from ckan.lib.search.common import SearchError

        raise SearchError("down")

    monkeypatch.setattr("ckanext.thai_gdc.admin.uses.count", down)
    page = boss.get("/en/catalog-admin/lists/data_type")
    assert "does not answer" in said(page, ".gdc-state-wrong")[0]
    assert len(page.select("#gdc-codes tbody tr")) == 5 and not page.select(".gdc-use")
