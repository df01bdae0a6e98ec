"""What axe-core finds wrong on every kind of page, beside stock CKAN in the same run.

``make services``, then ``.venv/bin/python benchmarks/axe.py [ours|stock] [--details FILE]``.

Two catalogs are started on the instance's servers, ours and a stock one (see catalogs.py), and
every page of tour.py that both have is opened in Chromium, in Thai and in English, on a
desktop and a phone. Printed are the elements that break a rule, by rule and by page; FILE gets
one JSON object a line for each.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import catalogs
import tour
from playwright.sync_api import sync_playwright
from stack import lanes, live


def _measure(site: live.LiveSite, names: dict[str, str], ours: bool) -> list[dict[str, Any]]:
    """Every finding on every page of a site."""
    findings: list[dict[str, Any]] = []
    with sync_playwright() as playwright, tour.chromium(playwright) as browser:
        pages = {
            who: tour.log_in(browser, site, who).new_page()
            for who in ("visitor", "steward", "sysadmin")
        }
        for stop in tour.STOPS:
            if stop.ours and not ours:
                continue
            try:
                found = tour.look(pages[stop.who], site, stop, names)
            except Exception as problem:  # said, and the others are still measured
                print(f"not measured: {stop.name}: {problem}", file=sys.stderr)
                continue
            for (language, device), nodes in found.items():
                view = {"page": stop.name, "language": language, "device": device}
                findings += [{**view, **node} for node in nodes] or [{**view, "rule": ""}]
    return findings


def _report(name: str, findings: list[dict[str, Any]]) -> None:
    """Print the numbers of a site."""
    views = {(f["page"], f["language"], f["device"]) for f in findings}
    wrong = [f for f in findings if f["rule"]]
    broken = {(f["page"], f["language"], f["device"]) for f in wrong}
    pages = {f["page"] for f in findings}
    print(f"\n{name}: {len(pages)} kinds of page, {len(views)} views (2 languages, 2 widths)")
    print(f"  {len(wrong)} elements break a rule, in {len(broken)} views, on "
          f"{len({f['page'] for f in wrong})} kinds of page")
    impacts = {f["rule"]: f["impact"] for f in wrong}
    for rule, number in Counter(f["rule"] for f in wrong).most_common():
        on = {f["page"] for f in wrong if f["rule"] == rule}
        print(f"  {rule:34}{impacts[rule]:10}{number:6} elements on {len(on):3} kinds of page")
    print("  by kind of page: elements (rules)")
    for page, number in Counter(f["page"] for f in wrong).most_common():
        rules = sorted({f["rule"] for f in wrong if f["page"] == page})
        print(f"    {page:30}{number:5} ({', '.join(rules)})")


def _main(arguments: argparse.Namespace) -> None:
    lines: list[dict[str, Any]] = []
    with live.Sites(lanes.current_instance()) as sites:
        for name in [arguments.site] if arguments.site else ["stock", "ours"]:
            ours = name == "ours"
            site = (catalogs.start_ours if ours else catalogs.start_stock)(sites, f"axe-{name}")
            record = catalogs.our_record if ours else catalogs.stock_record
            findings = _measure(site, tour.prepare(site, record, ours), ours)
            _report(name, findings)
            lines += [{"site": name, **f} for f in findings if f["rule"]]
    if arguments.details:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        arguments.details.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("site", nargs="?", choices=("ours", "stock"))
    parser.add_argument("--details", type=Path)
    _main(parser.parse_args())
