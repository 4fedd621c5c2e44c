"""A deed that takes long: the page says so at once, and it is sent once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.house import House
from tests.browser.scene import COUNTED

WORDS = "正在分配 1 户…"


def buy_of(house: House, title: str) -> object:
    return house.one("SELECT id FROM supplies_groupbuy WHERE title = %s", title)


def unanswered(page: Page, address: str, method: str) -> list[str]:
    """Requests that come to nothing, so that the page stays as it is while it waits."""
    sent: list[str] = []

    def swallow(route: Route) -> None:
        if route.request.method != method:
            route.continue_()
            return
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route(address, swallow)
    return sent


def test_sharing_out_says_that_it_is_at_work_and_is_sent_once(house: House, visit: Visit) -> None:
    with visit("wangfang", DESK) as at:
        page, buy = at.page, buy_of(house, COUNTED)
        at.go(f"/c/yujingwan/buys/{buy}/shares/")
        button = page.locator("button[form=commit]")
        label = button.inner_text()
        sent = unanswered(page, "**/shares/", "POST")
        button.click()
        expect(button).to_have_text(WORDS)
        expect(button).to_be_disabled()
        expect(page.locator("#live")).to_have_text(WORDS)
        button.dispatch_event("click")
        page.locator("#commit").evaluate("form => form.requestSubmit()")
        page.wait_for_timeout(300)
        assert len(sent) == 1
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        expect(button).to_have_text(label)
        page.unroute("**/shares/")
        button.click()
        expect(page.locator("button[form=commit]")).to_have_count(0)
        assert house.one("SELECT state FROM supplies_groupbuy WHERE id = %s", buy) == "allocated"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_long_sheet_says_that_it_is_prepared(house: House, visit: Visit, size: dict) -> None:
    with visit("wangfang", size) as at:
        page = at.page
        at.go(f"/c/yujingwan/buys/{buy_of(house, '米奶团')}/packing/")
        link = page.locator("main a[href$='/labels/']").first
        label = link.inner_text()
        sent = unanswered(page, "**/labels/", "GET")
        link.click()
        expect(link).to_have_text("正在准备 1 户…")
        link.click()
        page.wait_for_timeout(300)
        assert len(sent) == 1
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        expect(link).to_have_text(label)


def test_without_scripts_the_deeds_are_plain_forms(house: House, visit: Visit) -> None:
    with visit("wangfang", DESK, java_script_enabled=False) as at:
        at.go(f"/c/yujingwan/buys/{buy_of(house, '米奶团')}/packing/")
        at.page.locator("main a[href$='/runs/print/']").click()
        expect(at.page.locator(".run-sheet")).to_have_count(1)
