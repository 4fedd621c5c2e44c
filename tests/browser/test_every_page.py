"""Every page, at a desk and in large type on a phone: axe, the console, the frame, the width."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from tests.browser.addresses import FOREIGN, PAGES, Address
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.house import House
from tests.browser.watch import Watch

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FRAME = """() => ({
    lang: document.documentElement.lang,
    heads: [...document.querySelectorAll('h1')].map(one => one.textContent.trim()),
    title: document.title.trim(),
    face: document.documentElement.dataset.face,
})"""
WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll('*')]
        .filter(one => one.getBoundingClientRect().right > room + 1)
        .slice(0, 3).map(one => one.outerHTML.slice(0, 100));
}"""

Opened = Callable[[str | None, str], Watch]


@pytest.fixture(scope="module")
def opened(
    house: House, browser: Browser, sessions: dict[str, list], prepared: None
) -> Iterator[Opened]:
    """One page for each person and face, kept for the whole module."""
    kept: dict[tuple[str | None, str], tuple[BrowserContext, Watch]] = {}

    def watch(who: str | None, face: str) -> Watch:
        if (who, face) not in kept:
            size = PHONE if face == "elder" else DESK
            context = browser.new_context(
                viewport=size, locale="zh-CN", base_url=house.url, reduced_motion="reduce"
            )
            context.set_default_timeout(20_000)
            context.add_cookies([{"name": "face", "value": face, "url": house.url}])
            if who in {"resident", "asker"}:
                _at_the_door(context, house, who)
            elif who:
                sign_in(context, who, sessions)
            kept[who, face] = context, Watch(context.new_page())
        return kept[who, face][1]

    yield watch
    for context, _page in kept.values():
        context.close()


@pytest.fixture(scope="module")
def prepared(house: House, browser: Browser, sessions: dict[str, list]) -> None:
    """A template of the compound's own, so that its page is there."""
    context = browser.new_context(base_url=house.url)
    sign_in(context, "wangfang", sessions)
    page = context.new_page()
    page.goto("/c/yujingwan/plans/")
    page.locator("form[action*='/copy/'] button").first.click()
    page.wait_for_load_state()
    context.close()


def _at_the_door(context: BrowserContext, house: House, who: str) -> None:
    page = context.new_page()
    page.goto(house.door("501"))
    page.locator("input[name=who]").first.check()
    if who == "resident":
        page.locator("#id_digits").fill(house.digits("501"))
    page.locator(f"button[value={'prove' if who == 'resident' else 'ask'}]").click()
    page.wait_for_url("**/home/**")
    page.close()


@pytest.mark.parametrize("address", PAGES, ids=lambda one: one.name)
def test_the_page_is_sound_at_a_desk_and_in_large_type(
    house: House, opened: Opened, address: Address
) -> None:
    path = address.path(house)
    found = _look(opened(address.who, "normal"), path, address, "desk")
    found += _look(opened(address.who, "elder"), path, address, "phone, large type")
    assert found == []


def _look(watch: Watch, path: str, address: Address, face: str) -> list[str]:
    page = watch.page
    answer = watch.go(path)
    found = [] if answer.status == 200 else [f"answers {answer.status}"]
    frame = page.evaluate(FRAME)
    if address.name in FOREIGN:
        return [f"{face}: {one}" for one in [*found, *watch.taken()]]
    if frame["lang"] != "zh-Hans":
        found.append(f"lang is {frame['lang']}")
    if len(frame["heads"]) != 1 or not frame["heads"][0]:
        found.append(f"h1: {frame['heads']}")
    if not frame["title"]:
        found.append("no title")
    # As tall as the page: what a bar at the bottom covers for the moment is no small target.
    size, height = page.viewport_size, page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**size, "height": max(size["height"], min(height, 12_000))})
    found += _axe(watch)
    page.set_viewport_size(size)
    found += [f"sticks out: {one}" for one in page.evaluate(WIDE)]
    if face == "desk":
        page.set_viewport_size(PHONE)
        found += [f"sticks out on a phone: {one}" for one in page.evaluate(WIDE)]
        page.set_viewport_size(DESK)
    found += watch.taken()
    return [f"{face}: {one}" for one in found]


def _axe(watch: Watch) -> list[str]:
    options = {"runOnly": RULES["runOnly"], "resultTypes": ["violations"]}
    violations = Axe().run(watch.page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in violations
        for node in rule["nodes"][:4]
    ]
