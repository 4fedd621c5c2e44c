"""The organiser's pages: the list, the open round, ending, and who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supplies.actions.locking import close
from supplies.actions.rounds import keep_as_template
from supplies.models import GroupBuy
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.desk import BASE, S, keeper, made, opened, state
from tests.waste.test_pages import questions

# The list.


def test_without_a_round_the_list_says_how_to_begin(cast: Cast) -> None:
    page = keeper(cast).get(BASE).content.decode()
    assert "还没有团购" in page
    assert f'href="{BASE}new/"' in page


def test_the_list_has_late_rounds_first_and_says_whose_turn_it_is(cast: Cast) -> None:
    site = cast.yujingwan
    opened(site, title="准时团")
    late = opened(site, title="迟到团")
    made(site, title="草稿团", opens_at=timezone.now() + timedelta(hours=1))
    with site.open():
        GroupBuy.objects.filter(pk=late.pk).update(
            closes_at=timezone.now() - timedelta(minutes=5),
            opens_at=timezone.now() - timedelta(hours=9),
        )
    page = keeper(cast).get(BASE).content.decode()
    assert page.index("迟到团") < page.index("准时团") < page.index("草稿团")
    assert "轮到 住户" in page
    assert f"轮到 {site.warehouse.name}" in page


def test_who_may_only_look_is_offered_no_deed(cast: Cast) -> None:
    opened(cast.yujingwan)
    page = cast.client(cast.yujingwan.guard).get(BASE).content.decode()
    assert "new/" not in page
    assert "鸡蛋团" in page


def test_the_list_asks_as_much_for_twenty_rounds_as_for_two(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    counts = []
    for more in (2, 18):
        for _one in range(more):
            made(site)
        with CaptureQueriesContext(connection) as asked:
            client.get(BASE)
        counts.append(questions(asked))
    assert counts[0] == counts[1] <= 12


# The open round.


def test_the_open_round_shows_how_far_it_is(cast: Cast) -> None:
    buy = opened(cast.yujingwan, ("101", "201"), min_households=3)
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "已订 4 板" in page
    assert "还可订 16" in page
    assert "1-1-101" in page
    assert cast.yujingwan.captain.name in page


def test_the_poll_answers_304_until_somebody_orders(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",))
    path = f"{BASE}{buy.pk}/live/"
    first = client.get(path)
    assert first.status_code == 200
    assert 'id="round-live" hx-swap-oob="innerHTML"' in first.content.decode()
    same = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    with site.open():
        things.order(site, buy, "201", 鸡蛋=1)
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "已订 3 板" in changed.content.decode()


def test_the_page_loads_again_when_the_round_is_closed(cast: Cast) -> None:
    site = cast.yujingwan
    buy = opened(site, ("101",))
    with site.open():
        close(buy=buy, by=site.warehouse)
    answer = keeper(cast).get(f"{BASE}{buy.pk}/live/")
    assert answer["HX-Refresh"] == "true"


def test_a_captain_of_one_stair_sees_only_its_orders(cast: Cast) -> None:
    site = cast.yujingwan
    buy = opened(site, ("101",))
    client = cast.client(site.captain)
    assert "1-1-101" in client.get(f"{BASE}{buy.pk}/").content.decode()
    with site.open():
        member = site.captain
        member.buildings = [999_999]
        member.save(update_fields=["buildings"])
    for path in (f"{BASE}{buy.pk}/", f"{BASE}{buy.pk}/live/"):
        assert "1-1-101" not in client.get(path).content.decode()


def test_the_page_of_a_round_asks_as_much_for_twenty_orders_as_for_two(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "102"))
    with CaptureQueriesContext(connection) as few:
        client.get(f"{BASE}{buy.pk}/")
    with site.open():
        for door in ("201", "202", "301", "302"):
            things.order(site, buy, door, 鸡蛋=1, 大米=1)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{BASE}{buy.pk}/")
    assert questions(few) == questions(many) <= 12


# Ending.


def test_cutting_off_shows_first_what_will_happen(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "201"), fee_fen=300)
    page = client.get(f"{BASE}{buy.pk}/close/").content.decode()
    assert "可以成团：2 户，¥112" in page
    assert "另收配送费 ¥3" in page
    assert state(site, buy) == S.OPEN
    client.post(f"{BASE}{buy.pk}/close/")
    assert state(site, buy) == S.LOCKED
    assert client.post(f"{BASE}{buy.pk}/close/").status_code == 302


def test_a_short_round_says_that_it_will_not_form_and_whom_it_tells(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",), min_households=4)
    page = client.get(f"{BASE}{buy.pk}/close/").content.decode()
    assert "不能成团" in page
    client.post(f"{BASE}{buy.pk}/close/")
    assert state(site, buy) == S.NOT_FORMED
    assert "已告知流团" in client.get(f"{BASE}{buy.pk}/").content.decode()


def test_the_result_tells_what_up_to_added(cast: Cast) -> None:
    site = cast.yujingwan
    rice = things.Item("大米", "袋", 3590, case_size=6, tolerance=True)
    with site.open():
        buy = things.open_round(site, [rice])
        things.order(site, buy, "101", 大米=(4, 8))
        close(buy=buy, by=site.warehouse)
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "“可多拿”加订" in page


def test_extending_is_asked_once_and_refused_backwards(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",))
    path = f"{BASE}{buy.pk}/extend/"
    earlier = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%dT%H:%M}"
    later = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert client.post(path, {"closes_at": earlier}).status_code == 422
    assert client.post(path, {"closes_at": later}).status_code == 302
    again = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert client.post(path, {"closes_at": again}).status_code == 422


def test_giving_up_needs_a_reason_and_shows_how_many_are_told(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "201"))
    path = f"{BASE}{buy.pk}/cancel/"
    assert "2 户已下单" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 422
    client.post(path, {"reason": "供应中断"})
    assert state(site, buy) == S.CANCELLED
    assert "供应中断" in client.get(f"{BASE}{buy.pk}/").content.decode()


def test_a_supplier_that_fails_after_the_cut_off_is_noted_as_such(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
    client.post(f"{BASE}{buy.pk}/cancel/", {"how": "failed", "reason": "货车进不来"})
    assert state(site, buy) == S.SUPPLIER_FAILED


@pytest.mark.parametrize(
    "page", ["new/", "{}/edit/", "{}/close/", "{}/extend/", "{}/cancel/", "{}/chat/"]
)
def test_whoever_does_not_organise_finds_no_such_page(cast: Cast, page: str) -> None:
    buy = opened(cast.yujingwan)
    path = BASE + page.format(buy.pk)
    for who in (cast.yujingwan.guard, cast.yujingwan.captain, cast.huaidong.manager):
        assert cast.client(who).get(path).status_code == 404


def test_another_compounds_round_is_not_there(cast: Cast) -> None:
    with cast.huaidong.open():
        other = things.open_round(cast.huaidong)
    for page in ("", "live/", "edit/", "close/", "extend/", "cancel/", "chat/", "purchase/"):
        assert keeper(cast).get(f"{BASE}{other.pk}/{page}").status_code == 404


def test_a_template_kept_by_an_action_is_offered(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        keep_as_template(buy=things.draft(site), name="周三蔬菜", by=site.warehouse)
    assert "周三蔬菜" in keeper(cast).get(f"{BASE}new/").content.decode()
