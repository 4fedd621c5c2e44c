"""Passkeys with Chromium's virtual authenticator, and the pages that are there in one state only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from lockdown.demo.people import PASSWORD
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.house import House
from tests.browser.test_every_page import RULES, WIDE
from tests.browser.watch import Watch

CODE = re.compile(r"^[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}$")


@contextmanager
def key_holder(browser: Browser, house: House) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser with an authenticator that verifies its person. WebAuthn wants a name, no number."""
    url = house.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=url, locale="zh-CN", viewport=DESK)
    context.set_default_timeout(20_000)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    try:
        yield context, page
    finally:
        context.close()


def with_password(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").first.click()


def sound(page: Page) -> list[str]:
    """axe, and nothing that sticks out, at a desk and on a phone."""
    options = {"runOnly": RULES["runOnly"], "resultTypes": ["violations"]}
    found = [one["id"] for one in Axe().run(page, options=options).response["violations"]]
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        found += page.evaluate(WIDE)
    return found


def test_a_passkey_is_added_and_signs_in_alone_and_as_second_step(
    house: House, browser: Browser
) -> None:
    with key_holder(browser, house) as (context, page):
        with_password(page, "qiancang")
        page.wait_for_url("**/my-list/")
        page.goto("/account/")
        page.locator("form[data-options] input[name=name]").fill("库房手机")
        page.locator("form[data-options] button").click()
        page.wait_for_selector(".codes")
        codes = page.locator(".codes li").all_inner_texts()
        assert len(codes) == 10
        assert all(CODE.match(code) for code in codes)
        assert sound(page) == []
        page.locator("main a.btn", has_text="我已保存好").click()
        assert "库房手机" in page.locator("#keys").inner_text()
        assert sound(page) == []

        context.clear_cookies()
        page.goto("/sign-in/?next=/account/")
        assert sound(page) == []
        page.locator("form[data-options] button").click()
        page.wait_for_url("**/account/")
        assert "通行密钥" in page.locator("#sessions").inner_text()

        context.clear_cookies()
        with_password(page, "qiancang")
        page.wait_for_url("**/sign-in/second/")
        assert sound(page) == []
        page.locator("form[data-options] button").click()
        page.wait_for_url("**/my-list/")

        context.clear_cookies()
        with_password(page, "qiancang")
        page.locator("#id_code").fill("wrong")
        page.locator("main form:not([data-options]) button").click()
        page.wait_for_selector(".error-summary")
        assert sound(page) == []
        page.locator("#id_code").fill(codes[0])
        page.locator("main form:not([data-options]) button").click()
        page.wait_for_url("**/my-list/")


def test_a_removed_passkey_opens_nothing(house: House, browser: Browser) -> None:
    with key_holder(browser, house) as (context, page):
        with_password(page, "zhaoshifu")
        page.wait_for_url("**/my-list/")
        page.goto("/account/")
        page.locator("form[data-options] button").click()
        page.wait_for_selector(".codes")
        page.goto("/account/")
        page.locator("#keys .key-rows button", has_text="删除").first.click()
        page.wait_for_selector("#keys .empty")
        context.clear_cookies()
        page.goto("/sign-in/")
        page.locator("form[data-options] button").click()
        page.wait_for_selector(".notice-late")
        assert page.url.endswith("/sign-in/passkey/")
        with_password(page, "zhaoshifu")
        page.wait_for_url("**/my-list/")


def test_the_buttons_hide_where_the_browser_has_no_passkeys(house: House, browser: Browser) -> None:
    context = browser.new_context(base_url=house.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/")
    assert not page.locator("form[data-options]").is_visible()
    with_password(page, "lijianguo")
    assert "/my-list/" in page.url
    context.close()


@pytest.mark.parametrize("face", ["normal", "elder"])
def test_a_one_time_link_from_the_managers_page_to_the_volunteers_list(
    house: House, browser: Browser, visit: Visit, face: str
) -> None:
    member = house.one("SELECT id FROM compounds_member WHERE name = '陈小雨'")
    with visit("wangfang", DESK) as at:
        at.go(f"/c/yujingwan/settings/members/{member}/")
        at.page.locator("#links button", has_text="链接").last.click()
        at.page.wait_for_selector("#link-words")
        assert sound(at.page) == []
        found = re.search(r"http\S+(/l/\S+)", at.page.locator("#link-words").input_value())
        assert found is not None
    context = browser.new_context(base_url=house.url, viewport=PHONE, locale="zh-CN")
    context.add_cookies([{"name": "face", "value": face, "url": house.url}])
    phone = Watch(context.new_page())
    phone.go(found[1])
    assert sound(phone.page) == []
    phone.page.locator("main form button").click()
    phone.page.wait_for_url("**/my-list/")
    phone.page.goto("/account/")
    assert "一次性链接" in phone.page.locator("#sessions").inner_text()
    context.clear_cookies()
    context.add_cookies([{"name": "face", "value": face, "url": house.url}])
    phone.page.goto(found[1])
    assert "用过" in phone.page.locator("main").inner_text()
    assert sound(phone.page) == []
    context.close()


def test_whose_role_asks_for_a_second_factor_is_told_what_to_do(house: House, visit: Visit) -> None:
    with visit("zhaoshifu", PHONE) as at:
        at.go("/account/second/yujingwan/")
        assert "第二步验证" in at.page.locator("h1").inner_text()
        assert sound(at.page) == []
