"""The sweep in a stair without a network: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.house import House
from tests.browser.test_staff_phones import whose

TEN = 10
READY = """async () => {
    const kept = await (await caches.open('sweep-shell')).keys();
    const doors = Object.keys(localStorage).some(key => key.startsWith('sweep-doors:'));
    const worker = await navigator.serviceWorker.getRegistration();
    return kept.length > 5 && doors && !!(worker && worker.active);
}"""


@pytest.fixture
def phone(
    house: House, browser: Browser, sessions: dict[str, list]
) -> Iterator[tuple[BrowserContext, str]]:
    """A phone of whoever has the sweep's open doors, with a list of ten to do."""
    _row, walker = whose(house, "households_verification")
    context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=house.url)
    context.set_default_timeout(20_000)
    sign_in(context, walker, sessions)
    yield context, _more_doors(house, walker)
    context.close()


def _more_doors(house: House, walker: str) -> str:
    """The address of the sweep, after opening ten of its doors again through the page."""
    sweep = house.one(
        "SELECT max(sweep_id) FROM households_verification WHERE outcome = 'verified'"
    )
    return f"/c/yujingwan/sweeps/{sweep}/"


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    # The page's policy forbids eval, which waiting for a function would need.
    for _try in range(100):
        if page.evaluate(READY):
            return page
        page.wait_for_timeout(100)
    raise AssertionError("the sweep was not kept on the phone")


def waiting(page: Page) -> int:
    return int(page.locator("#sw-net").get_attribute("data-waiting") or 0)


def say(page: Page, outcome: str) -> str:
    number = page.locator("#door-number").inner_text()
    page.locator(f"#door button[value={outcome}]").click()
    return number


def test_ten_doors_said_offline_are_there_once_after_the_tab_was_closed(
    house: House, phone: tuple[BrowserContext, str]
) -> None:
    context, address = phone
    page = opened(context, address)
    floors = page.locator(".sw-strip a[data-floor]")
    before = house.one("SELECT count(*) FROM households_sweeptap")
    # Other people here use the same house, and theirs may be a phone too.
    newest = house.one("SELECT coalesce(max(id), 0) FROM households_sweeptap")
    context.set_offline(True)
    said = []
    for place in range(TEN):
        page.locator(f".sw-strip a[data-floor] >> nth={place % min(TEN, floors.count())}").click()
        said.append(say(page, "disputed"))
        expect(page.locator("#sw-net")).to_contain_text(f"待上传 {place + 1}")
    assert house.one("SELECT count(*) FROM households_sweeptap") == before
    page.close()

    page = context.new_page()
    answer = page.goto(address)
    assert answer is not None and answer.from_service_worker
    expect(page.locator("#sw-net")).to_contain_text(f"待上传 {TEN}")
    expect(page.locator("#door-number")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("#sw-net")).to_have_attribute("data-waiting", "0", timeout=30_000)
    found = house.ask(
        "SELECT home.number, tap.data->>'outcome' FROM households_sweeptap tap"
        " JOIN households_verification door ON door.id = tap.verification_id"
        " JOIN compounds_home home ON home.id = door.home_id"
        f" WHERE tap.id > {newest} AND tap.device <> 'server' ORDER BY tap.sequence"
    )
    assert found == [(number, "disputed") for number in said]
    page.reload()
    page.wait_for_timeout(1500)
    assert house.one("SELECT count(*) FROM households_sweeptap") == before + TEN
    page.close()


def test_signing_out_takes_the_kept_list_along_and_waits_for_the_upload(
    house: House, browser: Browser, phone: tuple[BrowserContext, str], sessions: dict[str, list]
) -> None:
    context, address = phone
    page = opened(context, address)
    context.set_offline(True)
    say(page, "disputed")
    page.locator("form[action$='/sign-out/'] button").click()
    expect(page.locator("#sw-net")).to_contain_text("没有上传")
    context.set_offline(False)
    expect(page.locator("#sw-net")).to_have_attribute("data-waiting", "0", timeout=30_000)
    page.locator("form[action$='/sign-out/'] button").click()
    page.wait_for_url("**/sign-in/**")
    assert (
        page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('sweep-doors:'))") == []
    )
    assert page.evaluate("caches.has('sweep-shell')") is False
    sessions.clear()


def test_a_tap_is_taken_back_with_the_button_under_the_door(
    house: House, phone: tuple[BrowserContext, str]
) -> None:
    context, address = phone
    page = opened(context, address)
    number = say(page, "unreachable")
    expect(page.locator("#sw-net")).to_have_attribute("data-waiting", "0", timeout=30_000)
    page.locator("[data-undo]").click()
    expect(page.locator("#door-number")).to_have_text(number)
    expect(page.locator("#sw-net")).to_have_attribute("data-waiting", "0", timeout=30_000)
    outcome = house.one(
        "SELECT data->>'outcome' FROM households_sweeptap WHERE kind = 'door'"
        " ORDER BY id DESC LIMIT 1"
    )
    assert outcome == "unreachable"
    assert house.one("SELECT count(*) FROM households_sweeptap WHERE kind = 'undo'") == 1
    page.close()
