"""Real servers for the tests: see deploy/stack/lanes.py for how they keep apart."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "deploy"), str(PROJECT / "benchmarks")]

import tour  # noqa: E402
from stack import lanes, live, services  # noqa: E402
from stack.state import Instance, Problem  # noqa: E402

_held: list[lanes.Lane] = []


def pytest_configure(config: pytest.Config) -> None:
    """Give this process its servers, before CKAN reads its settings from the environment."""
    try:
        instance = lanes.current_instance()
        if not services.is_up(instance):
            raise Problem("The servers are stopped: make services starts them.")
        lane = lanes.Lane(instance)
        lane.clear(lanes.default_plugins())
    except Problem as problem:
        pytest.exit(str(problem), returncode=4)
    _held.append(lane)
    os.environ.update(lanes.environment_of(lane.settings("http://test.ckan.net")))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Tell CKAN that the tables are there, lest its clean_db makes them anew, unmigrated."""
    from ckan import model

    model.repo.tables_created_and_initialised = True


def pytest_unconfigure() -> None:
    """Give the lane back."""
    while _held:
        _held.pop().release()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no worker is left with one of them at the end."""
    first = ("test_harvest.py", "test_instance.py")
    items.sort(key=lambda item: item.path.name not in first)


@pytest.fixture(scope="session")
def instance() -> Instance:
    """The instance on whose servers the tests run."""
    return lanes.current_instance()


@pytest.fixture(scope="session")
def records_file() -> Path:
    """Real records of a public portal, one JSON object a line."""
    named = os.environ.get("THAI_GDC_RECORDS")
    if not named:
        pytest.skip("THAI_GDC_RECORDS names no file of real records")
    return Path(named)


@pytest.fixture(scope="session")
def live_site(instance: Instance) -> Iterator[Callable[..., live.LiveSite]]:
    """Starts whole CKANs: ``live_site("second", plugins=[...], extra_config={...})``.

    One of a name is started once a session; all end with it.
    """
    with live.Sites(instance) as sites:
        yield sites.start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of the machine: Playwright runs only once in a process."""
    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        try:
            browser = stack.enter_context(tour.chromium(playwright))
        except FileNotFoundError as missing:
            pytest.skip(str(missing))
        yield browser


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    """The site in this process, made once for a file: CKAN's own takes 2 s for each test."""
    from ckan import plugins
    from ckan.tests import helpers

    plugins.load_all()
    yield helpers._get_test_app()
    plugins.unload_all()


@pytest.fixture(scope="session", autouse=True)
def _migrated() -> None:
    """The lane's database has every table: CKAN's fixtures need only empty them."""
    from ckan import model

    model.repo.tables_created_and_initialised = True


@pytest.fixture
def as_shipped() -> Iterator[None]:
    """Whatever a test changes of lists and rules is gone after it."""
    yield
    from ckan import model

    from ckanext.thai_gdc import settings
    from ckanext.thai_gdc.admin.changes import Change, Setting

    model.Session.rollback()
    model.Session.query(Setting).delete()
    model.Session.query(Change).delete()
    model.Session.commit()
    settings.forget()
