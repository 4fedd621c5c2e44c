"""The committee's reviewer: two compounds of two companies, figures, a comment, nothing else."""

from __future__ import annotations

from playwright.sync_api import expect

from compounds.roles import PERMISSIONS, Role
from tests.browser.addresses import PAGES
from tests.browser.conftest import DESK, Visit
from tests.browser.house import House

CLOSED = [
    one
    for one in PAGES
    if one.rule.kind == "member" and one.rule.permission not in PERMISSIONS[Role.REVIEWER]
]


def test_a_reviewer_reads_two_compounds_and_comments(house: House, visit: Visit) -> None:
    with visit("chenzhuren", DESK) as at:
        page = at.page
        at.go("/")
        assert page.url.endswith("/review/")
        names = page.locator(".sites h2").all_inner_texts()
        assert sorted(names) == sorted(["御景湾", "槐东"])
        assert len(set(page.locator(".sites .site-head .note").all_inner_texts())) == 2
        page.locator(".sites a[href='/review/yujingwan/']").click()
        expect(page.locator("table caption").first).to_be_visible()
        page.locator("#comments textarea").fill("四户未核对,请今晚补上")
        page.locator("#comments form button").click()
        expect(page.locator("#comments")).to_contain_text("四户未核对")
    assert house.one("SELECT count(*) FROM reports_daycomment") == 1


def test_every_other_address_is_not_there_for_a_reviewer(house: House, visit: Visit) -> None:
    assert len(CLOSED) > 15
    with visit("chenzhuren", DESK) as at:
        got = {one.name: at.page.request.get(_path(one, house)).status for one in CLOSED}
    assert got == dict.fromkeys(got, 404)


def _path(address, house: House) -> str:
    return "/" + "/".join(
        {"<slug:compound>": "yujingwan"}.get(part, "1" if part.startswith("<") else part)
        for part in address.route.split("/")
    )
