"""The resources of a record without a script: several at once, their order, file or address."""

from __future__ import annotations

import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib.search import rebuild
from ckan.tests import factories, helpers
from test_pages import (
    Browser,
    browser,
    entered,
    form_of,
    health,
    problems,
    record,
    steward,
    text_of,
)

__all__ = ["browser", "health", "record", "steward"]

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

PAGE = "/dataset/resources/outpatients"


@pytest.fixture
def saved(record: dict[str, Any], steward: dict[str, Any]) -> dict[str, Any]:
    """The record, with three addresses."""
    resources = [
        {"name": name, "url": f"https://example.go.th/{name}.csv"}
        for name in ("one", "two", "three")
    ]
    return helpers.call_action(
        "package_create", context={"user": steward["name"]}, **record, resources=resources
    )


def names() -> list[str]:
    """The names of the record's resources, in their order."""
    shown = helpers.call_action("package_show", id="outpatients")
    return [resource["name"] for resource in shown["resources"]]


def file(name: str, content: bytes = b"a,b\n1,2\n") -> tuple[io.BytesIO, str]:
    """A file as a browser sends it."""
    return io.BytesIO(content), name


def alert(page: BeautifulSoup) -> str:
    """What the page says of a refusal."""
    return text_of(page.select_one("[role=alert].gdc-errors"))


@pytest.mark.parametrize(("path", "button"), [(PAGE, "เลื่อนขึ้น"), ("/en" + PAGE, "Move up")])
def test_page_lists_the_resources_with_buttons(
    browser: Browser, saved: dict[str, Any], path: str, button: str
) -> None:
    """Each in its place, with a link to its form and buttons that name it."""
    page = browser.get(path)
    items = page.select("[data-gdc-order] > li")
    shown = [text_of(item.select_one("[data-gdc-name]")) for item in items]
    assert shown == ["one", "two", "three"]
    for item, resource in zip(items, saved["resources"], strict=True):
        link = item.select_one("a")
        assert link and f"/resource/{resource['id']}/edit" in str(link["href"])
        up = item.select_one("button[data-gdc-move='-1']")
        assert up and up["aria-label"] == f"{button}: {resource['name']}"
        assert text_of(up) == button
    label = page.select_one("label[for=gdc-files]")
    assert label and page.select_one("#gdc-files[multiple]")
    assert page.select_one("label[for=gdc-addresses]")


def test_order_by_buttons(browser: Browser, saved: dict[str, Any]) -> None:
    """Up and down by one place; at the ends nothing happens."""
    one, _two, three = (resource["id"] for resource in saved["resources"])
    for pressed, order in (
        (f"down:{one}", ["two", "one", "three"]), (f"up:{three}", ["two", "three", "one"]),
        (f"down:{one}", ["two", "three", "one"]), ("up:none", ["two", "three", "one"]),
    ):
        _page, target = browser.post(PAGE, {"do": pressed})
        assert target.endswith(PAGE)
        assert names() == order


def test_order_that_was_changed_meanwhile_is_not_overwritten(
    saved: dict[str, Any], steward: dict[str, Any]
) -> None:
    """The API refuses an order of what is no longer the list, with a code; else it takes it."""
    ids = [resource["id"] for resource in saved["resources"]]
    moved = [ids[1], ids[0], ids[2]]

    def reorder(**sent: Any) -> None:
        context = {"user": steward["name"], "ignore_auth": False}
        helpers.call_action("package_resource_reorder", context, id=saved["id"], **sent)

    reorder(order=moved, seen=ids)
    assert names() == ["two", "one", "three"]
    for order in (ids, moved[::-1]):
        with pytest.raises(tk.ValidationError) as refusal:
            reorder(order=order, seen=ids)
        assert refusal.value.error_dict["order"][0].code == "changed_meanwhile"
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action(
            "package_resource_reorder", {"user": factories.User()["name"], "ignore_auth": False},
            id=saved["id"], order=ids, seen=ids,
        )
    reorder(order=ids)
    assert names() == ["one", "two", "three"]


def test_several_files_and_addresses_at_once(browser: Browser, saved: dict[str, Any]) -> None:
    """Each becomes a resource with a name of its own and its format."""
    sent = {
        "do": "add", "upload": [file("ผู้ป่วย 2567.csv"), file("map.geojson", b"{}")],
        "addresses": "\n https://example.go.th/api/list.json?x=1 \r\n\nhttps://example.go.th/\n",
    }
    _page, target = browser.post(PAGE, sent)
    assert target.endswith(PAGE)
    assert names()[3:] == ["ผู้ป่วย 2567", "map", "list", "example.go.th"]
    added = helpers.call_action("package_show", id="outpatients")["resources"][3:]
    assert [resource["format"] for resource in added] == ["CSV", "GeoJSON", "JSON", ""]
    assert [resource["url_type"] for resource in added] == ["upload", "upload", "", ""]
    assert "เพิ่มทรัพยากรแล้ว 4 รายการ" in text_of(browser.get(PAGE).body)


@pytest.mark.ckan_config("ckan.max_resource_size", 1)
def test_what_could_not_be_saved_is_said_and_kept(
    browser: Browser, saved: dict[str, Any]
) -> None:
    """What is right is saved; the rest is named, and addresses stay in the form."""
    long = f"https://example.go.th/{'x' * 300}"
    sent = {
        "do": "add", "upload": [file("ok.csv"), file("big.bin", b"0" * (1024 * 1024 + 1))],
        "addresses": f"no address\nhttps://example.go.th/ok2.csv\n{long}",
    }
    page, target = browser.post(PAGE, sent)
    assert not target
    assert names()[3:] == ["ok", "ok2"]
    said = alert(page)
    assert "ไม่ได้บันทึก: big.bin — “ไฟล์หรือที่อยู่ของข้อมูล”: ไฟล์ “big.bin” ใหญ่เกินไป" in said
    assert "ไม่ได้บันทึก: no address — กรุณากรอกที่อยู่เว็บที่ขึ้นต้นด้วย https://" in said
    assert "“ชื่อทรัพยากร” ยาวเกินกำหนด" in said
    assert "บันทึกแล้ว: ok, ok2" in said
    kept = page.select_one("#gdc-addresses")
    assert kept and kept.text.split() == ["no", "address", long]
    assert len(page.select("[data-gdc-order] > li")) == 5


def test_nothing_sent_is_said(browser: Browser, saved: dict[str, Any]) -> None:
    """The button without a file or an address adds nothing."""
    page, _ = browser.post(PAGE, {"do": "add", "addresses": " \n"})
    assert "กรุณาเลือกไฟล์ หรือกรอกที่อยู่เว็บ" in alert(page)
    assert len(names()) == 3


def test_others_get_the_page_of_no_record(app: Any, saved: dict[str, Any]) -> None:
    """Who may not change the record cannot post to its resources, nor learn that it is there."""
    ids = [resource["id"] for resource in saved["resources"]]
    stranger = factories.UserWithToken()
    for path in (PAGE, "/dataset/resources/none"):
        for headers in ({}, {"Authorization": stranger["token"]}):
            for done in ("add", "publish", f"down:{ids[0]}"):
                app.post(
                    path, data={"do": done, "addresses": "https://example.go.th/x"},
                    headers=headers, status=404,
                )
    assert names() == ["one", "two", "three"]


def test_draft_is_published_from_here(
    browser: Browser, app: Any, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """The second step of registering: several files, then “Publish”, judged like any save."""
    helpers.call_action(
        "package_create", context={"user": steward["name"]}, **{**record, "state": "draft"}
    )
    first = browser.get("/dataset/outpatients/resource/new")
    link = first.select_one("a.gdc-several-link")
    assert link and str(link["href"]).startswith(PAGE)
    assert "ยังไม่มีไฟล์" in text_of(browser.get(PAGE).select_one("[data-gdc-none]"))
    browser.post(PAGE, {"do": "add", "addresses": "https://example.go.th/a.csv"})
    shown = helpers.call_action("package_show", id="outpatients")
    assert (shown["state"], len(shown["resources"])) == ("draft", 1)
    package = model.Package.get("outpatients")
    assert package
    package.extras["data_source"] = ""
    model.repo.commit()
    rebuild(package.id)
    page, target = browser.post(PAGE, {"do": "publish"})
    assert not target
    assert "กรุณากรอก “แหล่งที่มา”" in alert(page)
    assert "ยังไม่ได้เผยแพร่" in alert(page)
    helpers.call_action(
        "package_patch", context={"user": steward["name"]}, id="outpatients", data_source="ก"
    )
    _page, target = browser.post(PAGE, {"do": "publish"})
    assert target.endswith("/dataset/outpatients")
    assert helpers.call_action("package_show", id="outpatients")["state"] == "active"
    assert not browser.get(PAGE).select("button[value=publish]")


NEW = "/dataset/outpatients/resource/new"


def test_file_or_address_in_the_form(browser: Browser, saved: dict[str, Any]) -> None:
    """A labelled group of two ways; what is filled in counts, also without the choice of a way."""
    form = form_of(browser.get(NEW))
    group = form.select_one("#field-url")
    assert group and group.name == "fieldset" and group.legend
    for name in ("resource-upload", "resource-url", "url-file", "url-address"):
        assert form.select_one(f"label[for=field-{name}]"), name
    blank = entered(form) | {"save": "go-dataset-complete"}
    assert blank["url_type"] == [""]
    browser.post(NEW, blank | {"name": "f", "upload": file("f.csv")})
    address = "https://example.go.th/a.csv"
    browser.post(NEW, blank | {"name": "a", "url": address, "url_type": "upload"})
    browser.post(NEW, blank | {"name": "n", "url_type": "upload"})
    added = helpers.call_action("package_show", id="outpatients")["resources"][3:]
    assert [(r["name"], r["url_type"]) for r in added] == [("f", "upload"), ("a", ""), ("n", "")]
    assert added[0]["url"].endswith("/download/f.csv")
    assert added[1]["url"] == address


def test_a_stored_file_is_kept_replaced_or_given_up(
    browser: Browser, saved: dict[str, Any]
) -> None:
    """The form of a resource with a file names it; each of the three ways does what it says."""
    blank = entered(form_of(browser.get(NEW)))
    browser.post(NEW, blank | {"name": "f", "upload": file("f.csv"), "save": "go-dataset-complete"})
    stored = helpers.call_action("package_show", id="outpatients")["resources"][-1]
    edit = f"/dataset/outpatients/resource/{stored['id']}/edit"

    def now() -> dict[str, Any]:
        return helpers.call_action("resource_show", id=stored["id"])

    page = browser.get(edit)
    kept = page.select_one("label[for=field-url-keep]")
    assert text_of(kept) == "ใช้ไฟล์เดิม “f.csv”"
    form = entered(form_of(page))
    assert (form["url"], form["url_type"]) == (["f.csv"], ["upload"])
    browser.post(edit, form | {"description": "คำอธิบาย", "save": ""})
    assert (now()["description"], now()["url_type"]) == ("คำอธิบาย", "upload")
    assert now()["url"].endswith("/download/f.csv")

    form = entered(form_of(browser.get(edit)))
    browser.post(edit, form | {"upload": file("g.csv"), "save": ""})
    assert now()["url"].endswith("/download/g.csv")

    form = entered(form_of(browser.get(edit)))
    address = "https://example.go.th/g.csv"
    browser.post(edit, form | {"url": address, "url_type": "", "clear_upload": "true", "save": ""})
    assert (now()["url"], now()["url_type"]) == (address, "")


@pytest.mark.ckan_config("ckan.max_resource_size", 1)
def test_too_large_a_file_is_refused_in_the_readers_words(
    browser: Browser, saved: dict[str, Any]
) -> None:
    """At the field, with both sizes, and nothing is stored."""
    form = entered(form_of(browser.get("/en" + NEW))) | {"name": "big", "save": "again"}
    page, _ = browser.post("/en" + NEW, form | {"upload": file("big.bin", b"0" * 1_600_000)})
    said = problems(page)
    assert len(said) == 1
    assert "The file “big.bin” is too large: 1.5 MiB. It may have at most 1 MiB." in said[0]
    assert text_of(page.select_one("#field-url-error")) == said[0]
    assert names() == ["one", "two", "three"]


@pytest.mark.parametrize("is_new", [True, False])
def test_a_file_of_a_refused_save_is_named(
    browser: Browser, saved: dict[str, Any], is_new: bool
) -> None:
    """So that it can be chosen again; the stored file is still the one that was stored."""
    path = NEW
    if not is_new:
        blank = entered(form_of(browser.get(NEW)))
        browser.post(NEW, blank | {"name": "f", "upload": file("old.csv"), "save": "again"})
        stored = helpers.call_action("package_show", id="outpatients")["resources"][-1]
        path = f"/dataset/outpatients/resource/{stored['id']}/edit"
    form = entered(form_of(browser.get(path))) | {"name": "", "save": "again"}
    page, target = browser.post(path, form | {"upload": file("ใหม่.csv"), "url_type": "upload"})
    assert not target
    assert problems(page)
    lost = text_of(page.select_one("#field-url-lost"))
    assert "ใหม่.csv" in lost
    back = form_of(page)
    assert back.select_one("[data-gdc-way=file][checked]")
    again = entered(back)
    assert again["url"] == ["" if is_new else "old.csv"]
    if not is_new:
        assert "old.csv" in text_of(back.select_one("label[for=field-url-keep]"))


def test_a_script_is_told_where_the_form_leads(
    app: Any, saved: dict[str, Any], steward: dict[str, Any]
) -> None:
    """With the script's header the answer is no redirection; without it, as ever."""
    for headers, status in (({"X-GDC-Form": "1"}, 200), ({}, 302)):
        answer = app.post(
            NEW, headers={"Authorization": steward["token"], **headers}, follow_redirects=False,
            data={"id": "", "save": "go-dataset-complete", "name": "a", "url": "https://a.go.th/a",
                  "url_type": ""}, status=status,
        )
        where = answer.headers.get("X-GDC-Location" if status == 200 else "Location", "")
        assert "/dataset/outpatients" in where
