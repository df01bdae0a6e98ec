"""What the tests in a real browser have in common: a login, and that no script may fail."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from stack.live import LiveSite


@contextlib.contextmanager
def page_of(context: BrowserContext) -> Iterator[Page]:
    """A page in which no script may fail; the browser's window is closed after it."""
    page = context.new_page()
    failures: list[object] = []
    page.on("pageerror", lambda failure: failures.append(failure))
    yield page
    context.close()
    assert not failures


def log_in(page: Page, name: str, password: str) -> None:
    """Log in as people do, with a cookie."""
    page.goto("/user/login")
    page.get_by_label("ชื่อผู้ใช้หรืออีเมล").fill(name)
    page.get_by_label("รหัสผ่าน", exact=True).fill(password)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.wait_for_url("**/dashboard/**")


def cookies_of(browser: Browser, site: LiveSite, name: str, password: str) -> StorageState:
    """The cookies of a login, for windows that need none of their own."""
    context = browser.new_context(base_url=site.url, locale="th-TH")
    log_in(context.new_page(), name, password)
    cookies = context.storage_state()
    context.close()
    return cookies
