"""Every page, mail and message is wholly Thai in Thai, and wholly English in English."""

from __future__ import annotations

import configparser
import email
import itertools
import json
import re
from collections.abc import Callable, Iterator
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import ckan
import ckan.plugins.toolkit as tk
import pytest
import requests
import sqlalchemy
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from ckan import model
from ckan.lib import mailer
from ckan.tests import factories
from ckanext.activity import email_notifications
from crawl import OWN, Findings, Reader, crawl
from flask_babel import force_locale
from stack import lanes
from stack.live import LiveSite
from werkzeug.exceptions import default_exceptions

from ckanext.thai_gdc import codes

pytestmark = pytest.mark.timeout(300)

SITE_TITLE = "บัญชีข้อมูลภาครัฐ"
PASSWORD = "รหัสผ่านของเจ้าหน้าที่"
CSV = f"{OWN},{OWN * 2}\n2567,12\n2568,7\n"
#: Who reads, and how many pages of one kind: names of users, which are numbers throughout,
#: so that no name is taken for a word.
READERS = {"anyone": None, "steward": "9001", "head": "9002", "sysadmin": "9003"}


def _record(**values: Any) -> dict[str, Any]:
    return {
        "title": OWN * 6, "owner_org": "8101", "data_type": "2", "maintainer": OWN * 4,
        "maintainer_email": "data@example.go.th", "tag_string": OWN * 3, "notes": OWN * 9,
        "objective": ["09", "99"], "objective_other": OWN * 2, "update_frequency_unit": "A",
        "update_frequency_interval": "1", "geo_coverage": "06", "data_source": OWN * 5,
        "data_format": ["02"], "data_category": "1", "license_id": "1",
        "last_updated_date": "2021-03-16", "allow_harvest": "True", **values,
    }


class Catalog:
    """A small catalog with something of everything, whose own texts are of one letter.

    Attributes:
        site: it.
        tokens: API token of each of READERS.
    """

    def __init__(self, site: LiveSite) -> None:
        self.site = site
        site.ckan("translation", "js")
        self._people()
        self._records()
        self._harvest()

    def _people(self) -> None:
        site = self.site
        site.api("organization_create", name="8100", title=OWN * 7, org_code="1000")
        site.api(
            "organization_create", name="8101", title=OWN * 8, org_code="1001",
            description=OWN * 9, groups=[{"name": "8100"}],
        )
        site.api("organization_create", name="8102", title=OWN * 9, org_code="1002")
        self.tokens: dict[str, str | None] = {}
        for reader, name in READERS.items():
            if not name:
                self.tokens[reader] = None
                continue
            site.api(
                "user_create", name=name, email=f"{name}@example.go.th", password=PASSWORD,
                fullname=OWN * 5, about=OWN * 6,
            )
            self.tokens[reader] = site.api(
                "api_token_create", user=name, name=OWN * 3
            )["token"]
        site.api("user_patch", id="9003", sysadmin=True)
        site.api("user_patch", id="sysadmin", fullname=OWN * 4)
        site.api("organization_member_create", id="8101", username="9001", role="editor")
        site.api("organization_member_create", id="8101", username="9002", role="admin")
        site.api(
            "group_create", name="7100", title=OWN * 5,
            users=[{"name": "9001", "capacity": "member"}],
        )

    def _records(self) -> None:
        site, steward = self.site, self.tokens["steward"]
        for number, values in enumerate(
            (
                {}, {"data_type": "1", "private": True}, {"data_type": "3", "data_category": "1"},
                {"data_category": "2", "license_id": ""}, {"data_type": "4"},
            )
        ):
            site.api("package_create", token=steward, **_record(name=f"7{number:03}", **values))
        site.api("package_create", token=steward, **_record(name="7900", state="draft"))
        answer = requests.post(
            f"{site.url}/api/3/action/resource_create",
            data={"package_id": "7000", "name": OWN * 4, "description": OWN * 5},
            files={"upload": ("1.csv", CSV.encode())},
            headers={"Authorization": steward}, timeout=60,
        ).json()["result"]
        self.resource = answer["id"]
        link = site.api(
            "resource_create", token=steward, package_id="7000", name=OWN * 5,
            url="https://example.go.th/1.pdf", format="PDF",
        )["id"]
        site.api(
            "datastore_create", resource_id=self.resource, force=True,
            fields=[{"id": OWN, "type": "int"}, {"id": OWN * 2, "type": "int"}],
            records=[{OWN: 2567, OWN * 2: 12}],
        )
        site.api(
            "resource_view_create", token=steward, resource_id=self.resource,
            title=OWN * 3, view_type="datatables_view",
        )
        self.resource_fields = [
            {"name": OWN, "type": "int", "description": OWN * 4},
        ]
        # Changes of every sort, for the pages that tell them.
        for change in (
            {"title": OWN * 7}, {"notes": OWN * 4}, {"notes": ""}, {"maintainer": OWN * 2},
            {"maintainer": ""}, {"maintainer_email": "office@example.go.th"},
            {"tag_string": f"{OWN * 2},{OWN * 5}"}, {"license_id": "2"}, {"license_id": ""},
            {"url": "https://example.go.th/"}, {"url": ""}, {"private": True}, {"private": False},
            {"geo_coverage": ""}, {"unit_of_measure": OWN}, {"version": "1"}, {"version": ""},
            {"author": OWN}, {"author_email": "a@example.go.th"}, {"author_email": ""},
        ):
            site.api("package_patch", token=steward, id="7000", **change)
        for change in ({"description": ""}, {"name": OWN * 6}, {"format": "XLSX"},
                       {"resource_unit_of_measure": OWN}, {"resource_unit_of_measure": ""}):
            site.api("resource_patch", token=steward, id=link, **change)
        site.api("organization_patch", id="8101", description=OWN * 3)
        site.api("organization_patch", id="8101", image_url="https://example.go.th/1.png")
        site.api("organization_patch", id="8101", description="", image_url="")
        site.api("group_patch", id="7100", description=OWN * 3)
        site.api("member_create", id="7100", object="7000", object_type="package",
                 capacity="public")
        site.api("package_collaborator_create", id="7000", user_id="9002", capacity="editor")
        site.api("gdc_record_withdraw", token=steward, id="7004", reason=OWN * 4)
        for name in ("9001", "9003"):
            token = self.tokens["steward" if name == "9001" else "sysadmin"]
            site.api("follow_dataset", token=token, id="7002")
            site.api("follow_group", token=token, id="7100")
            site.api("follow_user", token=token, id="9002")
        site.api("package_patch", token=self.tokens["head"], id="7002", title=OWN * 4)

    def _harvest(self) -> None:
        self.site.api(
            "harvest_source_create", name="6001", title=OWN * 6, owner_org="8101",
            url=f"{self.site.url}/nowhere.ttl", source_type="dcat_rdf", notes=OWN * 5,
        )
        self.site.ckan("harvester", "run-test", "6001")

    def reader(self, name: str, language: str) -> Reader:
        """One of READERS in a language."""
        return Reader(self.site.url, name, language, self.tokens[name])


@pytest.fixture(scope="module")
def catalog(live_site: Callable[..., LiveSite]) -> Catalog:
    """The catalog that is read."""
    return Catalog(
        live_site(
            "12",
            plugins=[*lanes.default_plugins().split(), "harvest", "ckan_harvester",
                     "dcat_rdf_harvester"],
            extra_config={
                "ckan.auth.allow_dataset_collaborators": "true",
                "ckan.auth.create_user_via_web": "true",
                # A server that does not answer: mails that are sent are looked at below.
                "smtp.server": "127.0.0.1:1",
                "smtp.mail_from": "catalog@example.go.th",
            },
        )
    )


def nothing_yet() -> Findings:
    """Nothing looked at yet; the code lists' own labels are left out."""
    labels = {
        label
        for code_list in codes.all_lists().values() for code in code_list.codes.values()
        for label in (code.label["th"], f"{code.code} {code.label['th']}")
    }
    return Findings(ours=(SITE_TITLE,), labels=frozenset(labels))


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_that_a_link_leads_to(catalog: Catalog, language: str) -> None:
    """As anyone, steward, head of an organization and administrator."""
    findings = nothing_yet()
    for name in READERS:
        crawl(catalog.reader(name, language), findings)
    print(f"{language}: {len(findings.pages)} pages, {findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)
    assert not findings.broken, "\n".join(findings.broken)
    assert len(findings.pages) > 150


#: Forms, each with what is refused in it: who sends it, where, what.
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("anyone", "/user/login", {"login": "9999", "password": "9999"}),
    ("anyone", "/user/reset", {"user": ""}),
    ("anyone", "/user/register", {"name": "", "email": "9", "password1": "1", "password2": "2"}),
    ("steward", "/dataset/new", {"save": ""}),
    ("steward", "/dataset/new", {
        "save": "", "name": "!", "title": OWN * 151, "data_type": "2", "owner_org": "8101",
        "maintainer_email": "9", "tag_string": OWN * 101, "notes": OWN * 1001, "url": "9",
        "objective": "99", "data_category": "4", "license_id": "1", "last_updated_date": "9",
        "update_frequency_unit": "R", "update_frequency_interval": "0", "first_year_of_data": "9",
        "data_classification": "01", "disaggregate": "99", "unit_of_multiplier": "99",
    }),
    ("steward", "/dataset/edit/7000", {"save": "", "title": ""}),
    ("steward", "/dataset/7002/resource/new", {
        "save": "go-metadata", "id": "", "url": "", "name": "", "description": OWN,
    }),
    ("steward", "/dataset/7002/resource/new", {
        "save": "go-metadata", "id": "", "url": "https://example.go.th/", "name": OWN * 251,
        "resource_last_updated_date": "9", "resource_private": "9",
    }),
    ("steward", "/dataset/withdraw/7001", {"reason": "", "date": "9"}),
    ("steward", "/user/edit/9001", {
        "email": "9", "password1": "1", "password2": "2", "old_password": "9", "save": "",
    }),
    ("steward", "/user/9001/api-tokens", {"name": ""}),
    ("head", "/organization/edit/8101", {"title": "", "name": "!", "org_code": "9", "save": ""}),
    ("head", "/organization/member_new/8101", {"username": "9999", "role": "editor"}),
    ("head", "/dataset/collaborators/7000/new", {"username": "9999", "capacity": "editor"}),
    ("sysadmin", "/organization/new", {"title": "", "name": "", "org_code": "", "save": ""}),
    ("sysadmin", "/organization/delete/8101", {}),
    ("sysadmin", "/group/new", {"title": "", "name": "", "save": ""}),
    ("sysadmin", "/harvest/new", {"url": "", "title": "", "name": "", "source_type": "ckan"}),
    ("sysadmin", "/harvest/new", {
        "url": "9", "title": OWN, "name": "!", "source_type": "dcat_rdf", "frequency": "DAILY",
        "owner_org": "9",
    }),
    ("sysadmin", "/user/edit/9001", {
        "email": "9", "password1": "1", "password2": "2", "old_password": "9", "save": "",
    }),
]

#: Pages to which no link leads: what is asked once more, what is not there or not allowed.
PAGES: list[tuple[str, str]] = [
    ("anyone", "/nowhere"), ("anyone", "/dataset/nowhere"), ("anyone", "/dataset/7001"),
    ("anyone", "/organization/nowhere"), ("anyone", "/group/nowhere"), ("anyone", "/ckan-admin"),
    ("anyone", "/dataset/new"), ("anyone", "/dataset/edit/7000"), ("anyone", "/dataset/7004"),
    ("anyone", "/dataset/?q=:"), ("anyone", "/dataset/?page=9"), ("anyone", "/dataset/?page=!"),
    ("anyone", "/dataset/?q=999"), ("anyone", "/organization/?q=999"), ("anyone", "/group/?q=999"),
    ("anyone", "/user/reset"), ("anyone", "/user/reset/9"), ("anyone", "/user/logged_out_redirect"),
    ("anyone", "/dashboard/datasets"), ("anyone", "/user/9001"), ("anyone", "/harvest/nowhere"),
    ("anyone", "/user/sysadmin"), ("anyone", "/dataset/7000/resource/9"),
    ("steward", "/ckan-admin"), ("steward", "/organization/edit/8102"), ("steward", "/user/login"),
    ("steward", "/organization/new"), ("steward", "/group/new"), ("steward", "/harvest/new"),
    ("steward", "/user/edit/9002"), ("steward", "/dataset/delete/7002"),
    ("steward", "/dataset/7000/resource/{resource}/delete"), ("steward", "/dataset/withdraw/7002"),
    ("steward", "/organization/bulk_process/8101"), ("steward", "/dataset/reinstate/7004"),
    ("steward", "/dataset/new?group=7100"), ("steward", "/dataset/followers/7002"),
    ("head", "/organization/member_delete/8101?user=9001"), ("head", "/organization/delete/8101"),
    ("head", "/dataset/collaborators/7000/new?user_id=9002"),
    ("sysadmin", "/ckan-admin/trash?name=all"), ("sysadmin", "/ckan-admin/reset_config"),
    ("sysadmin", "/group/delete/7100"), ("sysadmin", "/user/delete/9001"),
    ("sysadmin", "/organization/delete/8102"), ("sysadmin", "/harvest/edit/6001"),
]

#: Forms that are taken, for what is said then.
TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("steward", "/user/edit/9001", {
        "fullname": OWN * 5, "email": "9001@example.go.th", "save": "",
    }),
    ("steward", "/user/9001/api-tokens", {"name": OWN * 4}),
    ("head", "/organization/member_new/8101", {"username": "9003", "role": "editor"}),
    ("head", "/organization/member_delete/8101?user=9003", {}),
    ("head", "/dataset/collaborators/7000/new", {"username": "9003", "capacity": "member"}),
    ("anyone", "/user/reset", {"user": "9001"}),
    ("sysadmin", "/user/sysadmin", {"username": "9002", "status": "1"}),
    ("sysadmin", "/user/sysadmin", {"username": "9002", "status": "0"}),
    ("sysadmin", "/harvest/refresh/6001", {}),
    ("sysadmin", "/harvest/refresh/6001", {}),
    ("sysadmin", "/ckan-admin/trash", {"action": "all"}),
]


@pytest.mark.parametrize("language", ["th", "en"])
def test_what_is_asked_refused_and_said(catalog: Catalog, language: str) -> None:
    """Forms refused and taken, what is asked once more, what is not there or not allowed."""
    findings = nothing_yet()
    readers = {name: catalog.reader(name, language) for name in READERS}
    taken = []

    def look(name: str, path: str, answer: requests.Response) -> None:
        if answer.status_code >= 500:
            findings.broken.append(f"{answer.status_code} {name} {path}")
        if "text/html" in answer.headers.get("Content-Type", ""):
            findings.look(f"{language} {name} {path}", answer.text, language)

    for name, path in PAGES:
        path = path.format(resource=catalog.resource)
        look(name, path, readers[name].get(path))
    for name, path, sent in REFUSED:
        answer = readers[name].post(path, sent)
        marked = re.search(r'role="alert"|class="[^"]*(error|alert)', answer.text)
        if answer.status_code < 400 and not marked:
            taken.append((name, path, sent))
        look(name, path, answer)
    stranger = catalog.reader("anyone", language)
    look("anyone", "/user/login without token", stranger.send("/user/login", {"login": "9001"}))
    look("anyone", "/about by POST", stranger.send("/about", {}))
    for name, path, sent in TAKEN:
        look(name, path, readers[name].post(path, sent))
    print(f"{language}: {len(findings.pages)} pages, {findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)
    assert not findings.broken, "\n".join(findings.broken)
    assert not taken


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_page_that_fails(catalog: Catalog, language: str) -> None:
    """The words for a fault of the site itself: here a table is missing, as after a bad restore."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(catalog.site.ini, encoding="utf-8")
    engine = sqlalchemy.create_engine(settings["app:main"]["sqlalchemy.url"])
    findings = nothing_yet()
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE activity RENAME TO activity_away"))
    try:
        answer = catalog.reader("anyone", language).get("/organization/activity/8101")
    finally:
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("ALTER TABLE activity_away RENAME TO activity"))
        engine.dispose()
    assert answer.status_code == 500
    findings.look(f"{language} 500", answer.text, language)
    assert "activity_away" not in answer.text
    assert findings.words > 10
    assert not findings.faults, "\n".join(findings.faults)


def messages(error: Any) -> Iterator[str]:
    """The texts in whatever nesting the API gives errors, without keys and codes."""
    if isinstance(error, dict):
        for key, value in error.items():
            if not str(key).startswith("__"):
                yield from messages(value)
    elif isinstance(error, list | tuple):
        for one in error:
            yield from messages(one)
    elif isinstance(error, str):
        yield error


#: Broken input for actions: what validators say of it is read by people.
BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("user_create", {}),
    ("user_create", {"name": "!", "email": "9", "password": "1"}),
    ("user_create", {"name": "9001", "email": "9001@example.go.th", "password": "1" * 8}),
    ("user_create", {"name": "9" * 101, "email": "9@example.go.th", "password": "1" * 8}),
    ("user_create", {"name": "new", "email": "9@example.go.th", "password": "1" * 8,
                     "image_url": "9"}),
    ("user_update", {"id": "9001", "email": ""}),
    ("user_update", {"id": "9001", "email": "9002@example.go.th", "password": "1"}),
    ("user_patch", {"id": "9999"}),
    ("user_patch", {"id": "9001", "name": "9002"}),
    ("user_invite", {"email": "9", "group_id": "9", "role": "9"}),
    ("organization_create", {}),
    ("organization_create", {"name": "!", "title": OWN * 300, "org_code": "9"}),
    ("organization_create", {"name": "new", "title": OWN}),
    ("organization_create", {"name": "edit", "title": OWN}),
    ("organization_create", {"name": "9" * 101, "title": OWN}),
    ("organization_create", {"name": "8101", "title": OWN, "org_code": "1001"}),
    ("organization_create", {"name": "8109", "title": OWN, "org_code": "1009",
                             "groups": [{"name": "9999"}], "users": [{"name": "9999"}]}),
    ("organization_patch", {"id": "8100", "groups": [{"name": "8101"}]}),
    ("organization_patch", {"id": "9999"}),
    ("organization_delete", {"id": "8101"}),
    ("organization_member_create", {"id": "8101", "username": "9999", "role": "9"}),
    ("organization_member_create", {"id": "8101"}),
    ("group_create", {}), ("group_create", {"name": "!"}), ("group_create", {"name": "7100"}),
    ("group_patch", {"id": "9999"}),
    ("member_create", {"id": "7100", "object": "9", "object_type": "9", "capacity": "9"}),
    ("package_create", {}),
    ("package_create", {"name": "!", "title": OWN * 151, "owner_org": "9999", "data_type": "9"}),
    ("package_create", {"name": "7000", "title": OWN, "owner_org": "8101", "id": "7000",
                        "type": "!", "state": "9", "private": "9", "version": "9" * 101,
                        "extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
                        "tags": [{"name": "9"}, {"name": "\ufffd"}], "author_email": "9",
                        "groups": [{"name": "9999"}], "resources": [{"url": "9", "size": "x"}]}),
    ("package_patch", {"id": "7000", "resources": [{"name": "", "last_modified": "x"}]}),
    ("package_patch", {"id": "7000", "owner_org": "9999"}),
    ("package_patch", {"id": "9999"}),
    ("package_revise", {"match": {"id": "9999"}}),
    ("package_owner_org_update", {"id": "7000", "organization_id": "9999"}),
    ("package_resource_reorder", {"id": "7000", "order": "9"}),
    ("package_resource_reorder", {"id": "7000", "order": ["9", "9"]}),
    ("package_collaborator_create", {"id": "7000", "user_id": "9999", "capacity": "9"}),
    ("package_search", {"rows": "x", "start": -1, "sort": "!"}),
    ("package_search", {"q": ":"}), ("resource_search", {"query": "9"}),
    ("resource_search", {"query": "9:9"}), ("resource_search", {}),
    ("bulk_update_private", {"datasets": ["9"], "org_id": "9999"}),
    ("resource_create", {}), ("resource_create", {"package_id": "9999"}),
    ("resource_create", {"package_id": "7000", "name": "", "url": "", "size": "x"}),
    ("resource_patch", {"id": "9999"}),
    ("resource_view_create", {}),
    ("resource_view_create", {"resource_id": "9999", "view_type": "9", "title": ""}),
    ("resource_view_reorder", {"id": "9999", "order": "9"}),
    ("datastore_create", {"resource_id": "9999"}),
    ("datastore_create", {"resource_id": "9999", "force": True, "fields": [{"id": "_"}]}),
    ("datastore_search", {"resource_id": "9999"}),
    ("datastore_search", {"resource_id": "{resource}", "limit": "x", "fields": "x", "sort": "x"}),
    ("datastore_search_sql", {"sql": "9"}),
    ("datastore_upsert", {"resource_id": "{resource}", "force": True, "method": "9"}),
    ("api_token_create", {}), ("api_token_create", {"user": "9999", "name": ""}),
    ("api_token_revoke", {}), ("api_token_revoke", {"jti": "9"}),
    ("config_option_update", {"ckan.root_path": "9"}),
    ("config_option_show", {"key": "9"}),
    ("follow_user", {"id": "9999"}), ("follow_dataset", {"id": "7002"}),
    ("follow_dataset", {"id": "9999"}), ("follow_group", {"id": "9999"}), ("follow_user", {}),
    ("unfollow_dataset", {"id": "7000"}), ("unfollow_user", {"id": "9001"}),
    ("vocabulary_create", {}), ("vocabulary_create", {"name": "9", "tags": [{"name": "9"}]}),
    ("tag_create", {}), ("tag_create", {"name": "99", "vocabulary_id": "9"}),
    ("tag_show", {"id": "9"}), ("tag_delete", {"id": "9"}), ("vocabulary_show", {"id": "9"}),
    ("package_relationship_create", {"subject": "9", "object": "9", "type": "9"}),
    ("gdc_record_withdraw", {"id": "7002"}),
    ("gdc_record_withdraw", {"id": "7002", "reason": OWN, "date": "2570-99-99"}),
    ("gdc_record_withdraw", {"id": "9999"}), ("gdc_record_reinstate", {"id": "7002"}),
    ("gdc_incomplete_list", {"limit": "x"}), ("gdc_withdrawn_list", {"since": "x"}),
    ("harvest_source_create", {}),
    ("harvest_source_create", {"url": "9", "name": "!", "title": "", "owner_org": "9999",
                               "source_type": "dcat_rdf", "frequency": "DAILY"}),
    ("harvest_job_create", {"source_id": "9999"}), ("harvest_source_show", {"id": "9999"}),
    ("activity_create", {"activity_type": "9", "object_id": "9", "user_id": "9"}),
    ("package_activity_list", {"id": "9999"}), ("activity_show", {"id": "9"}),
    ("activity_data_show", {"id": "9", "object_type": "9"}),
    ("dashboard_activity_list", {"limit": "x"}),
    ("user_show", {"id": "9999"}), ("organization_show", {"id": "9999"}),
    ("package_show", {"id": "9999"}), ("resource_show", {"id": "9999"}),
    ("group_show", {"id": "9999"}), ("nowhere", {}), ("status_show", {"callback": "9"}),
    ("job_show", {"id": "9"}), ("job_cancel", {"id": "9"}), ("term_translation_update", {}),
    ("task_status_update", {}), ("task_status_show", {"id": "9"}), ("help_show", {"name": "9"}),
]


def test_scripts_speak_thai(catalog: Catalog) -> None:
    """What CKAN's scripts say comes from the catalogs, too."""
    status, answer = catalog.site.get("/api/i18n/th")
    assert status == 200
    said = json.loads(answer)
    findings = Findings()
    asked = [text for text, place in texts_of_ckan() if place.endswith(".js")]
    for text in asked:
        for thai in said.get(text, [None, text])[1:]:
            findings.say("/api/i18n/th", "script", thai, "th")
    print(f"{len(asked)} texts, {findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)
    assert len(asked) > 40


#: Answers that CKAN and its extensions write without a translation, all to calls that no page
#: makes: for the programmer who calls the API.
FOR_PROGRAMMERS = re.compile(
    r"Action name not known|Action function not found|isn't a valid model|Must be a list of res"
    r"|Must supply unique resource_ids|Search error: |: package$|No plugin found for view_type"
    r"|Resource (\"9999\" )?was not found|Configuration option '9' can not be shown|User not found"
    r"|Subject package '9' was not found|Harvest source 9999 does not exist"
    r"|There is no object_id validator|\['upsert', 'insert', 'update'\]|\"editor, member\""
    r"|'ckan.root_path'|ผู้ใช้ None "
)


@pytest.mark.parametrize("language", ["th", "en"])
def test_what_validators_say(catalog: Catalog, language: str) -> None:
    """Broken input for every sort of thing, as the administrator and as nobody."""
    findings = nothing_yet()
    refused = 0
    for (action, sent), token in itertools.product(
        BROKEN, (catalog.site.sysadmin_token, catalog.tokens["steward"], None)
    ):
        answer = requests.post(
            f"{catalog.site.url}{'' if language == 'th' else '/en'}/api/3/action/{action}",
            json={k: catalog.resource if v == "{resource}" else v for k, v in sent.items()},
            headers={"Authorization": token} if token else {}, timeout=60,
        )
        error = answer.json()
        if isinstance(error, dict):
            error = error.get("error")
        refused += bool(error)
        for message in messages(error):
            if not FOR_PROGRAMMERS.search(message):
                findings.say(f"{language} {action} {sent}", "message", message, language)
    print(f"{language}: {refused} refusals, {findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)
    assert refused > 2 * len(BROKEN)


@pytest.mark.usefixtures("app", "clean_db", "with_request_context")
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_mail(mail_server: Any, ckan_config: Any, language: str) -> None:
    """A new password, an invitation, what is new in what somebody follows."""
    with force_locale(language):
        check_mails(mail_server, ckan_config, language)


def check_mails(mail_server: Any, ckan_config: Any, language: str) -> None:
    """Send one of each, and look at what arrives."""
    ckan_config["smtp.mail_from"] = "catalog@example.go.th"
    steward = factories.User(name="9001", fullname=OWN * 4)
    user = model.User.get(steward["id"])
    assert user
    organization = factories.Organization(title=OWN * 5, org_code="1001")
    mailer.send_reset_link(user)
    mailer.send_invite(user, organization, "editor")
    subject = tk.ungettext(
        "{n} new activity from {site_title}", "{n} new activities from {site_title}", 2
    ).format(n=2, site_title=SITE_TITLE)
    mailer.mail_user(user, subject, email_notifications.render_activity_email([{}, {}]))
    findings = Findings(ours=(SITE_TITLE,))
    sent = [email.message_from_string(one[3]) for one in mail_server.get_smtp_messages()]
    assert len(sent) == 3
    for mail in sent:
        text = mail.get_payload(decode=True).decode()
        assert "\n\n" in text
        title = str(make_header(decode_header(mail["Subject"])))
        for line in (title, *text.splitlines()):
            findings.say(title, "mail", line, language)
    print(f"{len(sent)} mails, {findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)


@pytest.mark.usefixtures("app", "with_request_context")
def test_every_text_of_ckan_and_its_extensions_has_thai() -> None:
    """The catalogs together: also what only a failure says, or a setting brings to light."""
    findings = Findings()
    for text, place in texts_of_ckan():
        # The name of a file that is downloaded: the head of an answer holds no Thai.
        if text != "members":
            findings.say(place, "catalog", tk._(text), "th")
    for number, failure in default_exceptions.items():
        findings.say(f"error {number}", "catalog", tk._(failure.description or ""), "th")
    print(f"{findings.words} words")
    assert not findings.faults, "\n".join(findings.faults)


def texts_of_ckan() -> Iterator[tuple[str, str]]:
    """What CKAN and the extensions that belong to a catalog ask translations for, and where."""
    folder = Path(ckan.__path__[0])
    with (folder / "i18n" / "ckan.pot").open("rb") as file:
        for message in read_po(file):
            places = [place for place, _line in message.locations if "/example_" not in place]
            if message.id and places:
                yield forms(message.id)[0], places[0]
    for name in ("scheming", "dcat", "harvest"):
        found = extract_from_dir(str(folder.parent / "ckanext" / name), [
            ("**/templates/**.html", "ckan"), ("templates/**.html", "ckan"), ("**.py", "python"),
        ])
        for place, _line, text, _comments, _context in found:
            if "tests/" not in place:
                yield forms(text)[0], f"{name}/{place}"


def forms(text: Any) -> list[str]:
    """The singular, and the plural if there is one."""
    return [text] if isinstance(text, str) else [str(one) for one in text]
