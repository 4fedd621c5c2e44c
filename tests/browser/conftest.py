"""One browser and one house for all tests here, closed before other tests begin: while Playwright
runs, Django takes this thread for an asynchronous one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from lockdown.demo.people import PASSWORD
from tests.browser.house import House, open_house
from tests.browser.watch import Watch

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Visit = Callable[..., AbstractContextManager[Watch]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def house(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed; `.ci/run` installs it")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def sessions(house: House, browser: Browser) -> dict[str, list]:
    """Cookies of everybody who has signed in, so that each does it once."""
    return {}


@pytest.fixture
def visit(house: House, browser: Browser, sessions: dict[str, list]) -> Visit:
    """`with visit("wangfang", DESK) as at:` opens a page as somebody; None is nobody."""

    @contextmanager
    def visiting(username: str | None, size: dict[str, int], **options: object) -> Iterator[Watch]:
        context = browser.new_context(
            viewport=size, locale="zh-CN", base_url=house.url, reduced_motion="reduce", **options
        )
        context.set_default_timeout(20_000)
        try:
            if username:
                sign_in(context, username, sessions)
            watch = Watch(context.new_page())
            yield watch
            watch.check_quiet()
        finally:
            context.close()

    return visiting


def sign_in(context: BrowserContext, username: str, sessions: dict[str, list]) -> None:
    if username not in sessions:
        page = context.new_page()
        page.goto("/sign-in/")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        page.close()
        sessions[username] = context.cookies()
    context.add_cookies(sessions[username])
