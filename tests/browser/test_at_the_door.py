"""A resident with a phone at the door, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.house import House
from tests.browser.watch import Watch

NOBODY = None


def come_in(at: Watch, house: House, number: str) -> Page:
    page = at.page
    at.expect("422", "429")
    page.goto(house.door(number))
    page.locator("input[name=who]").first.check()
    page.locator("#id_digits").fill("9999" if house.digits(number) != "9999" else "9998")
    page.locator("button[value=prove]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.locator("input[name=who]").first.is_checked()
    page.locator("#id_digits").fill(house.digits(number))
    page.locator("button[value=prove]").click()
    page.wait_for_url("**/home/")
    return page


@pytest.mark.parametrize(
    ("number", "scripts"), [("501", True), ("1205", False)], ids=["scripts", "no-scripts"]
)
def test_a_resident_comes_in_reads_and_confirms(
    house: House, visit: Visit, number: str, scripts: bool
) -> None:
    with visit(NOBODY, PHONE, java_script_enabled=scripts) as at:
        page = come_in(at, house, number)
        expect(page.locator(".status").first).to_be_visible()
        assert page.locator("a[href^='tel:']").count() >= 1
        waiting = page.locator("form[action*='/acknowledge/'] button")
        before = waiting.count()
        assert before >= 1
        waiting.first.click()
        page.wait_for_url("**/home/")
        expect(page.locator("form[action*='/acknowledge/']")).to_have_count(before - 1)
        assert _confirmed(house, number) == 1
        page.locator(".face-btn").click()
        page.wait_for_load_state()
        assert page.locator("html").get_attribute("data-face") == "elder"
        assert page.url.endswith("/home/")


def _confirmed(house: House, number: str) -> object:
    return house.one(
        "SELECT count(*) FROM notices_receipt receipts"
        " JOIN compounds_home homes ON homes.id = receipts.home_id"
        " WHERE homes.number = %s AND receipts.acknowledged_at IS NOT NULL",
        number,
    )


def test_a_household_sees_only_itself(house: House, visit: Visit) -> None:
    elsewhere = house.one("SELECT id FROM notices_notice ORDER BY id LIMIT 1", slug="huaidong")
    with visit(NOBODY, PHONE) as at:
        page = come_in(at, house, "501")
        at.expect("404")
        assert "1205" not in page.content()
        assert at.go("/c/yujingwan/").status == 200
        assert "/sign-in/" in page.url
        page.goto("/home/")
        status = page.evaluate(
            """async number => (await fetch(`/home/notices/${number}/acknowledge/`, {
            method: 'POST', headers: {'X-CSRFToken':
            document.querySelector('[name=csrfmiddlewaretoken]').value}})).status""",
            elsewhere,
        )
        assert status == 404
        page.goto(house.door("1205"))
        page.locator("input[name=who]").first.check()
        page.locator("#id_digits").fill(house.digits("501"))
        page.locator("button[value=prove]").click()
        expect(page.locator(".error-summary")).to_be_visible()


def test_an_unknown_code_says_what_to_do(visit: Visit) -> None:
    with visit(NOBODY, PHONE) as at:
        at.expect("404")
        assert at.go("/s/1-zzzzzzzzzzzz/").status == 404
        assert at.page.locator("h1").count() == 1
        assert at.page.locator("a[href^='tel:']").count() >= 1
