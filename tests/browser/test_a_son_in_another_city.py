"""A relative outside in a real browser: the link, the notice passed on, a request, the end."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.house import House

NUMBER = "904"  # an elder living alone in the demo's stair


def invited(page: Page, house: House) -> str:
    """Staff make a link for a relative of this door; the address as they would send it."""
    household = house.one(
        "SELECT files.id FROM households_household files JOIN compounds_home homes"
        " ON homes.id = files.home_id WHERE homes.number = %s AND files.closed_at IS NULL",
        NUMBER,
    )
    page.goto(f"/c/yujingwan/households/{household}/proxies/")
    page.get_by_role("button", name="生成链接").click()
    text = page.locator("#link-text").input_value()
    expect(page.get_by_role("button", name=re.compile("复制"))).to_be_visible()
    found = re.search(r"/a/\S+/", text)
    assert found is not None
    return found[0]


def say_who(page: Page) -> None:
    page.locator("#id_name").fill("李志远")
    page.locator("#id_relation").select_option("son")
    page.locator("#id_home_of").select_option("mother")
    page.locator("#id_phone").fill("13900000021")
    page.get_by_role("button", name="申请替家人办事").click()
    page.wait_for_url("**/home/waiting/")


def test_from_the_link_to_the_end(house: House, visit: Visit) -> None:
    with visit("wangfang", DESK) as desk, visit(None, PHONE) as phone:
        staff, son = desk.page, phone.page
        link = invited(staff, house)
        son.goto(link)
        say_who(son)
        staff.goto("/c/yujingwan/access/")
        staff.get_by_role("link", name="外地亲属，申请代办").first.click()
        staff.get_by_role("button", name=re.compile("^通过")).click()
        expect(staff.get_by_text("李志远")).to_be_visible()
        # His page opens by itself.
        son.wait_for_url("**/home/", timeout=20_000)
        expect(son.locator(".p-home")).to_contain_text("您母亲家")
        # He asks for medicine; 120 stands first.
        son.get_by_role("link", name=re.compile("求助")).first.click()
        expect(son.get_by_role("link", name=re.compile("120"))).to_be_visible()
        son.get_by_role("link", name="求助", exact=True).click()
        son.get_by_label("用药").check()
        son.locator("#id_text").fill("降压药只够明天")
        son.get_by_label("紧急").check()
        son.get_by_role("button", name="求助").click()
        son.wait_for_url(re.compile(r"/home/asks/\d+/"))
        asked = son.url
        expect(son.locator(".steps [aria-current]")).to_have_text("已派单")
        # The desk does it; he sees it.
        staff.goto("/c/yujingwan/medical/")
        staff.locator("main").get_by_role("link", name=re.compile("用药")).first.click()
        staff.get_by_role("button", name="开始处理").click()
        staff.locator("#id_answer").fill("两盒，已交到本人手里")
        staff.get_by_role("button", name="办好了").click()
        staff.wait_for_load_state()
        son.goto(asked)
        expect(son.locator("main")).to_contain_text("两盒，已交到本人手里")
        # He is ended while his page is open; the open tab learns it by itself.
        staff.goto("/c/yujingwan/access/")
        row = staff.locator("li", has_text="儿子 李").filter(has_text=f"1-1-{NUMBER}")
        row.get_by_role("button", name=re.compile("^结束")).click()
        son.goto("/home/asks/")
        expect(son.locator("h1")).to_have_text("您已不再替这户办事")
        son.goto(asked)
        expect(son.locator("main")).not_to_contain_text("降压药")


def test_a_phone_of_two_homes_says_always_whose_it_shows(house: House, visit: Visit) -> None:
    with visit(None, PHONE) as phone:
        page = phone.page
        for number in ("501", "1205"):
            page.goto(house.door(number))
            page.locator("input[name=who]").first.check()
            page.locator("#id_digits").fill(house.digits(number))
            page.locator("button[value=prove]").click()
            page.wait_for_url("**/home/")
        expect(page.locator(".p-home")).to_contain_text("1205")
        page.get_by_role("link", name="换一家").click()
        page.get_by_role("button", name=re.compile("看这家")).first.click()
        page.wait_for_url("**/home/")
        expect(page.locator(".p-home")).to_contain_text("501")
        assert "1205" not in page.content()
