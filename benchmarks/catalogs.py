"""The two catalogs that the measurements set beside each other, and a record for each.

Ours is this plugin with the settings of test.ini; stock is CKAN with ckanext-scheming's own
example schema and ckanext-dcat's own profile, on the same servers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
if str(PROJECT / "deploy") not in sys.path:
    sys.path.insert(0, str(PROJECT / "deploy"))

from stack import live  # noqa: E402

_STOCK_PLUGINS = (
    "scheming_datasets", "scheming_organizations", "dcat", "datastore", "datatables_view",
    "text_view", "image_view", "webpage_view", "activity",
)
_STOCK_SETTINGS = {
    "scheming.dataset_schemas": "ckanext.scheming:ckan_dataset.yaml",
    "scheming.organization_schemas": "ckanext.scheming:org_with_dept_id.json",
    "scheming.presets": "ckanext.scheming:presets.json",
    "ckanext.dcat.rdf.profiles": "euro_dcat_ap_3",
}


def start_ours(sites: live.Sites, name: str = "bench-ours") -> live.LiveSite:
    """This plugin's catalog, with the organization ``agency``."""
    site = sites.start(name)
    make_agency(site)
    return site


def make_agency(site: live.LiveSite) -> None:
    """Make the organization ``agency`` of our catalog."""
    site.api("organization_create", name="agency", title="หน่วยงาน", org_code="1001")


def start_stock(sites: live.Sites, name: str = "bench-stock") -> live.LiveSite:
    """Stock CKAN's catalog, with the organization ``agency``."""
    site = sites.start(name, _STOCK_PLUGINS, _STOCK_SETTINGS)
    site.api("organization_create", name="agency", title="หน่วยงาน", department_id="1")
    return site


def our_record(number: int) -> dict[str, Any]:
    """A record of ``agency`` with every field that a steward would fill in."""
    return {
        "name": f"record-{number}", "title": f"จำนวนผู้ป่วยนอกจำแนกตามกลุ่มโรค ชุดที่ {number}",
        "owner_org": "agency", "data_type": "2", "maintainer": "กลุ่มงานยุทธศาสตร์",
        "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข,ผู้ป่วยนอก,โรค",
        "notes": "จำนวนผู้ป่วยนอกที่มารับบริการ จำแนกตามกลุ่มโรค เป็นรายเดือน " * 5,
        "objective": ["09", "11"], "update_frequency_unit": "M", "update_frequency_interval": "1",
        "geo_coverage": "06", "data_source": "ระบบเวชระเบียน โรงพยาบาล", "data_format": ["02", "11"],
        "data_category": "1", "license_id": "1", "last_updated_date": "2026-01-31",
        "first_year_of_data": "2560", "last_year_of_data": "2568", "unit_of_measure": "คน",
        "disaggregate": ["01", "02"], "data_language": ["01"], "official_statistics": "True",
        "resources": _resources(number),
    }


def stock_record(number: int) -> dict[str, Any]:
    """The same record as far as stock CKAN knows its fields."""
    ours = our_record(number)
    known = ("name", "title", "owner_org", "maintainer", "maintainer_email", "notes", "resources")
    return {
        **{key: ours[key] for key in known},
        "tag_string": ours["tag_string"].replace("ผู้ป่วยนอก", "opd").replace("สาธารณสุข", "health")
        .replace("โรค", "disease"),
        "license_id": "cc-by", "url": "https://example.go.th", "version": "1", "author": "กลุ่มงาน",
        "author_email": "data@example.go.th",
    }


def _resources(number: int) -> list[dict[str, str]]:
    return [
        {"name": f"ไฟล์ที่ {n}", "format": "CSV", "url": f"https://example.go.th/{number}/{n}.csv"}
        for n in range(3)
    ]
