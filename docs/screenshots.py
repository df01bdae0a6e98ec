"""Screenshots of 31 kinds of page, in Thai and English, on a desktop and a phone: 124 files.

``make run``, then ``.venv/bin/python docs/screenshots.py [--address URL] [--passwords FILE]
[--output FOLDER]``. The catalog has to hold the example data, as ``make run`` fills it. The
files are called ``<page>-<th|en>-<desktop|phone>.png``; their folder is printed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
LANGUAGES = {"th": "", "en": "/en"}
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}

#: Chromium asks nobody outside for anything.
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
]


#: Sends the form as it is, past the browser's own checks.
_SEND_EMPTY = """() => {
  const form = document.querySelector('#dataset-edit');
  form.insertAdjacentHTML('beforeend', '<input type="hidden" name="save" value="go-dataset">');
  HTMLFormElement.prototype.submit.call(form);
}"""


def _refuse(page: Page) -> None:
    """Send the form of a record empty."""
    with page.expect_navigation():
        page.evaluate(_SEND_EMPTY)


def _see_effect(page: Page) -> None:
    """Choose the other set of stars, and see what it would mean."""
    page.locator("input[name=star_set][value='guideline-1.0']").check()
    with page.expect_navigation():
        page.locator(".form-actions button[value=look]").click()


def _look_at_file(page: Page) -> None:
    """See what a table would change: a new word, a new code, one that is refused."""
    page.locator("[name=paste]").fill("code,th,en\n01,ชื่อใหม่,New label\n55,เพิ่ม,Added\nx,ผิด,\n")
    with page.expect_navigation():
        page.locator(".gdc-import-form [type=submit]").click()


class Shot(NamedTuple):
    """A page.

    Attributes:
        name: of its files.
        path: its address without language.
        who: looks at it: ``visitor``, ``steward`` or ``admin``.
        act: what is done on it first.
    """

    name: str
    path: str
    who: str = "visitor"
    act: Callable[[Page], None] | None = None


def _shots(record: dict[str, Any]) -> list[Shot]:
    name = record["name"]
    return [
        Shot("front", "/"),
        Shot("search", "/dataset/"),
        Shot("record", f"/dataset/{name}"),
        Shot("record-of-steward", f"/dataset/{name}", "steward"),
        Shot("form", "/dataset/new", "steward"),
        Shot("form-refused", "/dataset/new", "steward", _refuse),
        Shot("resources", f"/dataset/resources/{name}", "steward"),
        Shot("my-records", "/dashboard/records", "steward"),
        Shot("organization", f"/organization/{record['organization']['name']}"),
        Shot("login", "/user/login"),
        *_admins_shots(),
    ]


def _admins_shots() -> list[Shot]:
    """The pages of docs/admin.md."""
    one = "/catalog-admin/lists/objective"
    acts = {"effect": _see_effect, "import-look": _look_at_file}
    return [
        Shot(f"admin-{name}", path, "admin", acts.get(name))
        for name, path in (
            ("lists", "/catalog-admin/lists"), ("new-list", "/catalog-admin/new-list"),
            ("list", one), ("code", f"{one}/01/edit"), ("new-code", f"{one}/new"),
            ("order", f"{one}/order"), ("retire", f"{one}/01/retire"),
            ("replace", f"{one}/01/replace"), ("replace-effect", f"{one}/01/replace?by=02"),
            ("replacements", "/catalog-admin/replacements"),
            ("import", f"{one}/import"), ("import-look", f"{one}/import"),
            ("rules", "/catalog-admin/rules"), ("stars", "/catalog-admin/rules/stars"),
            ("effect", "/catalog-admin/rules/stars"),
            ("mandatory", "/catalog-admin/rules/mandatory"),
            ("fields", "/catalog-admin/rules/fields"),
            ("field", "/catalog-admin/rules/fields/dataset/disaggregate"),
            ("agreements", "/catalog-admin/rules/agreements/license_id"),
            ("history", "/catalog-admin/history"), ("managers", "/catalog-admin/managers"),
        )
    ]


def _call(address: str, action: str, query: str) -> Any:
    with urllib.request.urlopen(f"{address}/api/3/action/{action}?{query}", timeout=60) as answer:  # noqa: S310
        return json.load(answer)["result"]


def _log_in(browser: Browser, address: str, user: str, password: str) -> Page:
    page = browser.new_context(base_url=address, reduced_motion="reduce").new_page()
    page.goto("/user/login")
    page.locator("#field-login").fill(user)
    page.locator("#field-password").fill(password)
    with page.expect_navigation():
        page.locator("#field-password").press("Enter")
    return page


def _take(page: Page, shot: Shot, folder: Path) -> None:
    for language, prefix in LANGUAGES.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(prefix + shot.path)
        if not answer or not answer.ok:
            raise SystemExit(f"{shot.path}: {answer and answer.status}")
        if shot.act:
            shot.act(page)
        for device, (width, height) in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("document.fonts.ready.then(() => 0)")
            path = folder / f"{shot.name}-{language}-{device}.png"
            page.screenshot(path=path, full_page=True, animations="disabled")


def _main(arguments: argparse.Namespace) -> None:
    address = arguments.address.rstrip("/")
    accounts = json.loads(arguments.passwords.read_text(encoding="utf-8"))
    query = f"rows=100&sort=name+asc&fq=organization:{arguments.organization}"
    found = _call(address, "package_search", query)["results"]
    # The record with most files has most to show.
    record = max(found, key=lambda one: one["num_resources"])
    folder: Path = arguments.output or Path(tempfile.mkdtemp(prefix="screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        pages = {"visitor": browser.new_context(
            base_url=address, reduced_motion="reduce").new_page()}
        for who, user in (("steward", arguments.user), ("admin", arguments.admin)):
            pages[who] = _log_in(browser, address, user, accounts[user]["password"])
        for shot in _shots(record):
            _take(pages[shot.who], shot, folder)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} files in {folder}")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--address", default="http://localhost:5000")
    parser.add_argument("--passwords", type=Path, default=PROJECT / "instance" / "passwords.json")
    parser.add_argument("--user", default="steward", help="who looks at the steward's pages")
    parser.add_argument("--admin", default="admin", help="who looks at the admins' pages")
    parser.add_argument("--organization", default="wiangthara-hospital", help="one of that user's")
    parser.add_argument("--output", type=Path, help="folder; a new one for temporary files")
    _main(parser.parse_args())
