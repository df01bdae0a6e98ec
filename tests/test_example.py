"""The example that make run loads."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import openpyxl
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from click.testing import CliRunner

from ckanext.thai_gdc import fields
from ckanext.thai_gdc.example import cli, loader, tables
from ckanext.thai_gdc.example import model as example_model

RECORDS = loader.read("records")
ORGANIZATIONS = loader.read("organizations")
USERS = loader.read("users")
RESOURCES = [resource for record in RECORDS for resource in record.get("resources", [])]
FILES = sorted(path for path in loader.FILES.iterdir() if path.is_file())



def act(action: str, **values: Any) -> Any:
    context = {"ignore_auth": True, "user": tk.config["ckan.site_id"]}
    return tk.get_action(action)(context, values)


# --- The data ------------------------------------------------------------------------------


class TestData:
    def test_every_data_type_and_category_is_there(self) -> None:
        assert {r["data_type"] for r in RECORDS} == {"1", "2", "3", "4", "9"}
        assert {r["data_category"] for r in RECORDS} == {"1", "2", "3", "4"}
        assert len(RECORDS) >= 60

    def test_names_and_titles_are_unique(self) -> None:
        for key in ("name", "title"):
            assert max(Counter(r[key] for r in RECORDS).values()) == 1

    def test_complete_and_incomplete_records(self) -> None:
        """Some have all the 14 items, some only the 8 starred fields."""
        table = fields.dataset_fields().values()
        items = {f.name for f in table if f.item} - {"update_frequency_interval"}
        starred = {f.name for f in table if "draft-2563" in f.stars}
        assert len(starred) == 8
        assert sum(items <= r.keys() for r in RECORDS) >= 40
        bare = [r for r in RECORDS if r.keys() == starred | {"name"}]
        assert len(bare) >= 10

    def test_consent_is_given_refused_and_left_open(self) -> None:
        assert {r.get("allow_harvest") for r in RECORDS} == {"True", "False", None}

    def test_what_is_not_public_has_no_files_and_what_is_secret_is_private(self) -> None:
        for record in RECORDS:
            if record["data_category"] != "1":
                assert not record.get("resources"), record["name"]
            assert record.get("private", False) is (record["data_category"] in ("3", "4"))

    def test_organizations_are_one_tree_with_unique_codes(self) -> None:
        seen: set[str] = set()
        for organization in ORGANIZATIONS:
            assert ("parent" not in organization) == (not seen)
            assert organization.get("parent") in seen | {None}
            seen.add(organization["name"])
        codes = {o["code"] for o in ORGANIZATIONS}
        assert len(codes) == len(ORGANIZATIONS)
        assert all(len(code) == 4 and code.isdigit() for code in codes)
        assert {r["owner_org"] for r in RECORDS} == seen

    def test_every_file_belongs_to_one_resource(self) -> None:
        assert sorted(r["file"] for r in RESOURCES if "file" in r) == [f.name for f in FILES]

    def test_every_column_is_explained(self) -> None:
        for resource in RESOURCES:
            path = loader.FILES / resource.get("file", "none")
            if path.suffix in (".csv", ".xlsx"):
                columns, _ = tables.table(path, {})
                assert [c["info"]["label"] for c in columns] == list(resource["columns"])


class TestFiles:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_opens(self, path: Path) -> None:
        """Each file is what its name says."""
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                head, *rows = list(csv.reader(file))
            assert 20 <= len(rows) <= 200
            assert {len(row) for row in rows} == {len(head)}
            assert any("\u0e00" < char < "\u0e7f" for char in "".join(head))
        elif path.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(path).worksheets[0]
            assert sheet.max_row > 20
        elif path.suffix == ".geojson":
            collection = json.loads(path.read_text(encoding="utf-8"))
            assert collection["type"] == "FeatureCollection"
            for feature in collection["features"]:
                for longitude, latitude in positions(feature["geometry"]):
                    assert 97.3 < longitude < 101.5
                    assert 17.5 < latitude < 20.5
        else:
            assert path.read_bytes().startswith(b"%PDF-")

    def test_together_they_are_small(self) -> None:
        assert sum(path.stat().st_size for path in FILES) < 1_500_000

    def test_columns_are_short_enough_for_postgresql(self) -> None:
        for path in FILES:
            if path.suffix in (".csv", ".xlsx"):
                columns, _ = tables.table(path, {})
                ids = [column["id"] for column in columns]
                assert all(len(name.encode()) <= 63 for name in ids)
                assert len(set(ids)) == len(ids)

    def test_numbers_and_dates_have_their_types(self) -> None:
        columns, records = tables.table(loader.FILES / "pm25_daily.csv", {})
        assert [c["type"] for c in columns] == ["date", "text", "numeric", "numeric", "text"]
        assert columns[2]["id"] == "PM25 (มคก/ลบม)"
        assert columns[2]["info"]["label"] == "PM2.5 (มคก./ลบ.ม.)"
        assert records[0]["วันที่"] == "2026-02-01"


def positions(geometry: dict[str, Any]) -> Iterator[list[float]]:
    if geometry["type"] == "Point":
        yield geometry["coordinates"]
        return
    for ring in geometry["coordinates"]:
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
        turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring))
        assert turn < 0, "the outer ring goes against the clock"
        yield from ring


# --- Loading and removing --------------------------------------------------------------------

_loaded: list[loader.Report] = []


def empty(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("reset_db")()
    request.getfixturevalue("reset_index")()
    for plugin in ("activity", "thai_gdc"):
        if p.plugin_loaded(plugin):
            request.getfixturevalue("migrate_db_for")(plugin)
    tk.get_action("get_site_user")({"ignore_auth": True}, {})


@pytest.fixture
def loaded(with_plugins: None, request: pytest.FixtureRequest) -> loader.Report:
    """The example, loaded once for the tests that only look at it."""
    if not _loaded:
        empty(request)
        _loaded.append(loader.load({"lead": "a-password-of-a-test"}))
    return _loaded[0]


@pytest.mark.usefixtures("loaded")
class TestLoaded:
    def test_nothing_fails(self, loaded: loader.Report) -> None:
        assert loaded.failures == []
        assert loaded.notes == []
        assert loaded.done == {
            "dataset": len(RECORDS), "organization": len(ORGANIZATIONS), "user": len(USERS)
        }

    def test_passwords_that_were_not_given_are_made_up(self, loaded: loader.Report) -> None:
        assert loaded.passwords.keys() == {u["name"] for u in USERS} - {"lead"}
        assert len(set(loaded.passwords.values())) == len(USERS) - 1
        assert model.User.get("lead").validate_password("a-password-of-a-test")
        assert model.User.get("steward").validate_password(loaded.passwords["steward"])

    def test_records_are_as_they_were_written(self) -> None:
        wrong = {}
        for record in RECORDS:
            shown = act("package_show", id=record["name"])
            assert shown["state"] == "active"
            for key, value in record.items():
                if (found := as_written(key, shown)) != as_written(key, record):
                    wrong[record["name"], key] = (found, value)
        assert wrong == {}

    def test_found_by_search(self) -> None:
        found = act("package_search", rows=0, include_private=True)
        assert found["count"] == len(RECORDS)

    def test_organizations_stand_in_a_tree(self) -> None:
        for organization in ORGANIZATIONS:
            shown = act("organization_show", id=organization["name"], include_users=True)
            assert shown["org_code"] == organization["code"]
            parents = [group["name"] for group in shown["groups"]]
            assert parents == [o for o in [organization.get("parent")] if o]
            roles = {user["name"]: user["capacity"] for user in shown["users"]}
            assert roles == {
                u["name"]: u["roles"][organization["name"]]
                for u in USERS if organization["name"] in u.get("roles", {})
            }

    def test_rights_follow_the_roles(self) -> None:
        def may(user: str, dataset: str) -> bool:
            try:
                tk.check_access("package_update", {"user": user}, {"id": dataset})
            except tk.NotAuthorized:
                return False
            return True

        health, town = "opd-visits-by-disease-group", "municipal-waste"
        assert {u["name"]: (may(u["name"], health), may(u["name"], town)) for u in USERS} == {
            "admin": (True, True), "lead": (True, True), "steward": (True, False),
            "member": (False, False), "visitor": (False, False),
        }

    def test_files_open_in_a_preview(self) -> None:
        """Tables in the table view, with all their rows; other files in a view of theirs."""
        for path in FILES:
            resource = uploaded(path.name)
            assert view_types(resource) == [loader.VIEWS[path.suffix][0]]
            if path.suffix in (".csv", ".xlsx"):
                columns, records = tables.table(path, {})
                rows = act("datastore_search", resource_id=resource["id"], limit=1)
                assert rows["total"] == len(records)
                assert [f["id"] for f in rows["fields"]] == ["_id", *(c["id"] for c in columns)]

    def test_table_view_answers_the_browser(self, app: Any) -> None:
        view = act("resource_view_list", id=uploaded("pm25_daily.csv")["id"])[0]
        answer = app.post(
            tk.url_for("datatablesview.ajax", resource_view_id=view["id"]),
            data={"draw": 1, "start": 0, "length": 10, "search[value]": ""},
        )
        page = json.loads(answer.body)
        assert page["recordsTotal"] == 180
        assert float(page["data"][0]["PM25 (มคก/ลบม)"]) > 0

    def test_file_is_downloaded_as_it_is(self, app: Any) -> None:
        resource = uploaded("complaints.csv")
        answer = app.get(tk.url_for(
            "dataset_resource.download", id=resource["package_id"], resource_id=resource["id"]
        ))
        assert answer.data == (loader.FILES / "complaints.csv").read_bytes()

    def test_second_load_changes_nothing(self) -> None:
        before = snapshot()
        report = loader.load()
        assert (report.done, report.notes, report.failures, report.passwords) == ({}, [], [], {})
        assert snapshot() == before


class TestInterrupted:
    """Runs on a part of the example, so that it can load it again and again."""

    @pytest.fixture(autouse=True)
    def small(
        self, with_plugins: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _loaded.clear()
        empty(request)
        wanted = {
            "organizations": [o for o in ORGANIZATIONS if "local" in o["name"] or "parent" not in o
                              or o["name"] == "wiangthara-municipality"],
            "users": USERS[-2:],
            "records": [r for r in RECORDS if r["name"] in (
                "municipal-complaints", "municipal-communities", "local-administrations",
                "cctv-network", "child-development-centres")],
        }
        monkeypatch.setattr(loader, "read", wanted.__getitem__)

    @pytest.mark.parametrize(
        "last", ["organization_create", "user_create", "package_create", "resource_create",
                 "datastore_create", "resource_view_create"],
    )
    def test_load_that_was_killed_is_completed(
        self, last: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is doubled, wherever a load was ended."""
        original = loader._Actor.act

        def act(self: Any, action: str, **values: Any) -> Any:
            result = original(self, action, **values)
            if action == last:
                raise KeyboardInterrupt
            return result

        with monkeypatch.context() as patch:
            patch.setattr(loader._Actor, "act", act)
            with pytest.raises(KeyboardInterrupt):
                loader.load()
        model.Session.remove()
        assert loader.load().failures == []
        assert_complete(loader.read)

    def test_rows_are_not_doubled(self) -> None:
        """A load that was ended when the rows were in, but not the word that they are."""
        loader.load()
        resource = uploaded("complaints.csv")
        package_id = resource["package_id"]
        act("resource_patch", id=resource["id"], datastore_active=False)
        example_model.begin(package_id, "dataset")
        model.Session.remove()
        assert loader.load().done == {"dataset": 1}
        assert_complete(loader.read)

    def test_what_users_made_is_left_alone(self) -> None:
        """Names that are taken, datasets in an organization of the example."""
        act("user_create", name="visitor", email="own@example.com", password="own-password")
        act("organization_create", name="wiangthara-local", title="ของผู้ใช้", org_code="9999")
        before = snapshot()
        first = loader.load()
        assert first.failures == []
        assert len(first.notes) >= 3
        assert "visitor" not in first.passwords
        assert snapshot().items() >= before.items()

        own = act("package_create", **{
            **next(r for r in RECORDS if r["name"] == "school-calendar"),
            "name": "own", "owner_org": "wiangthara",
        })
        removed = loader.remove()
        assert removed.failures == []
        assert any("wiangthara stays" in note for note in removed.notes)
        assert act("package_show", id=own["id"])["state"] == "active"
        assert model.User.get("visitor")
        assert snapshot().items() >= before.items()

        act("dataset_purge", id=own["id"])
        loader.remove()
        assert snapshot() == before
        assert all(not example_model.of_kind(kind) for kind in ("dataset", "organization", "user"))

    def test_removed_without_a_trace(self) -> None:
        """Datasets, organizations, users, files, rows and activities are gone."""
        before, before_stored = traces(), stored_tables()
        loader.load()
        resource = uploaded("complaints.csv")
        assert len(stored_tables() - before_stored) == 2
        act("api_token_create", user="member", name="of a test")
        act("package_delete", id="local-administrations")
        assert traces() != before
        report = loader.remove()
        assert report.failures == []
        assert traces() == before
        assert not Path(file_path(resource["id"])).exists()
        assert stored_tables() == before_stored
        assert act("package_search", rows=0, include_private=True)["count"] == 0
        assert loader.remove().done == {}

    def test_can_be_loaded_again_after_it_was_removed(self) -> None:
        loader.load()
        loader.remove()
        assert loader.load().failures == []
        assert_complete(loader.read)

    @pytest.mark.ckan_config(
        "ckan.plugins", "thai_gdc scheming_datasets scheming_organizations dcat"
    )
    def test_previews_that_are_not_enabled_are_left_out(self) -> None:
        report = loader.load()
        assert report.failures == []
        assert any("datastore" in note for note in report.notes)
        assert any("text_view" in note for note in report.notes)

    def test_stricter_stars_refuse_the_incomplete(
        self, ckan_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A site that demands all 14 items gets the complete records, and hears of the rest."""
        monkeypatch.setitem(ckan_config, "ckanext.thai_gdc.star_set", "guideline-1.0")
        report = loader.load()
        assert report.done["dataset"] == 4
        assert len(report.failures) == 1
        assert "child-development-centres" in report.failures[0]

    def test_command_keeps_passwords_and_says_what_it_did(self, tmp_path: Path) -> None:
        file = tmp_path / "passwords.json"
        run = CliRunner().invoke
        first = run(cli.example, ["load", "--passwords", str(file)])
        assert first.exit_code == 0, first.output
        assert "5 datasets" in first.output
        assert file.stat().st_mode & 0o777 == 0o600
        entries = json.loads(file.read_text(encoding="utf-8"))
        assert entries.keys() == {"member", "visitor"}
        assert model.User.get("member").validate_password(entries["member"]["password"])
        assert entries["visitor"]["role"] == "no rights"

        again = run(cli.example, ["load", "--passwords", str(file)])
        assert "nothing to do" in again.output
        assert json.loads(file.read_text(encoding="utf-8")) == entries

        removed = run(cli.example, ["remove", "--yes"])
        assert removed.exit_code == 0, removed.output
        assert "Removed 5 datasets" in removed.output


def as_written(key: str, record: dict[str, Any]) -> Any:
    """A value of a record, whether it was written or is shown by CKAN."""
    value = record.get(key)
    if key == "owner_org":
        return record.get("organization", {"name": value})["name"]
    if key == "tag_string":
        tags = [tag["name"] for tag in record.get("tags", [])] or value.split(",")
        return {tag.strip() for tag in tags}
    if key == "resources":
        wanted = {"resource_created_date", "resource_disaggregate", "resource_unit_of_measure"}
        return [
            (r["name"], {k: v for k, v in r.items() if k in wanted and v}) for r in value
        ]
    if isinstance(value, list):
        return sorted(value)
    return value.strip() if isinstance(value, str) else value


def uploaded(file: str) -> dict[str, Any]:
    for record in RECORDS:
        names = [r["name"] for r in record.get("resources", []) if r.get("file") == file]
        for resource in act("package_show", id=record["name"])["resources"] if names else []:
            if resource["name"] == names[0]:
                return resource
    raise LookupError(file)


def view_types(resource: dict[str, Any]) -> list[str]:
    return [view["view_type"] for view in act("resource_view_list", id=resource["id"])]


def file_path(resource_id: str) -> str:
    upload = uploader.get_resource_uploader({})
    path = upload.get_path(resource_id)
    storage = getattr(upload, "storage", None)
    return str(Path(storage.settings.path) / path) if storage else str(path)


def assert_complete(read: Any) -> None:
    assert model.Session.query(model.Package).count() == len(read("records"))
    assert model.Session.query(model.Group).count() == len(read("organizations"))
    for user in read("users"):
        groups = {
            (member.group.name, member.capacity)
            for member in model.Session.query(model.Member).filter_by(
                table_id=model.User.get(user["name"]).id, state="active")
        }
        names = {o["name"] for o in read("organizations")}
        assert groups == {r for r in user.get("roles", {}).items() if r[0] in names}
    for record in read("records"):
        shown = act("package_show", id=record["name"])
        written = record.get("resources", [])
        assert [r["name"] for r in shown["resources"]] == [r["name"] for r in written]
        for entry, resource in zip(written, shown["resources"], strict=True):
            path = loader.FILES / entry["file"]
            assert Counter(view_types(resource))[loader.VIEWS[path.suffix][0]] == 1
            if path.suffix == ".csv":
                rows = act("datastore_search", resource_id=resource["id"], limit=0)
                assert rows["total"] == len(tables.table(path, {})[1])
    ids = [i for kind in ("dataset", "organization", "user") for i in example_model.of_kind(kind)]
    assert len(ids) == sum(len(read(name)) for name in ("records", "organizations", "users"))
    assert all(example_model.get(object_id).created for object_id in ids)


def stored_tables() -> set[str]:
    """Tables of the DataStore that hold a resource's rows."""
    store = sa.create_engine(tk.config["ckan.datastore.write_url"])
    with store.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    store.dispose()
    return {name for name in names if len(name) == 36}


def snapshot() -> dict[str, Any]:
    """Everything a load could have touched, by id."""
    model.Session.rollback()
    result: dict[str, Any] = {}
    for cls in (model.Package, model.Group, model.User, model.Resource, model.ResourceView):
        for row in model.Session.query(cls):
            if cls is not model.User or row.name != tk.config["ckan.site_id"]:
                result[row.id] = row.as_dict()
    return result


def traces() -> dict[str, int]:
    """Rows in the tables that a load writes."""
    model.Session.rollback()
    names = ["package", "resource", "resource_view", "group", "user", "package_tag", "member",
             "api_token", "dashboard", "activity", "gdc_example_object"]
    return {
        name: model.Session.execute(
            sa.text(f'SELECT count(*) FROM "{name}"')
        ).scalar_one()
        for name in names
    }
