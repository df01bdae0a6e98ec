"""The pages: a steward registers a record, is stopped, mends it; a visitor reads it."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from ckan.tests import factories, helpers

from ckanext.thai_gdc import helpers as page_helpers
from ckanext.thai_gdc.fields import dataset_fields, mandatory_items
from ckanext.thai_gdc.record import values

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

NEW = {"th": "/dataset/new", "en": "/en/dataset/new"}


@pytest.fixture
def steward() -> dict[str, Any]:
    """A user with a token, who may register records of the organization ``health``."""
    return factories.UserWithToken()


@pytest.fixture
def health(steward: dict[str, Any]) -> dict[str, Any]:
    """The steward's organization, a unit of ``province`` with a unit of its own."""
    factories.Organization(name="province", title="จังหวัด", org_code="1000")
    organization = factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        groups=[{"name": "province"}], users=[{"name": steward["name"], "capacity": "editor"}],
    )
    factories.Organization(
        name="hospital", title="โรงพยาบาล", org_code="1002", groups=[{"name": "health"}]
    )
    return organization


@pytest.fixture
def record(health: dict[str, Any]) -> dict[str, Any]:
    """A complete record, as the API takes it."""
    return {
        "name": "outpatients", "title": "จำนวนผู้ป่วยนอก", "owner_org": health["id"],
        "data_type": "2", "maintainer": "กลุ่มงานยุทธศาสตร์",
        "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข,ผู้ป่วย",
        "notes": "บรรทัดแรก\nบรรทัดที่สอง", "objective": ["09", "99"],
        "objective_other": "เพื่อการวิจัย", "update_frequency_unit": "A",
        "update_frequency_interval": "1", "geo_coverage": "06", "data_source": "โรงพยาบาล",
        "data_format": ["02"], "data_category": "1", "license_id": "1",
        "last_updated_date": "2021-03-16",
    }


class Browser:
    """What a browser does without JavaScript: reads pages, posts the forms in them."""

    def __init__(self, app: Any, user: dict[str, Any] | None) -> None:
        self._app = app
        self._headers = {"Authorization": user["token"]} if user else {}

    def get(self, path: str, status: int = 200) -> BeautifulSoup:
        """The page at a path."""
        answer = self._app.get(path, headers=self._headers, status=status)
        return BeautifulSoup(answer.body, "html.parser")

    def post(
        self, path: str, filled: dict[str, Any], follow: bool = False
    ) -> tuple[BeautifulSoup, str]:
        """The page that answers a form, and where the form sent the browser."""
        answer = self._app.post(
            path, data=filled, headers=self._headers, follow_redirects=follow, status=None
        )
        assert answer.status_code in (200, 302), answer.body
        return BeautifulSoup(answer.body, "html.parser"), answer.headers.get("Location", "")


@pytest.fixture
def browser(app: Any, steward: dict[str, Any]) -> Browser:
    """The steward's browser."""
    return Browser(app, steward)


@pytest.fixture
def visitor(app: Any) -> Browser:
    """The browser of somebody who is not logged in."""
    return Browser(app, None)


def entered(form: Tag) -> dict[str, Any]:
    """What the browser would send of a form as it stands."""
    sent: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        kind = control.get("type")
        if kind in ("checkbox", "radio") and not control.has_attr("checked"):
            continue
        if kind in ("submit", "file"):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            value = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            # A browser drops the line end right after the tag.
            value = control.text.removeprefix("\n")
        else:
            value = control.get("value", "on" if kind in ("checkbox", "radio") else "")
        name = control["name"]
        sent[name] = [*sent[name], value] if name in sent else [value]
    return sent


def form_of(page: BeautifulSoup) -> Tag:
    """The form of the record, the resource or the organization."""
    found = page.select_one("#dataset-edit, #resource-edit, #organization-edit-form")
    assert found, page.title
    return found


def text_of(found: Tag | None) -> str:
    """Its text, blanks made one; it has to be there."""
    assert found is not None
    return " ".join(found.get_text(" ").split())


def problems(page: BeautifulSoup) -> list[str]:
    """The messages of the summary above a form."""
    return [text_of(line) for line in page.select("[data-gdc-errors] li")]


def rows(page: BeautifulSoup) -> dict[str, str]:
    """Label and text of each row of a record's page."""
    return {text_of(r.dt): text_of(r.dd) for r in page.select(".gdc-items > div")}


@pytest.mark.parametrize("language", ["th", "en"])
def test_form_has_the_15_fields_labelled_and_starred(
    browser: Browser, health: dict[str, Any], language: str
) -> None:
    """Each mandatory field has its label in the reader's language, its star and its help."""
    page = browser.get(NEW[language])
    assert page.html and page.html["lang"] == language
    items = mandatory_items()
    assert len(items) == 15
    starred = 0
    for item in items:
        control = page.select_one(f"#field-{item.name}")
        assert control, item.name
        label = page.select_one(f"label[for=field-{item.name}]") or control.legend
        assert text_of(label).startswith(item.label[language])
        assert label is not None
        if label.select_one(".gdc-star"):
            starred += 1
            heard = control.get("aria-required") or label.select_one(".visually-hidden")
            assert heard, item.name
        if item.help_text:
            help_id = str(control["aria-describedby"]).split()[0]
            assert item.help_text[language] in text_of(page.select_one(f"#{help_id}"))
    assert starred == 8
    assert "1001 สำนักงานสาธารณสุข" in text_of(page.select_one("#field-owner_org"))


def test_every_field_of_the_definition_is_in_the_form(
    browser: Browser, health: dict[str, Any]
) -> None:
    """Without JavaScript all fields are there, each with its data types for the script."""
    page = browser.get(NEW["th"])
    for field in dataset_fields().values():
        block = page.select_one(f"[data-gdc-field={field.name}]")
        assert block, field.name
        types = set(str(block.get("data-gdc-types", "")).split()) or None
        assert types == (set(field.data_types) if field.data_types else None)
    assert not page.select("[data-gdc-field][hidden], [data-gdc-group][hidden]")


@pytest.mark.parametrize(
    ("language", "missing"),
    [("th", "กรุณากรอก “ชื่อชุดข้อมูล”"), ("en", "Please fill in “Title”.")],
)
def test_save_without_starred_fields_is_refused_in_plain_words(
    browser: Browser, health: dict[str, Any], language: str, missing: str
) -> None:
    """Each missing field is named above the form, linked, and again beside the field."""
    blank = entered(form_of(browser.get(NEW[language])))
    blank.update(save="", owner_org="")
    page, _ = browser.post(NEW[language], blank)
    said = problems(page)
    assert len(said) == 8
    assert missing in said
    summary = page.select_one("[data-gdc-errors]")
    assert summary and summary["role"] == "alert" and summary["tabindex"] == "-1"
    for item in mandatory_items():
        label = f"“{item.label[language]}”"
        assert any(label in line for line in said) == values.is_starred(item)
    for link in summary.select("a"):
        control = page.select_one(str(link["href"]))
        assert control, link["href"]
        beside = page.select_one(f"#{control['id']}-error")
        assert text_of(beside) == text_of(link)
        assert f"{control['id']}-error" in str(control["aria-describedby"])
        wrong = control if control.name != "fieldset" else control.select_one("[type=checkbox]")
        assert wrong and wrong["aria-invalid"] == "true"


def test_what_describes_a_field_exists(browser: Browser, health: dict[str, Any]) -> None:
    """No field points to a help text or a message that is not there; no id comes twice."""
    page, _ = browser.post(NEW["th"], {"save": "", "_ckan_phase": "dataset_new_1"})
    ids = [str(found["id"]) for found in page.select("[id]")]
    for control in page.select("[aria-describedby], [aria-labelledby], label[for]"):
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            assert set(str(control.get(attribute, "")).split()) <= set(ids)
    ours = [name for name in ids if name.startswith(("field-", "gdc-"))]
    assert len(ours) == len(set(ours))


def test_nothing_typed_is_lost(browser: Browser, health: dict[str, Any]) -> None:
    """A refused save gives the form back as it was sent, what is wrong included."""
    typed = {
        "title": "ก" * 151, "data_type": "2", "owner_org": health["id"],
        "maintainer_email": "no address", "tag_string": "น้ำ, ข่าว", "notes": "\nก\n\nข\n",
        "objective": ["09", "11"], "data_format": ["02"], "data_category": "9",
        "last_updated_date": "2564-13-16", "data_release_calendar": "2564-03-16",
        "disaggregate": ["01", "02"], "first_year_of_data": "๒๕๖๐", "private": "True",
        "objective_other": "ที่ไม่ได้เลือก", "west_bound_longitude": "100",
    }
    blank = entered(form_of(browser.get(NEW["th"])))
    page, _ = browser.post(NEW["th"], {**blank, **typed, "save": ""})
    assert problems(page)
    back = entered(form_of(page))
    for name, value in typed.items():
        sent = [value] if isinstance(value, str) else ["", *value]
        assert [v.replace("\r\n", "\n") for v in back[name]] == sent, name
    assert back["geo_coverage"] == [""]


def test_refused_edit_shows_what_was_unticked(
    browser: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """The stored choice does not come back when the steward removed it."""
    helpers.call_action("package_create", context={"user": steward["name"]}, **record)
    page = browser.get("/dataset/edit/outpatients")
    sent = entered(form_of(page))
    assert sent["objective"] == ["", "09", "99"]
    assert sent["last_updated_date"] == ["16 มีนาคม 2564"]
    sent.update(objective=[""], objective_other=[""], tag_string=[""], save="")
    page, _ = browser.post("/dataset/edit/outpatients", sent)
    assert problems(page) == ["กรุณากรอก “คำสำคัญ”", "กรุณาเลือก “วัตถุประสงค์”"]
    assert entered(form_of(page))["objective"] == [""]


def test_steward_registers_a_record(
    browser: Browser, visitor: Browser, health: dict[str, Any], record: dict[str, Any]
) -> None:
    """Stopped, mended, saved as a draft; a file is added; then visitors read the record."""
    filled = entered(form_of(browser.get(NEW["th"])))
    filled.update({**record, "name": "", "data_source": "", "save": ""})
    page, _ = browser.post(NEW["th"], filled)
    assert problems(page) == ["กรุณากรอก “แหล่งที่มา”"]
    mended = entered(form_of(page))
    mended.update(
        data_source="โรงพยาบาล", last_updated_date="16 มี.ค. 2564", name="outpatients", save=""
    )
    _, second = browser.post(NEW["th"], mended)
    assert second.endswith("/dataset/outpatients/resource/new")
    visitor.get("/dataset/outpatients", status=404)

    path = "/dataset/outpatients/resource/new"
    page = browser.get(path)
    filled = entered(form_of(page))
    assert "resource_disaggregate" in filled
    assert "resource_data_collect" not in filled
    address = {"url": "https://example.go.th/opd.csv", "url_type": "", "save": "go-metadata"}
    page, _ = browser.post(path, {**filled, **address})
    assert problems(page) == ["กรุณากรอก “ชื่อทรัพยากร”"]
    mended = {**entered(form_of(page)), **address}
    mended.update(name="ผู้ป่วยนอก 2567", resource_disaggregate=["", "01"])
    _, third = browser.post(path, mended)
    # CKAN goes on to the record by its name or its id.
    assert "/dataset/" in third and not third.endswith("/resource/new")

    page = visitor.get("/dataset/outpatients")
    assert text_of(page.h1) == "จำนวนผู้ป่วยนอก"
    shown = rows(page)
    assert list(shown)[:16] == [item.label["th"] for item in mandatory_items()] + [
        "วันที่ปรับปรุงข้อมูลล่าสุด"
    ]
    assert shown["ประเภทข้อมูล"] == "ข้อมูลสถิติ"
    assert shown["องค์กร"] == "สำนักงานสาธารณสุข (1001)"
    assert shown["วัตถุประสงค์"] == "เพื่อการให้บริการประชาชน อื่นๆ: เพื่อการวิจัย"
    assert shown["คำสำคัญ"].split() == ["ผู้ป่วย", "สาธารณสุข"]
    assert shown["วันที่ปรับปรุงข้อมูลล่าสุด"] == "16 มีนาคม 2564"
    assert page.select_one("a[href='mailto:data@example.go.th']")
    licence = page.select_one(".gdc-items a[rel~=license]")
    assert licence and licence["href"] == "https://creativecommons.org/licenses/by/4.0/"
    link = page.select_one("#dataset-resources h3 a")
    assert link
    assert rows(visitor.get(str(link["href"])))["การจัดจำแนก"] == "เพศ"


def test_record_in_english(
    visitor: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """The same page for readers of English, with dates of the Common Era."""
    helpers.call_action("package_create", context={"user": steward["name"]}, **record)
    shown = rows(visitor.get("/en/dataset/outpatients"))
    assert shown["Data type"] == "Statistical data"
    assert shown["Data last updated on"] == "16 March 2021"
    assert shown["Objective"] == "Public service delivery Other: เพื่อการวิจัย"


def test_empty_items_are_said(
    visitor: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """An item without a value says so; another field without one is left out."""
    for name in ("maintainer", "license_id", "last_updated_date", "notes"):
        record.pop(name)
    helpers.call_action("package_create", context={"user": steward["name"]}, **record)
    shown = rows(visitor.get("/dataset/outpatients"))
    assert shown["ชื่อผู้ติดต่อ"] == shown["รายละเอียด"] == "ไม่ระบุ"
    assert shown["สัญญาอนุญาตให้ใช้ข้อมูล"] == "ไม่ระบุ"
    assert "วันที่ปรับปรุงข้อมูลล่าสุด" not in shown


@pytest.mark.parametrize(
    ("changes", "listed", "badge"),
    [
        ({}, True, None),
        ({"allow_harvest": "False"}, False, "ไม่อยู่ในบัญชีข้อมูลกลางของประเทศ"),
        ({"data_category": "2", "license_id": "8"}, False, "ไม่อยู่ในบัญชีข้อมูลกลางของประเทศ"),
        ({"data_category": "3", "license_id": "8"}, False, "เห็นได้เฉพาะผู้มีสิทธิ"),
        ({"private": True}, False, "ส่วนตัว"),
    ],
)
def test_linked_data_is_offered_with_consent_only(
    browser: Browser, record: dict[str, Any], steward: dict[str, Any],
    changes: dict[str, Any], listed: bool, badge: str | None,
) -> None:
    """No link leads to linked data that the record does not have; a badge says why."""
    helpers.call_action(
        "package_create", context={"user": steward["name"]}, **{**record, **changes}
    )
    page = browser.get("/dataset/outpatients")
    alternates = {str(found.get("type")) for found in page.select("head link[rel=alternate]")}
    assert ("text/turtle" in alternates) == listed
    assert bool(page.select("a[href$='/outpatients.ttl']")) == listed
    badges = [text_of(found) for found in page.select(".gdc-badge")]
    assert badges[0] == "ข้อมูลสถิติ"
    assert (badge in badges) if badge else len(badges) == 2


def test_a_secret_has_no_page_for_others(
    browser: Browser, visitor: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """The page of a secret answers like one that does not exist; its lists leave it out."""
    secret = {**record, "data_category": "4", "license_id": "8", "private": False}
    helpers.call_action("package_create", context={"user": steward["name"]}, **secret)
    assert text_of(browser.get("/dataset/outpatients").h1) == record["title"]
    hidden = visitor.get("/dataset/outpatients", status=404)
    absent = visitor.get("/dataset/nowhere", status=404)
    assert text_of(hidden.select_one("#error-content")) == text_of(
        absent.select_one("#error-content")
    )
    for path in ("/", "/dataset/", "/organization/health"):
        assert record["title"] not in visitor.get(path).get_text()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dataset/nowhere", "ไม่พบหน้านี้ ไม่พบชุดข้อมูลนี้ หรือท่านไม่มีสิทธิดู"),
        ("/nowhere", "ไม่พบหน้านี้ ไม่พบที่อยู่เว็บนี้ หากพิมพ์เอง กรุณาตรวจตัวสะกดแล้วลองใหม่"),
    ],
)
def test_error_pages_are_in_words(visitor: Browser, path: str, said: str) -> None:
    """What is not there is said in the reader's language."""
    assert text_of(visitor.get(path, status=404).select_one("#error-content")) == said


def test_error_page_shows_an_address_as_text(app: Any, health: dict[str, Any]) -> None:
    """Markup and percent signs in an address do nothing on the page that refuses it."""
    admin = Browser(app, factories.SysadminWithToken())
    page = admin.get("/organization/edit/<b>100%", status=404)
    assert not page.select("#error-content b")


def test_search_shows_labels(
    visitor: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """Facets and results are in words, in the reader's language, and never cut."""
    long_title = "จำนวนผู้ป่วยนอกจำแนกตามกลุ่มโรค " * 4
    record["title"] = long_title.strip()
    helpers.call_action("package_create", context={"user": steward["name"]}, **record)
    category = dataset_fields()["data_category"].label
    for path, words in {
        "/dataset/": ("พบ 1 ชุดข้อมูล", "ข้อมูลสถิติ", "ข้อมูลสาธารณะ", category["th"]),
        "/en/dataset/": ("1 dataset found", "Statistical data", "Public data", category["en"]),
    }.items():
        page = visitor.get(path)
        assert text_of(page.select_one("#dataset-search-form h1")) == words[0]
        facets = text_of(page.select_one("#search-facets"))
        assert all(word in facets for word in words[1:])
        result = text_of(page.select_one(".dataset-item"))
        assert all(word in result for word in (record["title"], "สำนักงานสาธารณสุข", *words[1:3]))


def test_organization_page_shows_code_and_tree(
    visitor: Browser, health: dict[str, Any]
) -> None:
    """Its 4-digit code, what it belongs to and what belongs to it."""
    for path in ("/organization/health", "/organization/about/health"):
        shown = text_of(visitor.get(path).select_one("#content"))
        assert "รหัสหน่วยงาน 1001" in shown
        assert "สังกัด จังหวัด" in shown
        assert "หน่วยงานในสังกัด โรงพยาบาล" in shown


def test_organization_form_refuses_and_keeps(app: Any, health: dict[str, Any]) -> None:
    """A code of another organization is refused in a sentence, beside the field too."""
    admin = Browser(app, factories.SysadminWithToken())
    filled = entered(form_of(admin.get("/organization/new")))
    filled.update(title="สำนักงานเกษตร", name="", org_code="1001", save="")
    page, _ = admin.post("/organization/new", filled)
    assert problems(page) == [
        "“ชื่อในที่อยู่เว็บ”: กรุณากรอกช่องนี้",
        "“รหัสหน่วยงาน”: 1001 เป็นรหัสของ “สำนักงานสาธารณสุข” อยู่แล้ว",
    ]
    mended = entered(form_of(page))
    assert mended["title"] == ["สำนักงานเกษตร"]
    mended.update(name="farm", org_code="1003", save="")
    _, location = admin.post("/organization/new", mended)
    assert location.endswith("/organization/farm")


@pytest.mark.parametrize("path", ["/", "/about", "/user/login", "/organization/", "/dataset/new"])
def test_pages_have_the_theme_and_a_heading(app: Any, health: dict[str, Any], path: str) -> None:
    """Every page has a heading, our style sheet and the site's name."""
    page = Browser(app, factories.SysadminWithToken()).get(path)
    assert page.select("link[href*='thai_gdc'][href*='theme']")
    assert page.h1
    assert text_of(page.select_one(".gdc-brand")).startswith("บัญชีข้อมูลภาครัฐ")


@pytest.mark.usefixtures("with_request_context")
def test_a_retired_code_stays_on_offer_for_its_record() -> None:
    """What the record carries, or somebody typed, does not vanish from the form."""
    offered = [o["value"] for o in page_helpers.gdc_options("data_category")]
    assert offered == ["1", "2", "3", "4"]
    kept = page_helpers.gdc_options("data_category", ["5", "ลับ"])
    assert [(o["value"], o["label"], o["retired"]) for o in kept[4:]] == [
        ("5", "ข้อมูลใช้ภายใน", True), ("ลับ", "ลับ", True),
    ]


@pytest.mark.usefixtures("with_request_context")
@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (None, []),
        ({"title": ["กรุณากรอก “ชื่อชุดข้อมูล”"]}, [("title", "กรุณากรอก “ชื่อชุดข้อมูล”")]),
        ({"name": ["ซ้ำ"]}, [("name", "“ชื่อในที่อยู่เว็บ”: ซ้ำ")]),
        (
            {"tags": [{}, {"name": ["“คำสำคัญ” เสีย", "“คำสำคัญ” เสีย"]}], "data_type": ["ก", "ข"]},
            [("data_type", "“ประเภทข้อมูล”: ก"), ("data_type", "“ประเภทข้อมูล”: ข"),
             ("tag_string", "“คำสำคัญ” เสีย")],
        ),
        (
            {"resources": [{}, {"name": ["กรุณากรอก “ชื่อทรัพยากร”"]}]},
            [("", "ทรัพยากรที่ 2: กรุณากรอก “ชื่อทรัพยากร”")],
        ),
        ({"private": ["ไม่ได้"], "message": "ขัดข้อง"}, [("private", "ไม่ได้"), ("", "ขัดข้อง")]),
    ],
)
def test_errors_are_sentences_that_name_their_field(
    errors: Any, said: list[tuple[str, str]]
) -> None:
    """In the order of the form, each once, in whatever nesting CKAN gives them."""
    found = page_helpers.gdc_errors(errors)
    assert [(one["field"], one["message"]) for one in found] == said
