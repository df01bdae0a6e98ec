"""axe-core finds nothing wrong on any kind of page, in Thai and English, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import catalogs
import pytest
import tour
from playwright.sync_api import Browser, Page
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(300)

#: Each language and each width once; benchmarks/axe.py looks at all four.
_VIEWS = (("th", "phone"), ("en", "desktop"))


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with the organization ``agency``."""
    site = live_site("accessible")
    catalogs.make_agency(site)
    return site


@pytest.fixture(scope="module")
def names(site: LiveSite) -> dict[str, str]:
    """What stands in the addresses of the filled catalog."""
    return tour.prepare(site, catalogs.our_record)


@pytest.fixture(scope="module")
def pages(
    chromium: Browser, site: LiveSite, names: dict[str, str]
) -> Iterator[dict[str, Page]]:
    """A page of each person, logged in once."""
    people = ("visitor", "steward", "sysadmin")
    contexts = {who: tour.log_in(chromium, site, who) for who in people}
    yield {who: context.new_page() for who, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("stop", tour.STOPS, ids=lambda stop: stop.name)
def test_no_rule_is_broken(
    pages: dict[str, Page], site: LiveSite, names: dict[str, str], stop: tour.Stop
) -> None:
    """No rule of WCAG 2.2 A and AA or of best practice, of whatever impact."""
    found = tour.look(pages[stop.who], site, stop, names, _VIEWS)
    broken = [
        f"{language}, {device}: {node['rule']}: {node['where']}\n{node['html']}\n{node['why']}"
        for (language, device), nodes in found.items()
        for node in nodes
    ]
    assert not broken, "\n\n".join(broken)


def test_axe_is_awake(pages: dict[str, Page], site: LiveSite, names: dict[str, str]) -> None:
    """What is wrong is found: a picture without words, a faint text, a button too small."""

    def spoil(page: Page, _: LiveSite) -> None:
        page.evaluate(
            """document.querySelector('main, [role=main]').insertAdjacentHTML('beforeend', `
              <img src="/thai_gdc/favicon.svg"><p style="color: #ccc">จาง</p>
              <p><button style="all: unset; width: 9px; height: 9px">ก</button><button
              style="all: unset; width: 9px; height: 9px">ข</button></p>`)"""
        )

    found = tour.look(
        pages["visitor"], site, tour.Stop("spoilt", "visitor", "/about", spoil), names
    )
    for nodes in found.values():
        assert {"image-alt", "color-contrast", "target-size"} <= {node["rule"] for node in nodes}
