"""Code lists that an admin changes, over the API: in force at once, judged whole, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import hypothesis
import pytest
from ckan import model
from ckan.tests import factories, helpers
from hypothesis import given
from hypothesis import strategies as st

from ckanext.thai_gdc import codes, fields, settings
from ckanext.thai_gdc.admin import changes, code_action, history_action
from ckanext.thai_gdc.codes import check, site
from ckanext.thai_gdc.harvest import code_lists

pytestmark = pytest.mark.usefixtures(
    "app", "clean_db", "clean_index", "as_shipped", "with_request_context"
)

WHY = {"note": "ตามหนังสือเวียน"}


@pytest.fixture
def admin() -> Callable[..., Any]:
    """Calls an action as a sysadmin, with all checks."""
    name = factories.Sysadmin()["name"]

    def call(action: str, **data: Any) -> Any:
        return helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)

    return call


def refused(call: Callable[..., Any], action: str, **data: Any) -> dict[str, Any]:
    """What a refusal says, by field."""
    with pytest.raises(tk.ValidationError) as refusal:
        call(action, **data)
    return refusal.value.error_dict


def test_a_new_code_is_in_force_at_once_and_stands_before_other(admin: Callable[..., Any]) -> None:
    """It is in the list, known by its labels, and before the code that asks for text."""
    shown = admin("gdc_code_create", list="data_type", code="5", th="ข้อมูลเสียง", en="Sound", **WHY)
    assert [c["code"] for c in shown["codes"]] == ["1", "2", "3", "4", "5", "9"]
    assert codes.get("data_type").resolve("ข้อมูลเสียง") == "5"


def test_all_that_is_wrong_with_a_code_is_said_at_once(admin: Callable[..., Any]) -> None:
    """Its form, a label that another code has, a label that is missing, and no reason."""
    errors = refused(admin, "gdc_code_create", list="data_type", code="55", th="ข้อมูลสถิติ", en="")
    assert set(errors) == {"code", "th", "en", "note"}
    assert codes.get("data_type").resolve("55") is None


def test_a_label_can_be_worded_better_and_taken_back(admin: Callable[..., Any]) -> None:
    """The old wording is found no more after the change, and again after it is undone."""
    change = admin("gdc_code_update", list="data_type", code="2", en="Statistics", **WHY)["change"]
    assert codes.get("data_type").label("2", "en") == "Statistics"
    lines = admin("gdc_change_list", list="data_type")["results"][0]["lines"]
    assert lines == [{"subject": "ประเภทข้อมูล: 2 ข้อมูลสถิติ", "attribute": lines[0]["attribute"],
                      "before": "Statistical data", "after": "Statistics"}]
    admin("gdc_change_undo", id=change, **WHY)
    assert codes.get("data_type").label("2", "en") == "Statistical data"
    assert settings.current().values == {}


def test_a_change_that_was_changed_again_is_not_undone(admin: Callable[..., Any]) -> None:
    """The later change has to be taken back first."""
    first = admin("gdc_code_update", list="data_type", code="2", en="One", **WHY)["change"]
    admin("gdc_code_update", list="data_type", code="2", en="Two", **WHY)
    assert "id" in refused(admin, "gdc_change_undo", id=first, **WHY)


def test_a_code_that_was_added_is_undone_although_another_was_added_since(
    admin: Callable[..., Any],
) -> None:
    """The order of the list is no reason to refuse."""
    first = admin("gdc_code_create", list="data_type", code="5", th="ก", en="A", **WHY)["change"]
    admin("gdc_code_create", list="data_type", code="6", th="ข", en="B", **WHY)
    admin("gdc_change_undo", id=first, **WHY)
    assert list(codes.get("data_type").codes) == ["1", "2", "3", "4", "6", "9"]


def test_the_second_of_two_admins_is_told(admin: Callable[..., Any]) -> None:
    """Who saw the list before a change of somebody else saves nothing over it."""
    seen = changes.revision(("list:data_type", "code:data_type:"))
    admin("gdc_code_update", list="data_type", code="2", en="First", **WHY)
    errors = refused(
        admin, "gdc_code_update", list="data_type", code="3", en="Second", revision=seen, **WHY)
    assert errors["revision"][0].code == "changed_meanwhile"
    assert codes.get("data_type").label("3", "en") == "Geospatial data"


def test_a_retired_code_stays_on_records_and_is_not_newly_chosen(admin: Callable[..., Any]) -> None:
    """It has its label still; it is no choice any more; it can come back."""
    admin("gdc_code_retire", list="data_support", code="3", **WHY)
    support = codes.get("data_support")
    assert support.label("3", "en") == "International organisation"
    assert "3" not in [c.code for c in support.choices()]
    admin("gdc_code_reactivate", list="data_support", code="3", **WHY)
    assert "3" in [c.code for c in codes.get("data_support").choices()]


def test_the_category_that_the_rules_need_is_not_retired(admin: Callable[..., Any]) -> None:
    """Without the public category most licences would agree with nothing: all is said."""
    errors = refused(admin, "gdc_code_retire", list="data_category", code="1", **WHY)
    said = " ".join(errors["code_list"])
    assert "จะไม่เหลือหมวดหมู่ที่ทุกคนดูระเบียน" in said and "license" not in errors
    assert len(errors["code_list"]) >= 8


def test_a_shipped_code_is_not_deleted_and_an_own_one_only_while_unused(
    admin: Callable[..., Any],
) -> None:
    """What the standard has can only be retired."""
    assert "code" in refused(admin, "gdc_code_delete", list="data_type", code="1", **WHY)
    admin("gdc_code_create", list="data_support", code="6", th="ก", en="A", **WHY)
    admin("gdc_code_delete", list="data_support", code="6", **WHY)
    assert "6" not in codes.get("data_support")


def test_a_new_list_is_made(admin: Callable[..., Any]) -> None:
    """It is there for a field to take codes from, with its own form of codes."""
    made = admin(
        "gdc_code_list_create", list="ministries", th="กระทรวง", en="Ministries", pattern=r"\d\d",
        codes=[{"code": "01", "th": "ก", "en": "A"}, {"code": "02", "th": "ข", "en": "B"}], **WHY)
    assert [c["code"] for c in made["codes"]] == ["01", "02"]
    assert codes.get("ministries").resolve("ข") == "02"


def test_the_order_is_kept(admin: Callable[..., Any]) -> None:
    """An order that leaves a code out is refused."""
    order = ["9", "4", "3", "2", "1"]
    shown = admin("gdc_code_list_update", list="data_type", order=order, **WHY)
    assert [c["code"] for c in shown["codes"]] == order
    assert "order" in refused(admin, "gdc_code_list_update", list="data_type", order=["9"], **WHY)


def test_an_upgrade_brings_new_labels_and_asks_where_both_changed(
    admin: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the site said stays in force until somebody decides."""
    admin("gdc_code_update", list="data_type", code="2", en="Ours", **WHY)
    newer = {"code": "2", "th": "ข้อมูลสถิติใหม่", "en": "Theirs"}
    ships = dict(site.shipped())
    ships["data_type"] = {**ships["data_type"], "codes": [
        newer if c["code"] == "2" else c for c in ships["data_type"]["codes"]]}
    monkeypatch.setattr(site, "shipped", lambda: ships)
    site._by_code.cache_clear()
    site.definitions.cache_clear()
    codes.lists._in_force.cache_clear()
    try:
        assert codes.get("data_type").codes["2"].label == {"th": "ข้อมูลสถิติใหม่", "en": "Ours"}
        [clash] = site.clashes(settings.current())
        assert (clash.attribute, clash.site, clash.before, clash.shipped) == (
            "en", "Ours", "Statistical data", "Theirs")
        admin("gdc_code_decide", list="data_type", code="2", attribute="en", choice="shipped",
              **WHY)
        assert codes.get("data_type").label("2", "en") == "Theirs"
        assert not list(site.clashes(settings.current()))
    finally:
        site._by_code.cache_clear()


def test_only_managers_may_and_a_manager_needs_no_other_right() -> None:
    """A sysadmin makes somebody a manager; that one changes lists, and makes no other."""
    boss, clerk = factories.Sysadmin()["name"], factories.User()["name"]

    def call(by: str, action: str, /, **data: Any) -> Any:
        return helpers.call_action(action, {"user": by, "ignore_auth": False}, **data)

    change = {"list": "data_type", "code": "2", "en": "X", **WHY}
    with pytest.raises(tk.NotAuthorized):
        call(clerk, "gdc_code_update", **change)
    managers = call(boss, "gdc_manager_set", user=clerk, manager=True, **WHY)
    assert [one["name"] for one in managers["results"]] == [clerk]
    call(clerk, "gdc_code_update", **change)
    with pytest.raises(tk.NotAuthorized):
        call(clerk, "gdc_manager_set", user=clerk, manager=False, **WHY)
    newest = call(clerk, "gdc_change_list")["results"][1]["id"]
    with pytest.raises(tk.NotAuthorized):
        call(clerk, "gdc_change_undo", id=newest, **WHY)
    call(boss, "gdc_manager_set", user=clerk, manager=False, **WHY)
    with pytest.raises(tk.NotAuthorized):
        call(clerk, "gdc_code_update", **change)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=8)
    | st.sampled_from(["data_type", "1", "5", "site", "http://", "P1M", "a\ud800", "a\x00"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["th", "en", "x"]), inner, max_size=3),
    max_leaves=4,
)
_KEYS = (
    "list", "code", "th", "en", "legacy", "other", "active", "for", "explain", "access", "period",
    "order", "revision", "note", "after", "codes", "pattern", "choice", "attribute", "id", "user",
    "manager", "limit", "offset",
)


@given(
    action=st.sampled_from(sorted(
        name for name in (*code_action.get_actions(), *history_action.get_actions())
    )),
    said=st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6),
    known=st.sampled_from([{}, {"list": "data_type", "code": "2", **WHY},
                           {"list": "data_type", "code": "7", "th": "ก", "en": "k", **WHY}]),
)
@hypothesis.settings(
    max_examples=250, deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_whatever_is_sent_is_done_or_refused_in_words(
    admin: Callable[..., Any], action: str, said: dict[str, Any], known: dict[str, Any]
) -> None:
    """No action on lists or their history fails on any JSON; every list can be used after it."""
    try:
        admin(action, **{**known, **said})
    except (tk.ValidationError, tk.ObjectNotFound):
        pass
    finally:
        model.Session.rollback()
    for name in code_lists.names():
        assert not check.problems(name, site.definitions(settings.current())[name])


@pytest.mark.parametrize("key", ["th", "legacy", "explain", "note"])
def test_half_a_character_is_refused(admin: Callable[..., Any], key: str) -> None:
    """The database could not hold it; nothing of the change is kept."""
    broken = "a\ud800"
    said = {"legacy": [broken], "explain": {"th": broken, "en": "x"}}.get(key, broken)
    refused(admin, "gdc_code_update", **{"list": "data_type", "code": "2", **WHY, key: said})
    assert settings.current().values == {}


def test_a_list_that_a_field_takes_is_not_taken_back(admin: Callable[..., Any]) -> None:
    """A field without its list would have an empty one: the undo says which field it is."""
    made = admin("gdc_code_list_create", list="supporters", th="ผู้สนับสนุน", en="Supporters",
                 codes=[{"code": "1", "th": "ก", "en": "A"}], **WHY)["change"]
    admin("gdc_field_update", level="dataset", name="data_support", code_list="supporters", **WHY)
    assert codes.of_coded(fields.dataset_fields()["data_support"]).resolve("ก") == "1"
    errors = refused(admin, "gdc_change_undo", id=made, **WHY)
    assert "ผู้สนับสนุน" in errors["code_list"][0]
