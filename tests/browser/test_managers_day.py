"""A property manager at a desk: from an empty compound to a sealed stair, and out of it again."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from lockdown.demo.deeds import DATA
from tests.browser.conftest import DESK, Visit
from tests.browser.house import House
from tests.browser.watch import Watch

ROSTER = DATA / "yujingwan-roster.xlsx"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW = "binjiang"


def numbers(page: Page) -> list[str]:
    """The figures on top of the page, without their units."""
    return page.eval_on_selector_all(
        "main dl.facts dd", "all => all.map(one => one.firstChild.textContent.trim())"
    )


def open_compound(page: Page) -> None:
    page.goto("/company/compounds/new/")
    page.locator("#id_name").fill("滨江苑")
    page.locator("#id_slug").fill(NEW)
    page.locator("#id_duty_phone").fill("021-56001234")
    page.locator("#id_pattern").fill("1 1 18 5")
    page.locator("main form button").click()
    page.wait_for_url(f"**/c/{NEW}/")


def drop_roster(page: Page) -> str:
    """Upload the sheet; the address of its preview."""
    page.goto(f"/c/{NEW}/households/imports/new/")
    page.locator("#id_file").set_input_files(ROSTER)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    return page.url


def confirm_import(page: Page) -> None:
    page.locator("button[form=confirm]").click()
    expect(page.locator("form[action$='/undo/']")).to_have_count(1)


def count(house: House, table: str, where: str = "true") -> object:
    return house.one(f"SELECT count(*) FROM {table} WHERE {where}", slug=NEW)


def test_a_roster_comes_in_once_and_can_be_taken_back(house: House, visit: Visit) -> None:
    with visit("wangfang", DESK) as at:
        page = at.page
        open_compound(page)
        first = drop_roster(page)
        assert numbers(page)[:3] == ["90", "186", "12"]
        confirm_import(page)
        assert count(house, "households_resident") == 186
        assert drop_roster(page) == first
        assert page.locator("button[form=confirm]").count() == 0
        assert count(house, "households_resident") == 186
        page.locator("main details:has(form[action$='/undo/']) summary").click()
        page.locator("form[action$='/undo/'] button").click()
        page.wait_for_load_state()
        assert count(house, "households_resident") == 0
        assert drop_roster(page) != first
        confirm_import(page)
        assert count(house, "households_resident") == 186
        _seal_the_stair(house, at)


def _seal_the_stair(house: House, at: Watch) -> None:
    page = at.page
    unit = house.one("SELECT id FROM compounds_unit", slug=NEW)
    page.goto(f"/c/{NEW}/orders/new/")
    page.locator(f"label[for='place-unit:{unit}']").click()
    page.locator("input[name=template][value=yujingwan]").check()
    page.locator("button[form=order]").click()
    page.wait_for_url("**/orders/preview/**")
    assert count(house, "seals_sealorder") == 0
    planned = page.locator(".plan .n em").all_inner_texts()
    assert "90" in planned
    assert "12" in planned
    page.locator("button.btn-danger[form=confirm]").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    order = page.url
    begun = _work(house)
    assert begun["households_verification"] == 90
    assert begun["notices_receipt"] == 90
    assert begun["seals_recall"] == 10
    page.goto(f"/c/{NEW}/")
    expect(page.locator("#board-pills")).to_contain_text("封控")
    _confirm_again(house, page, order)
    assert _work(house) == begun


def _confirm_again(house: House, page: Page, order: str) -> None:
    """The form that was sent is sent once more, as a slow network makes people do."""
    page.go_back()
    page.go_back()
    page.wait_for_url("**/orders/preview/**")
    page.locator("button.btn-danger[form=confirm]").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    assert page.url == order
    assert count(house, "seals_sealorder") == 1


def _work(house: House) -> dict[str, object]:
    tables = (
        "households_verification",
        "notices_receipt",
        "seals_recall",
        "seals_plantask",
        "volunteers_carevisit",
        "waste_disinfectionround",
        "waste_rubbishwindow",
    )
    return {table: count(house, table) for table in tables}


def test_an_order_is_extended_shortened_and_lifted(house: House, visit: Visit) -> None:
    order, ends_at = house.ask(
        "SELECT id, ends_at FROM seals_sealorder ORDER BY id LIMIT 1", slug="huaidong"
    )[0]
    with visit("zhaoyuhu", DESK) as at:
        page = at.page
        page.goto(f"/c/huaidong/orders/{order}/")
        _change(page, "extend", ends_at + timedelta(days=2), "街道通知延长")
        _change(page, "reduce", ends_at + timedelta(days=1), "街道通知缩短")
        kept = house.ask(
            "SELECT count(*) FROM seals_orderchange WHERE kind <> 'part'", slug="huaidong"
        )
        assert kept == [(2,)]
        day = f"{ends_at.astimezone(SHANGHAI):%-d}"
        expect(page.locator("#dates")).to_contain_text(day)
        page.locator(f"a[href='/c/huaidong/orders/{order}/lift/']").first.click()
        at.expect("422")
        page.locator("button[form=lift]").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        assert _state(house) == "in_force"
        for field in page.locator("textarea[name^=statement-]").all():
            field.fill("已逐项核实")
        page.locator("button[form=lift]").click()
        page.wait_for_url(f"**/orders/{order}/")
        assert _state(house) == "lifted"
        expect(page.locator("#signed")).to_contain_text("已逐项核实")
    # One stair has an order of its own, which stays.
    left = f"finished_at IS NULL AND cancelled_at IS NULL AND order_id = {order}"
    rounds = house.one(
        f"SELECT count(*) FROM waste_disinfectionround WHERE {left}", slug="huaidong"
    )
    assert rounds == 0


def _change(page: Page, name: str, end: datetime, reason: str) -> None:
    page.locator(f"details:has(#id_{name}-ends_at) summary").click()
    page.locator(f"#id_{name}-ends_at").fill(f"{end.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}")
    page.locator(f"#id_{name}-reason").fill(reason)
    page.locator(f"details:has(#id_{name}-ends_at) button").click()
    page.wait_for_load_state()
    expect(page.locator("#dates")).to_contain_text(reason)


def _state(house: House) -> object:
    return house.one("SELECT state FROM seals_sealorder ORDER BY id LIMIT 1", slug="huaidong")
