"""Withdrawing a record and bringing it back."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.logic.schema import default_create_package_schema
from ckan.tests import factories, helpers

from ckanext.thai_gdc.record import withdrawal

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")


@pytest.fixture
def steward() -> dict[str, Any]:
    """A user with a token, who may edit the records of ``health``."""
    return factories.UserWithToken(fullname="ผู้ดูแลข้อมูล")


@pytest.fixture
def reader() -> dict[str, Any]:
    """A member of ``health`` who may read its private records and edit none."""
    return factories.UserWithToken()


@pytest.fixture
def stranger() -> dict[str, Any]:
    """An editor of another organization."""
    user = factories.UserWithToken()
    factories.Organization(
        name="roads", org_code="1002", users=[{"name": user["name"], "capacity": "editor"}]
    )
    return user


@pytest.fixture
def health(steward: dict[str, Any], reader: dict[str, Any]) -> dict[str, Any]:
    """The organization of the records here."""
    return factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": steward["name"], "capacity": "editor"},
               {"name": reader["name"], "capacity": "member"}],
    )


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(steward: dict[str, Any], health: dict[str, Any]) -> Make:
    """Makes a complete public record named ``outpatients``, with the changes asked for."""

    def create(**changes: Any) -> dict[str, Any]:
        return act(
            steward, "package_create",
            **{
                "name": "outpatients", "title": "จำนวนผู้ป่วยนอก", "owner_org": health["id"],
                "data_type": "2", "maintainer": "กลุ่มงานยุทธศาสตร์",
                "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข",
                "notes": "รายละเอียด", "objective": ["09"], "update_frequency_unit": "A",
                "update_frequency_interval": "1", "geo_coverage": "06",
                "data_source": "โรงพยาบาล", "data_format": ["02"], "data_category": "1",
                "license_id": "1",
                **changes,
            },
        )

    return create


def act(user: dict[str, Any] | None, action: str, **data: Any) -> Any:
    """What the action answers to the user; None is nobody."""
    name = user["name"] if user else ""
    return helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)


def withdraw(user: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """The record ``outpatients`` withdrawn."""
    return act(
        user, "gdc_record_withdraw",
        **{"id": "outpatients", "reason": "ทำลายข้อมูลแล้ว", **changes},
    )


def refusal(user: dict[str, Any] | None, action: str, **data: Any) -> dict[str, Any]:
    """The errors with which the action refuses."""
    with pytest.raises(tk.ValidationError) as refused:
        act(user, action, **data)
    return refused.value.error_dict


def rows(record: dict[str, Any]) -> list[withdrawal.Withdrawal]:
    """The withdrawals of the record, the newest first."""
    model.Session.expire_all()
    return list(withdrawal.history(record["id"]))


class TestWithdrawing:
    """gdc_record_withdraw."""

    def test_reason_date_and_person_are_kept(self, make: Make, steward: dict[str, Any]) -> None:
        """The date is understood in either era; the record's state is deleted."""
        record = make()
        answer = withdraw(steward, reason="  ทำลายข้อมูลแล้ว ", date="๑๖ มีนาคม ๒๕๖๔")
        (shown,) = act(steward, "gdc_withdrawal_show", id=record["id"])
        assert answer == shown
        assert shown["reason"] == "ทำลายข้อมูลแล้ว"
        assert shown["withdrawn_on"] == "2021-03-16"
        assert shown["withdrawn_by"] == steward["name"]
        assert shown["withdrawn_by_name"] == "ผู้ดูแลข้อมูล"
        assert shown["reinstated_at"] is None
        assert act(steward, "package_show", id="outpatients")["state"] == "deleted"

    def test_the_date_is_today_in_thailand_if_not_given(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """Not the server's day."""
        make()
        bangkok = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
        assert withdraw(steward)["withdrawn_on"] == bangkok.date().isoformat()

    def test_it_needs_a_reason_and_a_past_date(
        self, make: Make, steward: dict[str, Any], subtests: pytest.Subtests
    ) -> None:
        """All that is wrong at once, by label; nothing changes."""
        record = make()
        tomorrow = (withdrawal.today() + datetime.timedelta(days=1)).isoformat()
        cases: list[tuple[dict[str, Any], set[str]]] = [
            ({"reason": ""}, {"reason"}),
            ({"reason": " \u200b "}, {"reason"}),
            ({"reason": None, "date": "32/1/2568"}, {"reason", "date"}),
            ({"reason": ["x"]}, {"reason"}),
            ({"reason": "ครึ่งตัว\ud800"}, {"reason"}),
            ({"reason": "ก" * 1001}, {"reason"}),
            ({"date": tomorrow}, {"date"}),
            ({"date": ["2564"]}, {"date"}),
        ]
        for changes, fields in cases:
            with subtests.test(changes=str(changes)[:60]):
                errors = refusal(steward, "gdc_record_withdraw",
                                 **{"id": "outpatients", "reason": "ดี", **changes})
                assert set(errors) == fields
                assert all("“เหตุผลที่ถอน”" in m or "“วันที่ถอน”" in m
                           for messages in errors.values() for m in messages)
        assert not rows(record)
        assert act(steward, "package_show", id="outpatients")["state"] == "active"

    def test_only_who_may_delete_withdraws(
        self, make: Make, steward: dict[str, Any], reader: dict[str, Any],
        stranger: dict[str, Any], subtests: pytest.Subtests,
    ) -> None:
        """Nor may others reinstate it or read why."""
        make()
        for user in (reader, stranger, None):
            with subtests.test(user=user and user["name"]), pytest.raises(tk.NotAuthorized):
                withdraw(user)
        make(name="secret", data_category="4", license_id="")
        for user in (stranger, None):
            with pytest.raises(tk.ObjectNotFound):
                withdraw(user, id="secret")
        with pytest.raises(tk.ObjectNotFound):
            withdraw(steward, id="no-such-record")
        withdraw(steward)
        for user in (reader, stranger, None):
            for action in ("gdc_record_withdraw", "gdc_record_reinstate", "gdc_withdrawal_show"):
                with pytest.raises(tk.ObjectNotFound):
                    act(user, action, id="outpatients", reason="x")

    def test_the_second_of_two_is_told(self, make: Make, steward: dict[str, Any]) -> None:
        """A record is withdrawn once."""
        record = make()
        withdraw(steward)
        errors = refusal(steward, "gdc_record_withdraw", id="outpatients", reason="อีกครั้ง")
        assert set(errors) == {"id"}
        assert errors["id"][0].code == "withdrawn"
        assert [r.reason for r in rows(record)] == ["ทำลายข้อมูลแล้ว"]

    def test_two_at_once_leave_one_row(
        self, make: Make, steward: dict[str, Any], app: Any
    ) -> None:
        """One succeeds, the others are refused: none breaks down."""
        record = make()
        answers: list[str] = []
        start = threading.Barrier(4)

        def run(number: int) -> None:
            with app.flask_app.test_request_context():
                start.wait()
                try:
                    withdraw(steward, reason=f"{number}")
                    answers.append("done")
                except tk.ValidationError as refused:
                    errors: Any = refused.error_dict
                    answers.append(errors["id"][0].code)
                finally:
                    model.Session.remove()

        threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["done", "withdrawn", "withdrawn", "withdrawn"]
        assert len(rows(record)) == 1


def test_programs_get_the_code_of_each_message(
    make: Make, steward: dict[str, Any], app: Any
) -> None:
    """Beside the messages, as CKAN's own actions give them here."""
    record = make()
    package = model.Package.get(record["id"])
    assert package
    package.title = ""
    model.Session.commit()

    def codes(action: str, **sent: str) -> Any:
        answer = app.post(
            f"/api/action/{action}", json={"id": record["id"], **sent}, status=409,
            headers={"Authorization": steward["token"]},
        )
        return answer.json["error"]["__codes"]

    assert codes("gdc_record_withdraw", reason="", date="1/1/2999") == {
        "reason": ["missing"], "date": ["in_future"],
    }
    withdraw(steward)
    assert codes("gdc_record_withdraw", reason="x") == {"id": ["withdrawn"]}
    assert codes("gdc_record_reinstate") == {"title": ["missing"]}


class TestEveryWayOfDeleting:
    """CKAN's own ways leave a row, too."""

    @pytest.mark.parametrize("way", ["package_delete", "package_patch", "bulk", "name"])
    def test_it_leaves_a_row(
        self, make: Make, steward: dict[str, Any], health: dict[str, Any], way: str
    ) -> None:
        """With a fixed reason, today, and whoever did it."""
        record = make()
        if way == "package_patch":
            act(steward, "package_patch", id=record["id"], state="deleted")
        elif way == "bulk":
            admin = factories.Sysadmin()
            act(admin, "bulk_update_delete", datasets=[record["id"]], org_id=health["id"])
        else:
            act(steward, "package_delete", id=record["name" if way == "name" else "id"])
        (row,) = rows(record)
        assert row.reason == withdrawal.OVER_API
        assert row.withdrawn_on == withdrawal.today()
        assert row.withdrawn_by
        assert row.was_listed

    def test_deleting_twice_leaves_one_row(self, make: Make, steward: dict[str, Any]) -> None:
        """CKAN takes a second package_delete."""
        record = make()
        act(steward, "package_delete", id=record["id"])
        act(steward, "package_delete", id=record["id"])
        assert len(rows(record)) == 1

    def test_a_refused_deletion_leaves_none(
        self, make: Make, reader: dict[str, Any]
    ) -> None:
        """The row is written in the transaction of the deletion."""
        record = make()
        with pytest.raises(tk.NotAuthorized):
            act(reader, "package_delete", id=record["id"])
        model.Session.rollback()
        assert not rows(record)

    def test_other_types_are_none_of_our_business(self) -> None:
        """A harvest source or a showcase is no record."""
        other = model.Package(name="other", type="other")
        model.Session.add(other)
        model.Session.commit()
        withdrawal.deleted(other, None)
        withdrawal.updated(other, None)
        assert not withdrawal.history(other.id)


class TestReinstating:
    """gdc_record_reinstate, and CKAN's ways."""

    def test_it_is_active_again_and_remembered(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """Groups that deleting forgets are back, and the history tells both."""
        group = factories.Group(user=factories.Sysadmin())
        record = make()
        admin = factories.Sysadmin()
        act(admin, "member_create", id=group["id"], object=record["id"],
            object_type="package", capacity="public")
        withdraw(steward)
        assert act(None, "package_search")["count"] == 0
        act(steward, "gdc_record_reinstate", id="outpatients", note="ถอนผิดชุด")
        shown = act(None, "package_show", id="outpatients")
        assert shown["state"] == "active"
        assert [g["name"] for g in shown["groups"]] == [group["name"]]
        assert shown["organization"]["name"] == "health"
        assert act(None, "package_search")["count"] == 1
        (told,) = act(steward, "gdc_withdrawal_show", id="outpatients")
        assert told["reinstated_by"] == steward["name"]
        assert told["reinstated_at"]
        assert told["reinstate_note"] == "ถอนผิดชุด"
        withdraw(steward, reason="ครั้งที่สอง")
        assert [r.reason for r in rows(record)] == ["ครั้งที่สอง", "ทำลายข้อมูลแล้ว"]

    @pytest.mark.parametrize("way", ["package_patch", "package_revise"])
    def test_ckans_ways_close_the_row(
        self, make: Make, steward: dict[str, Any], way: str
    ) -> None:
        """The state is CKAN's; the row follows it."""
        record = make()
        withdraw(steward)
        if way == "package_patch":
            act(steward, way, id=record["id"], state="active")
        else:
            act(steward, way, match={"id": record["id"]}, update={"state": "active"})
        (row,) = rows(record)
        assert row.reinstated_at
        assert row.reinstated_by == steward["id"]

    def test_a_record_that_breaks_a_rule_is_refused(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """With all its errors, of its resources too; it stays withdrawn."""
        record = make(resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv"}])
        package = model.Package.get(record["id"])
        assert package
        package.extras["data_category"] = "77"
        package.title = ""
        package.resources[0].extras = {"resource_accessible_platform": "77",
                                       "resource_last_updated_date": "ไม่ใช่วันที่"}
        model.Session.commit()
        withdraw(steward)
        errors = refusal(steward, "gdc_record_reinstate", id="outpatients", note="ลอง")
        assert {"title", "data_category", "resources"} <= set(errors)
        assert "resource_last_updated_date" in errors["resources"][0]
        (row,) = rows(record)
        assert not row.reinstated_at
        assert not row.reinstate_note
        assert act(steward, "package_show", id="outpatients")["state"] == "deleted"

    def test_only_a_withdrawn_one(self, make: Make, steward: dict[str, Any]) -> None:
        """An active record is refused clearly."""
        make()
        errors = refusal(steward, "gdc_record_reinstate", id="outpatients")
        assert errors["id"][0].code == "not_withdrawn"

    def test_a_file_survives(self, make: Make, steward: dict[str, Any]) -> None:
        """Judging the resources again changes nothing in them."""
        make(resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv",
                         "format": "CSV", "size": 12}])
        before = act(steward, "package_show", id="outpatients")["resources"]
        withdraw(steward)
        act(steward, "gdc_record_reinstate", id="outpatients")
        after = act(steward, "package_show", id="outpatients")["resources"]
        for resource in (*before, *after):
            resource.pop("metadata_modified", None)
        assert after == before


class TestName:
    """The name of a withdrawn record stays taken."""

    def test_no_other_record_can_take_it(
        self, make: Make, steward: dict[str, Any], subtests: pytest.Subtests
    ) -> None:
        """On create and on update; the sentence says why."""
        make()
        make(name="other")
        withdraw(steward)
        with subtests.test("create"):
            with pytest.raises(tk.ValidationError) as refused:
                make()
            errors: Any = refused.value.error_dict
            assert "outpatients" in errors["name"][0]
        with subtests.test("rename"):
            errors = refusal(steward, "package_patch", id="other", name="outpatients")
            assert set(errors) == {"name"}
        with subtests.test("harvested in"):
            context = {"ignore_auth": True, "schema": default_create_package_schema()}
            with pytest.raises(tk.ValidationError) as refused:
                helpers.call_action("package_create", context, name="outpatients")
            assert "name" in refused.value.error_dict
        act(steward, "gdc_record_reinstate", id="outpatients")

    def test_a_record_without_a_name_gets_another(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """A name that is made from the title avoids it."""
        make(name="", title="Outpatients by district")
        act(steward, "package_delete", id="outpatients-by-district")
        again = make(name="", title="Outpatients by district")
        assert again["name"].startswith("outpatients-by-district-")

    def test_who_may_not_know_reads_no_more_than_that_it_is_taken(
        self, make: Make, steward: dict[str, Any], stranger: dict[str, Any]
    ) -> None:
        """That a secret was withdrawn is a secret."""
        make(data_category="4", license_id="")
        withdraw(steward)
        asked: dict[Any, Any] = {("name",): "outpatients"}
        told: dict[Any, list[str]] = {("name",): []}
        for user in (stranger, steward):
            context: Any = {"user": user["name"], "session": model.Session}
            judge: Any = tk.get_validator("package_name_validator")
            judge(("name",), asked, told, context)
        assert len(told[("name",)]) == 1
        assert "outpatients" not in told[("name",)][0]

    def test_the_withdrawn_record_itself_keeps_it(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """It can be edited while it is withdrawn."""
        make()
        withdraw(steward)
        edited = act(steward, "package_patch", id="outpatients", notes="แก้แล้ว")
        assert (edited["name"], edited["state"]) == ("outpatients", "deleted")


class TestPublicList:
    """gdc_withdrawn_list: what harvesters learn."""

    def test_it_tells_of_listed_records_only(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """Neither of private or secret ones, nor of those without consent; counts neither."""
        listed = make()
        make(name="private", private=True)
        make(name="secret", data_category="4", license_id="")
        make(name="unlisted", allow_harvest="False")
        make(name="active")
        for name in ("outpatients", "private", "secret", "unlisted"):
            withdraw(steward, id=name, date="2021-03-16")
        told = act(None, "gdc_withdrawn_list")
        assert told["count"] == 1
        (one,) = told["results"]
        assert one.pop("created")
        assert one == {"id": listed["id"], "name": "outpatients", "date": "2021-03-16"}

    def test_publishing_and_deleting_in_one_save_tells_nothing(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """What nobody has seen is withdrawn from nobody."""
        make(private=True)
        act(steward, "package_patch", id="outpatients", private=False, state="deleted")
        assert act(None, "gdc_withdrawn_list")["count"] == 0

    def test_a_withdrawn_record_that_becomes_secret_is_dropped(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """Its steward sees afterwards what it is."""
        make()
        withdraw(steward)
        assert act(None, "gdc_withdrawn_list")["count"] == 1
        act(steward, "package_patch", id="outpatients", data_category="4", license_id="")
        assert act(None, "gdc_withdrawn_list") == {"count": 0, "results": []}

    def test_a_reinstated_one_is_not_in_it(self, make: Make, steward: dict[str, Any]) -> None:
        """It is in the feed again instead."""
        make()
        withdraw(steward)
        act(steward, "gdc_record_reinstate", id="outpatients")
        assert act(None, "gdc_withdrawn_list")["count"] == 0

    def test_since_limit_and_offset(self, make: Make, steward: dict[str, Any]) -> None:
        """By the time at which it was written down: a backdated one is not missed."""
        for name in ("a1", "a2", "a3"):
            make(name=name)
            withdraw(steward, id=name, date="2564-03-16")
        told = act(None, "gdc_withdrawn_list")
        assert [r["name"] for r in told["results"]] == ["a1", "a2", "a3"]
        since = act(None, "gdc_withdrawn_list", since=told["results"][1]["created"])
        assert [r["name"] for r in since["results"]] == ["a2", "a3"]
        today = withdrawal.today()
        buddhist = f"{today.day}/{today.month}/{today.year + 543}"
        assert act(None, "gdc_withdrawn_list", since=buddhist)["count"] == 3
        part = act(None, "gdc_withdrawn_list", limit="1", offset=1)
        assert (part["count"], [r["name"] for r in part["results"]]) == (3, ["a2"])

    @pytest.mark.parametrize(
        "asked", [{"since": "เมื่อวาน"}, {"since": 5}, {"limit": "x"}, {"limit": 0},
                  {"offset": -1}, {"offset": 10**30}, {"since": "2026-99-99T00:00"}],
    )
    def test_nonsense_is_refused(self, asked: dict[str, Any]) -> None:
        """At the parameter."""
        assert set(refusal(None, "gdc_withdrawn_list", **asked)) == set(asked)


class TestPurging:
    """CKAN's dataset_purge."""

    def test_only_a_sysadmin_and_the_row_stays(
        self, make: Make, steward: dict[str, Any]
    ) -> None:
        """With the record's name; the name is free again; harvesters still learn of it."""
        record = make()
        withdraw(steward)
        with pytest.raises(tk.NotAuthorized):
            act(steward, "dataset_purge", id=record["id"])
        model.Session.rollback()
        assert not rows(record)[0].purged_at
        admin = factories.Sysadmin()
        act(admin, "dataset_purge", id=record["id"])
        (row,) = rows(record)
        assert (row.name, row.purged_by) == ("outpatients", admin["id"])
        assert row.purged_at
        assert [r["name"] for r in act(None, "gdc_withdrawn_list")["results"]] == ["outpatients"]
        assert len(act(admin, "gdc_withdrawal_show", id=record["id"])) == 1
        with pytest.raises(tk.ObjectNotFound):
            act(steward, "gdc_withdrawal_show", id=record["id"])
        assert make()["name"] == "outpatients"

    def test_purging_an_active_record_leaves_a_row(self, make: Make) -> None:
        """Nothing goes without a trace."""
        record = make()
        act(factories.Sysadmin(), "dataset_purge", id=record["id"])
        assert rows(record)[0].purged_at

    def test_the_trash_asks_before_it_purges(
        self, make: Make, steward: dict[str, Any], app: Any
    ) -> None:
        """Its links lead to a page with a button, and change nothing by themselves."""
        record = make()
        withdraw(steward)
        admin = factories.SysadminWithToken()
        trash = Browser(app, admin).get("/ckan-admin/trash")
        for link in trash.select("a.purge-all"):
            assert link["data-module"] == "confirm-action"
            asked = Browser(app, admin).get(str(link["href"]))
            assert asked.select_one("form[method=post], form[method=POST]")
        assert model.Package.get(record["id"])


class Browser:
    """Reads pages and posts forms, without JavaScript."""

    def __init__(self, app: Any, user: dict[str, Any] | None) -> None:
        self._app = app
        self._headers = {"Authorization": user["token"]} if user else {}

    def get(self, path: str, status: int = 200) -> BeautifulSoup:
        """The page at a path."""
        answer = self._app.get(
            path, headers=self._headers, status=status, follow_redirects=False
        )
        return BeautifulSoup(answer.body, "html.parser")

    def post(self, path: str, **filled: str) -> Any:
        """The answer to a form."""
        return self._app.post(
            path, data=filled, headers=self._headers, follow_redirects=False, status=None
        )


class TestPages:
    """The steward's pages, and what others get."""

    def test_from_the_form_to_the_list_and_back(
        self, make: Make, steward: dict[str, Any], app: Any
    ) -> None:
        """The form's button leads to a page that asks for a reason, shows errors by label."""
        make()
        browser = Browser(app, steward)
        form = browser.get("/en/dataset/edit/outpatients")
        (button,) = [a for a in form.select("a.btn-danger") if a.text.strip() == "Withdraw"]
        page = browser.get(str(button["href"]))
        today = page.select_one("#field-date")
        assert today
        assert str(withdrawal.today().year) in str(today["value"])
        refused = BeautifulSoup(
            browser.post(str(button["href"]), reason="", date="ไม่ใช่วันที่").body, "html.parser"
        )
        links = {a["href"]: a.text for a in refused.select(".gdc-errors a")}
        assert set(links) == {"#field-reason", "#field-date"}
        assert "“Reason for withdrawing”" in links["#field-reason"]
        assert "ไม่ใช่วันที่" in str(refused.select_one("#field-date"))
        done = browser.post(str(button["href"]), reason="<b>ทำลาย</b>", date="16/03/2564")
        assert done.status_code == 302
        assert done.headers["Location"].endswith("/en/dataset/outpatients")
        record = browser.get("/en/dataset/outpatients")
        alert = record.select_one(".alert-warning")
        assert alert
        assert "<b>ทำลาย</b>" in alert.text
        assert "16 March 2021" in alert.text
        assert "ผู้ดูแลข้อมูล" in alert.text
        assert "16 มีนาคม 2564" in browser.get("/dataset/outpatients").text
        assert "จำนวนผู้ป่วยนอก" in browser.get("/en/dashboard/withdrawn").text
        (back,) = [a for a in alert.select("a") if a.text.strip() == "Reinstate"]
        assert browser.get(str(back["href"])).select_one("#field-note")
        assert browser.post(str(back["href"]), note="").status_code == 302
        assert Browser(app, None).get("/dataset/outpatients")
        assert "จำนวนผู้ป่วยนอก" not in browser.get("/en/dashboard/withdrawn").text

    def test_ckans_delete_page_leads_to_ours(
        self, make: Make, steward: dict[str, Any], app: Any
    ) -> None:
        """Also a post to it deletes nothing."""
        make()
        browser = Browser(app, steward)
        answer = browser.post("/dataset/delete/outpatients", delete="")
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("/dataset/withdraw/outpatients")
        assert act(None, "package_show", id="outpatients")["state"] == "active"

    def test_a_record_that_breaks_a_rule_says_what(
        self, make: Make, steward: dict[str, Any], app: Any
    ) -> None:
        """The reinstate page names it by label, and leads to the form."""
        record = make()
        package = model.Package.get(record["id"])
        assert package
        package.title = ""
        model.Session.commit()
        withdraw(steward)
        answer = Browser(app, steward).post("/en/dataset/reinstate/outpatients")
        page = BeautifulSoup(answer.body, "html.parser")
        errors = page.select_one(".gdc-errors")
        assert errors
        assert "“Title”" in errors.text
        assert errors.select_one("a[href$='/dataset/edit/outpatients']")

    def test_to_everybody_else_it_never_was(
        self, make: Make, steward: dict[str, Any], reader: dict[str, Any],
        stranger: dict[str, Any], app: Any, subtests: pytest.Subtests,
    ) -> None:
        """Same status and same page as for a name that nobody ever used, also over the API."""
        record = make(resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv"}])
        withdraw(steward)
        resource = record["resources"][0]["id"]
        paths = [
            "/dataset/{}", "/dataset/edit/{}", "/dataset/withdraw/{}", "/dataset/reinstate/{}",
            "/dataset/activity/{}", "/dataset/{}.ttl", "/dataset/{}/resource/" + resource,
            "/dataset/{}/resource/" + resource + "/download/a.csv",
            "/api/action/package_show?id={}", "/api/action/gdc_withdrawal_show?id={}",
            "/api/action/package_activity_list?id={}",
        ]
        for user in (None, reader, stranger):
            headers = {"Authorization": user["token"]} if user else {}
            for path in paths:
                with subtests.test(path=path, user=user and user["name"]):
                    seen = [
                        app.get(path.format(name), headers=headers, status=None,
                                follow_redirects=False)
                        for name in ("outpatients", "never-was-one")
                    ]
                    assert [a.status_code for a in seen] == [404, 404]
                    bodies = [a.body.replace("outpatients", "never-was-one") for a in seen]
                    assert "จำนวนผู้ป่วยนอก" not in bodies[0]
                    assert len(bodies[0]) == len(bodies[1])

    def test_its_resources_are_gone_too(
        self, make: Make, steward: dict[str, Any], reader: dict[str, Any], app: Any,
        subtests: pytest.Subtests,
    ) -> None:
        """Data, previews and searches: not found, and no view of CKAN breaks down."""
        resources = [{"name": "ไฟล์", "url": "https://example.go.th/a.csv", "format": "CSV"}]
        resource = make(resources=resources)["resources"][0]["id"]
        withdraw(steward)
        paths = (
            f"/datastore/dump/{resource}", f"/api/action/resource_show?id={resource}",
            f"/api/action/datastore_search?resource_id={resource}",
            f"/api/action/resource_view_list?id={resource}",
        )
        for user in (None, reader):
            headers = {"Authorization": user["token"]} if user else {}
            for path in paths:
                with subtests.test(path=path):
                    assert app.get(path, headers=headers, status=None).status_code == 404
        assert act(None, "resource_search", query="name:ไฟล์")["count"] == 0

    def test_it_is_in_no_public_output(
        self, make: Make, steward: dict[str, Any], stranger: dict[str, Any], app: Any
    ) -> None:
        """Nor in another's list of withdrawn records."""
        make()
        withdraw(steward)
        for path in ("/dataset/", "/", "/organization/health", "/catalog.ttl", "/catalog.xml",
                     "/api/action/package_list", "/api/action/package_search?q=*:*",
                     "/api/action/package_autocomplete?q=out",
                     "/api/action/package_search?fq=state:deleted",
                     "/api/action/organization_show?id=health&include_datasets=true",
                     "/api/action/current_package_list_with_resources",
                     "/organization/activity/health", "/feeds/dataset.atom",
                     "/api/action/organization_activity_list?id=health",
                     "/api/action/recently_changed_packages_activity_list"):
            page = app.get(path, status=200)
            assert "outpatients" not in page.body, path
            assert "จำนวนผู้ป่วยนอก" not in page.body, path
        stream = "/organization/activity/health"
        assert "จำนวนผู้ป่วยนอก" in Browser(app, steward).get(stream).text
        act(steward, "gdc_record_reinstate", id="outpatients")
        assert "จำนวนผู้ป่วยนอก" in Browser(app, None).get(stream).text
        withdraw(steward)
        assert act(stranger, "gdc_withdrawn_own_list") == {"count": 0, "results": []}
        assert act(steward, "gdc_withdrawn_own_list")["count"] == 1
        with pytest.raises(tk.NotAuthorized):
            act(None, "gdc_withdrawn_own_list")
        Browser(app, None).get("/dashboard/withdrawn", status=403)
