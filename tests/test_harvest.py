"""The national aggregator, a second CKAN with ckanext-harvest, pulls the records."""

from __future__ import annotations

import http.server
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import real_records
from stack.live import ApiError, LiveSite
from test_paths import RULES

pytestmark = pytest.mark.timeout(900)

RECORDS = 200
AGGREGATOR = (
    "thai_gdc", "scheming_datasets", "scheming_organizations", "dcat", "harvest",
    "ckan_harvester", "dcat_rdf_harvester",
)
_SETTINGS = {"ckan.views.default_views": ""}


#: Licences of the real records that no code stands for, or that ask for free text.
_LICENCES = {
    "ogl": {"license_id"},
    "Other (Attribution)": {"license_id_other"},
    "GNU Free Documentation License": {"license_id_other"},
}


class Offer:
    """What the agency's catalog holds after it was offered the records.

    Attributes:
        site: the agency's catalog.
        records: name to record, as its administrator reads it.
        refused: name to errors by field.
        agencies: its organizations.
    """

    def __init__(self, site: LiveSite, file: Path) -> None:
        def call(action: str, parameters: dict[str, Any]) -> Any:
            try:
                return site.api(action, **parameters)
            except ApiError as error:
                raise real_records.Refused(error.error) from None

        lines = real_records.read(file, RECORDS)
        self.site = site
        self.agencies = real_records.agencies(lines)
        self.sent = {r["name"]: r for r in real_records.complete(lines)}
        self.created, self.refused = real_records.offer(call, lines)
        self.records = every_record(site)


def every_record(site: LiveSite) -> dict[str, dict[str, Any]]:
    """Name to record, as the site's administrator reads them over the API."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        page = site.api(
            "package_search", fq="dataset_type:dataset", rows=500, start=len(found),
            sort="id asc", include_private=True,
        )
        found |= {record["name"]: record for record in page["results"]}
        if not page["results"]:
            return found


def harvest(
    site: LiveSite, source_type: str, url: str, fails: bool = False, **config: Any
) -> list[str]:
    """Harvest once, to its end, with the real consumers; the errors, none unless it ``fails``."""
    site.api("organization_create", name="national", title="บัญชีข้อมูลกลาง", org_code="9999")
    source = site.api(
        "harvest_source_create", name=source_type.replace("_", "-"), title=source_type, url=url,
        source_type=source_type, owner_org="national", frequency="MANUAL",
        config=json.dumps(config),
    )
    job = site.api("harvest_job_create", source_id=source["id"], run=True)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        time.sleep(2)
        site.api("harvest_jobs_run")  # as "ckan harvester run" does: it ends finished jobs
        job = site.api("harvest_job_show", id=job["id"])
        if job["status"] == "Finished":
            report = site.api("harvest_job_report", id=job["id"])
            assert not report["gather_errors"], report["gather_errors"][:3]
            objects = report["object_errors"].values()
            errors = [e["message"] for one in objects for e in one["errors"]]
            assert fails or not errors, errors[:2]
            return errors
        for process in ("gather", "fetch"):
            assert site.is_running(process), site.tail(process)
    raise AssertionError(f"The harvest did not end: {job}\n{site.tail('fetch')}")


@pytest.fixture(scope="module")
def offer(live_site: Callable[..., LiveSite], records_file: Path) -> Offer:
    """An agency's catalog with real records."""
    return Offer(live_site("agency"), records_file)


def assert_same(offered: dict[str, Any], pulled: dict[str, Any], resources: list[str]) -> None:
    """The fifteen fields and the resources of a record arrived as they were."""
    for field in real_records.COMPARED:
        assert pulled.get(field) == offered.get(field), (offered["name"], field)
    assert pulled["organization"]["title"] == offered["organization"]["title"]
    assert {t["name"] for t in pulled["tags"]} == {t["name"] for t in offered["tags"]}

    def described(record: dict[str, Any]) -> list[tuple[str, ...]]:
        return sorted(tuple(r.get(key) or "" for key in resources) for r in record["resources"])

    assert described(pulled) == described(offered)


def test_records_that_break_a_rule_are_refused_with_the_right_error(offer: Offer) -> None:
    """Each at the field that breaks it; the others are stored as they were sent."""
    assert len(offer.created) + len(offer.refused) == RECORDS
    assert set(offer.created) == set(offer.records)
    for name, errors in offer.refused.items():
        sent = offer.sent[name]
        expected = set(_LICENCES.get(sent["license_id"], ()))
        if len(sent["title"].strip()) > 150:
            expected.add("title")
        if len(sent["notes"].replace("\r\n", "\n").strip()) > 1000:
            expected.add("notes")
        if len(",".join(t["name"] for t in sent["tags"])) > 200:
            expected.add("tag_string")
        if any("\ufffd" in t["name"] for t in sent["tags"]):
            expected.add("tags")
        assert {e for e in errors if not e.startswith("__")} == expected, (name, errors)
    print(f"\n{len(offer.created)} created, {len(offer.refused)} refused")
    assert len(offer.created) > RECORDS * 0.8


def test_the_ckan_harvester_pulls_every_public_record(
    offer: Offer, live_site: Callable[..., LiveSite]
) -> None:
    """What is there equals what was offered, field by field; secrets never arrive."""
    aggregator = live_site("aggregator-ckan", AGGREGATOR, _SETTINGS, processes=("gather", "fetch"))
    harvest(
        aggregator, "ckan", offer.site.url, remote_orgs="create", remote_groups="only_local"
    )
    public = {n: r for n, r in offer.records.items() if not r["private"]}
    assert any(r["private"] for r in offer.records.values())
    pulled = every_record(aggregator)
    assert set(pulled) == set(public)
    for name, record in public.items():
        assert_same(record, pulled[name], ["name", "url", "format", "description", "id"])


class Foreign(http.server.BaseHTTPRequestHandler):
    """A catalog without our rules: it offers whatever records it has."""

    records: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        """Answer package_search, all on the first page."""
        first = "start=0" in self.path
        body = json.dumps({"result": {"results": self.records if first else []}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def foreign() -> Iterator[str]:
    """Its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_what_is_harvested_in_is_judged_like_any_save(
    foreign: str, live_site: Callable[..., LiveSite]
) -> None:
    """Of records that each break one rule none is stored; each is listed with its reason."""
    aggregator = live_site("aggregator-in", AGGREGATOR, _SETTINGS, processes=("gather", "fetch"))
    sound = {
        "title": "จำนวนผู้ป่วย", "data_type": "ข้อมูลสถิติ", "maintainer_email": "data@example.go.th",
        "tags": [{"name": "สาธารณสุข"}], "objective": ["พันธกิจหน่วยงาน"], "data_source": "โรงพยาบาล",
        "data_category": "ข้อมูลสาธารณะ", "license_id": "Creative Commons Attributions",
        "update_frequency_unit": "ปี", "update_frequency_interval": "1", "type": "dataset",
        "resources": [{"name": "ไฟล์", "url": "https://example.go.th/a.csv"}],
    }
    wrong = [(change, field) for change, field in RULES if "tag_string" not in change]
    changes = [{}, *(change for change, _ in wrong)]
    Foreign.records = [
        {**sound, "id": str(uuid.uuid4()), "name": f"foreign-{number}", **change}
        for number, change in enumerate(changes)
    ]
    errors = harvest(aggregator, "ckan", foreign, fails=True)
    stored = every_record(aggregator)
    assert list(stored) == ["foreign-0"]
    assert (stored["foreign-0"]["data_type"], stored["foreign-0"]["license_id"]) == ("2", "1")
    assert len(errors) == len(wrong)
    told = " ".join(errors)
    for _, field in wrong:
        assert f"'{field}'" in told


def test_the_rdf_harvester_pulls_every_record_with_consent(
    offer: Offer, live_site: Callable[..., LiveSite]
) -> None:
    """The linked data is read back as the same values; without consent nothing is given."""
    aggregator = live_site("aggregator-dcat", AGGREGATOR, _SETTINGS, processes=("gather", "fetch"))
    for agency in offer.agencies:
        aggregator.api("organization_create", **agency)
    harvest(aggregator, "dcat_rdf", f"{offer.site.url}/catalog.ttl")
    listed = {
        n: r for n, r in offer.records.items() if not r["private"] and r["allow_harvest"] == "True"
    }
    assert any(not r["private"] and n not in listed for n, r in offer.records.items())
    pulled = every_record(aggregator)
    assert set(pulled) == set(listed)
    for name, record in listed.items():
        assert_same(record, pulled[name], ["name", "url", "format", "description"])
