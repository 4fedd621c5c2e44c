"""Ordering as a household does it: few taps on a slow line, with and without JavaScript."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.house import House
from tests.browser.test_at_the_door import come_in

ROUND_TRIP = 400  # milliseconds, as in a stairwell
MOST_SECONDS = 30
LEAST_ELDER = {"type": 24, "target": 60}  # CSS pixels; 24 are 18 points
SMALL = """least => [...document.querySelectorAll('main *')].filter(one => {
    const box = one.getBoundingClientRect(), look = getComputedStyle(one);
    if (box.width < 2 || box.height < 2 || one.closest('.sr, [hidden]')) return false;
    const says = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (says && parseFloat(look.fontSize) < least.type) return true;
    if (!one.matches('a, button, select, summary, input:not([type=hidden])')) return false;
    if (getComputedStyle(one, '::after').position === 'absolute') return false;
    return (one.closest('label') || one).getBoundingClientRect().height < least.target;
}).slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""


def slowed(page: Page) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP,
            "downloadThroughput": 200 * 1024,
            "uploadThroughput": 100 * 1024,
        },
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_order_takes_four_taps_on_a_slow_line(house: House, visit: Visit, scripts: bool) -> None:
    with visit(None, PHONE, java_script_enabled=scripts) as at:
        page = come_in(at, house, "501")
        slowed(page)
        began = time.monotonic()
        page.locator("main a[href='/home/buys/']").click()
        page.locator(".buy-card a.btn[href$='/order/']").first.click()
        rice = page.locator("section.item").filter(has_text="大米")
        if scripts:
            rice.locator("button[data-step='1']").click()
            expect(page.locator("[data-sum]")).to_have_text("¥35.90")
        else:
            rice.locator("input[name^='q-']").fill("1")
        page.locator("button[form=cart]").click()
        expect(page.locator(".my-number b")).to_be_visible()
        assert time.monotonic() - began < MOST_SECONDS
        assert _standing(house) == 1
        _takes_it_back(page)
        assert _standing(house) == 0


def _takes_it_back(page: Page) -> None:
    page.locator("a[href$='/cancel/']").click()
    page.locator("main form button").first.click()
    expect(page.locator("section.item").first).to_be_visible()


def _standing(house: House) -> object:
    return house.one(
        "SELECT count(*) FROM supplies_order orders JOIN compounds_home homes"
        " ON homes.id = orders.home_id JOIN supplies_groupbuy buys ON buys.id = orders.buy_id"
        " WHERE homes.number = '501' AND buys.state = 'open' AND orders.withdrawn_at IS NULL"
    )


def test_what_came_is_claimed_from_the_households_own_page(house: House, visit: Visit) -> None:
    with visit(None, PHONE) as at:
        page = come_in(at, house, "501")
        page.locator("#home-today a[href='/home/account/']").click()
        expect(page.locator("main h1")).to_contain_text("应付 ¥2,715.90")
        page.goto("/home/buys/")
        page.locator("a[href^='/home/claims/'].btn").click()
        page.locator("#claim button").click()
        expect(page.locator(".error-summary")).to_be_visible()
        page.locator("#claim label").filter(has_text="牛奶").click()
        page.locator("#claim label").filter(has_text="缺少").click()
        page.locator("#claim button").click()
        expect(page.locator("main")).to_contain_text("进口牛奶礼盒整箱 1 箱：缺少")


def test_large_type_is_large_and_its_targets_wide(house: House, visit: Visit) -> None:
    with visit(None, PHONE) as at:
        page = come_in(at, house, "501")
        page.context.add_cookies([{"name": "face", "value": "elder", "url": house.url}])
        page.goto("/home/buys/")
        paths = page.locator("main a[href^='/home/']").evaluate_all(
            "all => all.map(a => a.pathname)"
        )
        small = {}
        for path in ["/home/", "/home/buys/", *dict.fromkeys(paths)]:
            page.goto(path)
            small[path] = page.evaluate(SMALL, LEAST_ELDER)
        assert len(small) > 5
        assert {path: found for path, found in small.items() if found} == {}
