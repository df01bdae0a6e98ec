"""The form of a record: what it weighs and when it can be typed in, beside the stock form.

``make services``, then ``.venv/bin/python benchmarks/form.py [RUNS]``.

Two catalogs are started on the instance's servers, ours and a stock one (see catalogs.py); a
steward opens the form in Chromium, in turns in one and in the other. The server that answers
does not compress, as little as the one of ``make run``: a reverse proxy before it does, so the
bytes printed are what gzip makes of each text; pictures and typefaces go as they are. Files
that the page about the catalog loads as well are shared by every page. The time is from the
start of the navigation until the field of the title holds a typed character, and until all is
loaded: medians of the runs, cold (nothing kept in the browser) and warm.
"""

from __future__ import annotations

import gzip
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import catalogs
import tour
from playwright.sync_api import Browser, Page, Response, sync_playwright
from stack import lanes, live

_RUNS = 9
_FORM, _OTHER = "/dataset/new", "/about"
_COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg")

#: Notes when the first character arrives in the title, in milliseconds since the navigation.
_WATCH = """addEventListener('input', event => {
  if (event.target.id === 'field-title' && !window.typedAt) window.typedAt = performance.now();
}, true);"""


class Sent(NamedTuple):
    """A file: its kind for the browser, its size as it is, and over the wire, in bytes."""

    kind: str
    plain: int
    wire: int


def _load(page: Page, path: str) -> dict[str, Sent]:
    """Every file that a page needs, by address."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", note)
    files = {}
    for answer in answers:
        if answer.status != 200:
            continue
        body = answer.body()
        text = answer.headers.get("content-type", "").startswith(_COMPRESSED)
        wire = len(gzip.compress(body, 6)) if text else len(body)
        files[answer.url] = Sent(answer.request.resource_type, len(body), wire)
    return files


def _weigh(browser: Browser, site: live.LiveSite, state: Any) -> dict[str, list[Sent]]:
    """The files of the form: ``own`` and ``shared`` with every page."""
    found = {}
    for path in (_FORM, _OTHER):
        context = browser.new_context(base_url=site.url, storage_state=state)
        found[path] = _load(context.new_page(), path)
        context.close()
    sent: dict[str, list[Sent]] = {"own": [], "shared": []}
    for address, file in found[_FORM].items():
        sent["shared" if address in found[_OTHER] else "own"].append(file)
    return sent


def _time(page: Page) -> tuple[float, float]:
    """Until a character is in the title, and until all is loaded, in milliseconds."""
    page.goto(_FORM, wait_until="commit")
    page.locator("#field-title").press("n")
    typed = page.evaluate("typedAt")
    page.wait_for_load_state("load")
    page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    # What was typed would be asked about when the page is left.
    page.locator("#field-title").fill("")
    return typed, loaded


def _open(browser: Browser, site: live.LiveSite, state: Any) -> Page:
    context = browser.new_context(base_url=site.url, storage_state=state)
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def _print_weight(name: str, sent: dict[str, list[Sent]]) -> None:
    print(f"\n{name}: the form, in bytes{'as it is':>17}{'compressed':>12}{'files':>7}")
    for part, files in sent.items():
        kinds: dict[str, list[Sent]] = defaultdict(list)
        for file in files:
            kinds[file.kind].append(file)
        for kind, of_kind in sorted(kinds.items()):
            _print_line(f"{part}: {kind}", of_kind)
        _print_line("without shared files" if part == "own" else "all shared", files)
    _print_line("total", sent["own"] + sent["shared"])


def _print_line(label: str, files: list[Sent]) -> None:
    plain, wire = sum(f.plain for f in files), sum(f.wire for f in files)
    print(f"  {label:28}{plain:12,}{wire:12,}{len(files):7}")


def _main(runs: int) -> None:
    starts: dict[str, Callable[..., live.LiveSite]] = {
        "ours": catalogs.start_ours, "stock": catalogs.start_stock
    }
    times: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (
        live.Sites(lanes.current_instance()) as sites,
        sync_playwright() as playwright,
        tour.chromium(playwright) as browser,
    ):
        opened = {name: start(sites, f"form-{name}") for name, start in starts.items()}
        states = {}
        for name, site in opened.items():
            tour.make_steward(site)
            states[name] = tour.log_in(browser, site, "steward").storage_state()
            _print_weight(name, _weigh(browser, site, states[name]))
        for _ in range(runs):
            for name, site in opened.items():
                page = _open(browser, site, states[name])
                times[name, "cold"].append(_time(page))
                times[name, "warm"].append(_time(page))
                page.context.close()
    print(f"\nmedians of {runs} runs, in ms{'ours':>19}{'stock':>9}")
    for number, what in enumerate(("a character is typed", "all is loaded")):
        for cache in ("cold", "warm"):
            figures = [statistics.median(t[number] for t in times[n, cache]) for n in opened]
            print(f"  {what + ', ' + cache:34}{figures[0]:9.0f}{figures[1]:9.0f}")


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS)
