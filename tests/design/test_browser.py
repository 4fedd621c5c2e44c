"""The style guide in a real browser: axe finds nothing, nothing sticks out, elder text is large."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, sync_playwright

from lockdown.styleguide import styleguide

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.design.urls")]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
DESK, PHONE = (1440, 900), (390, 844)
FACES = [
    ("guide", "normal", "light", DESK),
    ("guide", "normal", "dark", DESK),
    ("guide", "normal", "light", PHONE),
    ("board", "normal", "light", DESK),
    ("board", "normal", "dark", PHONE),
    ("phone", "normal", "light", PHONE),
    ("phone", "elder", "light", PHONE),
    ("phone", "elder", "dark", PHONE),
    ("print", "normal", "light", DESK),
]


def _serve(route: Route) -> None:
    """Answer from the style guide and the static files; no server, no database."""
    path = re.sub(r"^https?://[^/]+", "", route.request.url)
    if path.startswith("/static/"):
        found = finders.find(path.removeprefix("/static/"))
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        return route.fulfill(body=Path(found).read_bytes(), content_type=kind)
    with translation.override("zh-hans"):
        page = styleguide(RequestFactory().get(path))
    return route.fulfill(body=page.content, content_type="text/html; charset=utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


def _open(browser: Browser, part: str, face: str, theme: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(60_000)
    page.route("**/*", _serve)
    page.goto(f"http://design.test/styleguide/?part={part}&face={face}&theme={theme}")
    return page


@pytest.mark.parametrize(("part", "face", "theme", "size"), FACES)
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Browser, part: str, face: str, theme: str, size: tuple[int, int]
) -> None:
    page = _open(browser, part, face, theme, size)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:90] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.close()


def test_elder_mode_shows_no_text_under_24_px_and_no_target_under_60(browser: Browser) -> None:
    page = _open(browser, "phone", "elder", "light", PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')].filter(e =>
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) &&
        !e.closest('.sr') && parseFloat(getComputedStyle(e).fontSize) < 24).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    low = page.evaluate(
        """() => [...document.querySelectorAll('a.btn, button, .tiles a, select, input:not([type=checkbox]):not([type=hidden])')]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 60).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert low == []
    page.close()


def test_targets_on_a_phone_are_at_least_44_px_high(browser: Browser) -> None:
    for part in ("phone", "board"):
        page = _open(browser, part, "normal", "light", PHONE)
        low = page.evaluate(
            """() => [...document.querySelectorAll('a.btn, button, .tiles a, .lens a, .nav li a, select, summary')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert low == []
        page.close()


def test_the_tower_of_34_floors_is_whole_on_a_desk_screen(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", DESK)
    box = page.locator(".stack-desk .ground").bounding_box()
    legend = page.locator(".stack .legend").bounding_box()
    assert box["y"] < 900
    assert legend["y"] + legend["height"] <= 900
    page.close()


def test_arrow_keys_walk_the_plan_and_it_is_one_tab_stop(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", DESK)
    plan = ".stack-desk .sp:not(.stack-pin)"
    assert page.locator(f"{plan} a.c:not([tabindex='-1'])").count() == 1
    page.locator(f"{plan} a.c").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#home-3302"
    page.close()


def test_a_home_opens_in_the_drawer_and_escape_gives_the_focus_back(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", DESK)
    link = page.locator(".rows a[data-drawer]").first
    link.evaluate("link => link.setAttribute('href', '/styleguide/?part=phone')")
    link.click()
    page.wait_for_selector("#drawer[open] .timeline")
    assert page.locator("#drawer .p-bar").count() == 0
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer')")
    page.close()


def test_the_clock_runs_on_server_time(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", DESK)
    before = page.locator(".clock").inner_text()
    page.wait_for_function(
        "text => document.querySelector('.clock').textContent !== text", arg=before
    )
    page.close()


def test_a_poll_moves_neither_the_plan_nor_the_focus(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", PHONE)
    page.evaluate("document.querySelector('.stack-phone').scrollTop = 333")
    page.locator(".stack-phone a.c[href='#home-2003']").evaluate(
        "cell => cell.focus({preventScroll: true})"
    )
    top = page.evaluate("document.querySelector('.stack-phone').scrollTop")
    page.evaluate("document.querySelector('.card-plan .stack').classList.add('old')")
    page.evaluate(
        """() => htmx.ajax('GET', '/styleguide/?part=board',
        {target: '.card-plan', select: '.card-plan > *', swap: 'innerHTML'})"""
    )
    page.wait_for_function("document.querySelector('.stack') && !document.querySelector('.old')")
    # Focus and place are put back when the new plan has settled, a moment after it stands there.
    page.wait_for_function("document.activeElement.getAttribute('href') === '#home-2003'")
    assert page.evaluate("document.querySelector('.stack-phone').scrollTop") == top
    page.close()


def test_a_poll_never_takes_a_field_away_while_somebody_types(browser: Browser) -> None:
    page = _open(browser, "board", "normal", "light", DESK)
    page.evaluate(
        """() => {
        const box = document.createElement('div');
        box.innerHTML = '<div id="poll" hx-get="/styleguide/?part=labels" hx-trigger="every 300ms"><input id="typed" aria-label="x"></div>';
        document.querySelector('main').append(box); htmx.process(box);
        document.body.addEventListener('htmx:beforeSwap', () => { window.answered = (window.answered || 0) + 1; });
        document.getElementById('typed').focus(); }"""
    )
    page.keyboard.type("402")
    page.wait_for_function("window.answered >= 2")
    assert page.locator("#typed").input_value() == "402"
    page.evaluate("document.getElementById('typed').blur()")
    page.wait_for_selector("#poll .doorlabel")
    page.close()
