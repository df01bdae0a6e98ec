"""Loads the example and removes it again, by CKAN's own actions."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import yaml
from ckan import model
from ckan.lib import uploader
from ckan.lib.search.common import make_connection
from werkzeug.datastructures import FileStorage

from ckanext.thai_gdc.example import model as example_model
from ckanext.thai_gdc.example import tables

FOLDER = Path(__file__).parent
FILES = FOLDER / "files"

#: Suffix of a file to the view that opens it in the page, and the view's title.
VIEWS = {
    ".csv": ("datatables_view", "ตารางข้อมูล"),
    ".xlsx": ("datatables_view", "ตารางข้อมูล"),
    ".geojson": ("text_view", "เนื้อหาไฟล์ GeoJSON"),
    ".pdf": ("webpage_view", "เอกสาร"),
}
_FORMATS = {".csv": "CSV", ".xlsx": "XLSX", ".geojson": "GeoJSON", ".pdf": "PDF"}
_CLASSES = {"organization": model.Group, "user": model.User, "dataset": model.Package}


@dataclasses.dataclass
class Report:
    """What a load or a removal did.

    Attributes:
        done: kind of object (dataset, organization, user) to number created or removed.
        notes: sentences on what was left alone, and why.
        failures: sentences on what should have been done and could not be.
        passwords: user name to password, of users that were created with a generated one.
    """

    done: Counter[str] = dataclasses.field(default_factory=Counter)
    notes: list[str] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)
    passwords: dict[str, str] = dataclasses.field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


class _Standing(enum.Enum):
    MISSING = "not there"
    BEGUN = "an earlier load was ended before this was complete"
    COMPLETE = "complete"
    TAKEN = "the name belongs to something that is not the example's"


def load(passwords: Mapping[str, str] | None = None) -> Report:
    """Create what is missing of the example; a complete one is left as it is.

    Args:
        passwords: user name to password; what is not given is generated.
    """
    loader = _Loader(passwords or {})
    with _one_commit_of_the_index():
        for organization in read("organizations"):
            loader.organization(organization)
        for user in read("users"):
            loader.user(user)
        for record in read("records"):
            loader.dataset(record)
    return loader.report


def remove() -> Report:
    """Remove what the example created, for good; what users made stays."""
    with _one_commit_of_the_index():
        return _Remover().run()


def read(name: str) -> list[dict[str, Any]]:
    """The entries of one of the example's YAML files.

    Args:
        name: ``organizations``, ``users`` or ``records``.
    """
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def new_password() -> str:
    """A password that nobody guesses, of letters and digits that nobody mistypes."""
    return secrets.token_hex(8)


def is_user(name: str) -> bool:
    """Whether the example has a user of this name, made by it."""
    return _is_ours("user", name)


@contextlib.contextmanager
def _one_commit_of_the_index() -> Iterator[None]:
    """Have Solr commit once at the end: after each change it takes half of the time."""
    setting = "ckan.search.solr_commit"
    before = tk.config[setting]
    tk.config[setting] = False
    try:
        yield
    finally:
        tk.config[setting] = before
        make_connection().commit()


class _Actor:
    """Calls actions as the site's own user."""

    def __init__(self) -> None:
        self.report = Report()
        self.name: str = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(self, action: str, **values: Any) -> Any:
        return tk.get_action(action)({"ignore_auth": True, "user": self.name}, values)


class _Loader(_Actor):
    def __init__(self, passwords: Mapping[str, str]) -> None:
        super().__init__()
        self.passwords = passwords

    # --- The three kinds ---------------------------------------------------------------

    def organization(self, entry: Mapping[str, Any]) -> None:
        parent = entry.get("parent")
        if parent and not _is_ours("organization", parent):
            self.report.note(f"Organization {entry['name']}: left out, {parent} is not ours.")
            return

        def build(object_id: str, standing: _Standing) -> None:
            if standing is _Standing.MISSING:
                self.act(
                    "organization_create", id=object_id, name=entry["name"],
                    title=entry["title"], description=entry["description"],
                    org_code=entry["code"],
                )
            if parent:
                # organization_create takes no `groups` together with an id (no_loops_in_hierarchy).
                self.act(
                    "member_create",
                    id=object_id, object=parent, object_type="group", capacity="public",
                )
            # CKAN makes the creator a member; nobody works under the site user's name.
            self.act("organization_member_delete", id=object_id, username=self.name)

        self._bring_to_completion("organization", entry["name"], build)

    def user(self, entry: Mapping[str, Any]) -> None:
        name = entry["name"]

        def build(object_id: str, standing: _Standing) -> None:
            if standing is _Standing.MISSING:
                password = self.passwords.get(name) or new_password()
                self.act(
                    "user_create", id=object_id, password=password,
                    **{key: entry[key] for key in ("name", "fullname", "email", "about")},
                    sysadmin=entry.get("sysadmin", False),
                )
                if name not in self.passwords:
                    self.report.passwords[name] = password
            for organization, capacity in entry.get("roles", {}).items():
                if _is_ours("organization", organization):
                    self.act(
                        "organization_member_create",
                        id=organization, username=name, role=capacity,
                    )

        self._bring_to_completion("user", name, build)

    def dataset(self, entry: Mapping[str, Any]) -> None:
        owner = entry["owner_org"]
        if not _is_ours("organization", owner):
            self.report.note(f"Datasets of {owner}: left out, the organization is not ours.")
            return
        record = {key: value for key, value in entry.items() if key != "resources"}
        resources = entry.get("resources", [])

        def build(object_id: str, standing: _Standing) -> None:
            if standing is _Standing.MISSING:
                links = [dict(r) for r in resources if "file" not in r]
                self.act("package_create", id=object_id, resources=links, **record)
            present = {
                r["name"]: r for r in self.act("package_show", id=object_id)["resources"]
            } if standing is _Standing.BEGUN else {}
            for resource in resources:
                if "file" in resource:
                    self._file(object_id, resource, present.get(resource["name"]))

        self._bring_to_completion("dataset", entry["name"], build)

    def _bring_to_completion(
        self, kind: str, name: str, build: Callable[[str, _Standing], None]
    ) -> None:
        standing, object_id = _standing(kind, name)
        if standing is _Standing.TAKEN:
            self.report.note(
                f"{kind.capitalize()} {name}: the name is taken by another, which was left alone."
            )
        if standing in (_Standing.TAKEN, _Standing.COMPLETE):
            return
        if standing is _Standing.MISSING:
            example_model.begin(object_id, kind)
        try:
            build(object_id, standing)
        except (tk.ValidationError, tk.ObjectNotFound) as problem:
            model.Session.rollback()
            self.report.failures.append(f"{kind.capitalize()} {name}: {_words(problem)}")
            if _CLASSES[kind].get(object_id) is None:
                example_model.forget(object_id)
            return
        example_model.finish(object_id)
        self.report.done[kind] += 1

    # --- Files -------------------------------------------------------------------------

    def _file(
        self, dataset_id: str, entry: Mapping[str, Any], present: Mapping[str, Any] | None
    ) -> None:
        """Upload a file, load its rows and give it a view; ``present``: it is there already."""
        path = FILES / entry["file"]
        if present is None:
            values = {k: v for k, v in entry.items() if k not in ("file", "columns")}
            if "columns" in entry:
                values["data_dictionary"] = tables.data_dictionary(path, entry["columns"])
            with path.open("rb") as stream:
                resource_id = self.act(
                    "resource_create", package_id=dataset_id, format=_FORMATS[path.suffix],
                    upload=FileStorage(stream, path.name), **values,
                )["id"]
        else:
            resource_id = present["id"]
        if path.suffix in (".csv", ".xlsx"):
            if not p.plugin_loaded("datastore"):
                self.report.note("Tables have no preview: the plugin datastore is not enabled.")
                return
            self._rows(path, resource_id, entry.get("columns", {}), again=present is not None)
        self._view(path, resource_id)

    def _rows(
        self, path: Path, resource_id: str, dictionary: Mapping[str, str], again: bool
    ) -> None:
        if again:
            # The rows may be there without the sign that they are: they must not double.
            _drop_rows(self, resource_id)
        fields, records = tables.table(path, dictionary)
        self.act(
            "datastore_create", resource_id=resource_id, force=True, fields=fields,
            records=records, calculate_record_count=True,
        )

    def _view(self, path: Path, resource_id: str) -> None:
        view_type, title = VIEWS[path.suffix]
        if not p.plugin_loaded(view_type):
            self.report.note(
                f"{_FORMATS[path.suffix]} files have no preview: "
                f"the plugin {view_type} is not enabled."
            )
            return
        views = self.act("resource_view_list", id=resource_id)
        if view_type not in {view["view_type"] for view in views}:
            self.act(
                "resource_view_create",
                resource_id=resource_id, view_type=view_type, title=title, description="",
            )


class _Remover(_Actor):
    def run(self) -> Report:
        for dataset_id in example_model.of_kind("dataset"):
            self._remove("dataset", dataset_id, self._dataset)
        # Children were made after their parents, so they go before them.
        for organization_id in example_model.of_kind("organization"):
            self._remove("organization", organization_id, self._organization)
        for user_id in example_model.of_kind("user"):
            self._remove("user", user_id, self._user)
        if self.report.done["user"] and not _has_sysadmin(self.name):
            self.report.note(
                "No system administrator is left: ckan sysadmin add NAME makes one."
            )
        return self.report

    def _remove(self, kind: str, object_id: str, purge: Callable[[str], bool]) -> None:
        """Purge an object unless it is gone or has to stay (``purge`` returns False)."""
        if _CLASSES[kind].get(object_id) is not None:
            try:
                if not purge(object_id):
                    return
            except (tk.ValidationError, tk.ObjectNotFound) as problem:
                model.Session.rollback()
                self.report.failures.append(f"{kind.capitalize()} {object_id}: {_words(problem)}")
                return
            self.report.done[kind] += 1
        _drop_activities(object_id)
        example_model.forget(object_id)

    def _dataset(self, dataset_id: str) -> bool:
        resources = (
            model.Session.query(model.Resource).filter_by(package_id=dataset_id).all()
        )
        for resource_id, is_upload in [(r.id, r.url_type == "upload") for r in resources]:
            # CKAN leaves rows and files behind when it purges a dataset.
            if p.plugin_loaded("datastore"):
                _drop_rows(self, resource_id)
            if is_upload:
                upload = uploader.get_resource_uploader({"clear_upload": True})
                upload.upload(resource_id)
        self.act("dataset_purge", id=dataset_id)
        return True

    def _organization(self, organization_id: str) -> bool:
        name = getattr(model.Group.get(organization_id), "name", organization_id)
        users_own = model.Session.query(model.Package).filter_by(owner_org=organization_id)
        if users_own.count():
            self.report.note(f"Organization {name} stays: it has datasets that users made.")
            return False
        below = model.Session.query(model.Member).filter_by(
            table_name="group", table_id=organization_id, state="active"
        )
        if below.count():
            self.report.note(f"Organization {name} stays: there are organizations below it.")
            return False
        self.act("organization_purge", id=organization_id)
        return True

    def _user(self, user_id: str) -> bool:
        self.act("user_delete", id=user_id)
        # CKAN has no action that frees the name. Dashboard and followings go with the row.
        session = model.Session
        session.query(model.Member).filter_by(table_name="user", table_id=user_id).delete()
        session.query(model.PackageMember).filter_by(user_id=user_id).delete()
        session.query(model.ApiToken).filter_by(user_id=user_id).delete()
        session.query(model.User).filter_by(id=user_id).delete()
        session.commit()
        return True


def _standing(kind: str, name: str) -> tuple[_Standing, str]:
    """How an object of the example stands, and its id (the one to create it with)."""
    own_id = _object_id(kind, name)
    found = _CLASSES[kind].get(own_id) or _CLASSES[kind].get(name)
    if found is None:
        return _Standing.MISSING, own_id
    row = example_model.get(found.id)
    if row is None:
        return _Standing.TAKEN, found.id
    return (_Standing.COMPLETE if row.created else _Standing.BEGUN), found.id


def _object_id(kind: str, name: str) -> str:
    """Id of an object of this site's example: found again though users renamed it.

    Two sites that harvest each other give different ids.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tk.config['ckan.site_url']}#{kind}-{name}"))


def _is_ours(kind: str, name: str) -> bool:
    return _standing(kind, name)[0] in (_Standing.BEGUN, _Standing.COMPLETE)


def _drop_rows(actor: _Actor, resource_id: str) -> None:
    try:
        actor.act("datastore_delete", resource_id=resource_id, force=True)
    except tk.ObjectNotFound:
        return


def _drop_activities(object_id: str) -> None:
    """The activity stream would go on naming what is gone."""
    if not p.plugin_loaded("activity"):
        return
    from ckanext.activity.model import Activity

    query = model.Session.query(Activity).filter_by(object_id=object_id)
    query.delete(synchronize_session=False)
    model.Session.commit()


def _has_sysadmin(site_user: str) -> bool:
    others = model.Session.query(model.User).filter(
        model.User.sysadmin.is_(True), model.User.state == "active", model.User.name != site_user
    )
    return others.count() > 0


def _words(problem: tk.ValidationError | tk.ObjectNotFound) -> str:
    summary = getattr(problem, "error_summary", None)
    if summary:
        return "; ".join(f"{field}: {message}" for field, message in summary.items())
    return str(problem)
