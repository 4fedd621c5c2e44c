"""What a round's pages say of a step that is at work, and of one that was done."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supplies.actions.allocating import allocate
from supplies.actions.counting import arrive
from supplies.actions.delivering import start_delivery
from supplies.actions.purchasing import order_from_supplier
from supplies.buys.course import CUT_OFF_WITHIN, is_closing, is_late
from supplies.models import GroupBuy
from tests.cast import Cast, Site
from tests.supplies import things

CARTS = {"101": {"蔬菜包": 2}, "201": {"蔬菜包": 2}, "302": {"蔬菜包": 2}}


def text(client: Client, site: Site, name: str, *more: object) -> str:
    answer = client.get(reverse(f"supplies:{name}", args=[site.slug, *more]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def track(client: Client, site: Site, buy: GroupBuy) -> list[str]:
    """The lines of "what happened", without their times."""
    whole = text(client, site, "round", buy.pk).split('<ol class="track">')[1].split("</ol>")[0]
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"</time>(.*?)</li>", whole)]


def due_round(site: Site, ago: timedelta = timedelta(seconds=5)) -> GroupBuy:
    """Still open although its time has passed."""
    buy = things.open_round(site, [things.VEG])
    things.order(site, buy, "101", 蔬菜包=1)
    GroupBuy.objects.filter(pk=buy.pk).update(
        opens_at=timezone.now() - timedelta(hours=3), closes_at=timezone.now() - ago
    )
    return GroupBuy.objects.get(pk=buy.pk)


def test_each_step_says_what_it_did_and_for_how_many(cast: Cast) -> None:
    site = cast.yujingwan
    client = cast.client(site.warehouse)
    with site.open():
        buy = things.counted_round(site, CARTS, {"蔬菜包": 5}, items=[things.VEG])
    assert track(client, site, buy)[-4:] == [
        "截团，已成团：3 户",
        "已向供应商下单：6 件",
        "到大门口",
        "已点数：完好 5 件，破损或缺少 1 件",
    ]
    with site.open():
        allocate(buy=buy, by=site.warehouse)
    assert track(client, site, buy)[-1] == "已分配：3 户，短缺 1 户"
    with site.open():
        due_at = timezone.now() + timedelta(hours=2)
        start_delivery(buy=buy, due_at=due_at, by=site.warehouse)
    assert track(client, site, buy)[-1] == "开始送货上门：1 趟，3 户"


def test_a_full_count_and_a_full_share_say_so(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {}, items=[things.VEG])
        allocate(buy=buy, by=site.warehouse)
    assert track(cast.client(site.warehouse), site, buy)[-2:] == [
        "已点数：6 件，全部完好",
        "已分配：3 户",
    ]


def test_a_round_whose_time_has_come_says_that_it_is_cut_off(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = due_round(site)
    page = text(cast.client(site.warehouse), site, "round", buy.pk)
    assert "正在截团…" in page
    assert "住户下单" not in page.split('id="turn"')[1].split("</section>")[0]
    assert "截团中" in page
    for closed in ("order-for/", "/paste/", "/close/", "/extend/"):
        assert f'{closed}"' not in page
    assert 'hx-trigger="every 3s"' in page
    assert "closing=1" in page
    assert "正在截团…" in text(cast.client(site.warehouse), site, "round-list")


def test_the_page_loads_itself_anew_when_the_cut_off_comes_and_when_it_is_done(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = due_round(site)
    client = cast.client(site.warehouse)
    live = reverse("supplies:round-live", args=[site.slug, buy.pk])
    assert client.get(live)["HX-Refresh"] == "true"  # it was opened before
    waiting = client.get(f"{live}?closing=1")
    assert "HX-Refresh" not in waiting
    again = client.get(f"{live}?closing=1", headers={"If-None-Match": waiting["ETag"]})
    assert again.status_code == 304
    with site.open():
        things.close(buy=buy, by=site.warehouse)
    assert client.get(f"{live}?closing=1")["HX-Refresh"] == "true"


def test_an_extended_round_is_open_again(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = due_round(site)
        later = timezone.now() + timedelta(hours=1)
        GroupBuy.objects.filter(pk=buy.pk).update(closes_at=later)
    live = reverse("supplies:round-live", args=[site.slug, buy.pk])
    assert cast.client(site.warehouse).get(f"{live}?closing=1")["HX-Refresh"] == "true"


def test_a_cut_off_is_late_only_after_some_minutes(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        now, buy = timezone.now(), due_round(site)
        assert is_closing(buy, now)
        assert not is_late(buy, now)
        assert is_late(buy, now + CUT_OFF_WITHIN)


def test_a_late_cut_off_may_be_done_by_hand(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = due_round(site, CUT_OFF_WITHIN + timedelta(minutes=1))
    page = text(cast.client(site.warehouse), site, "round", buy.pk)
    assert '/close/"' in page
    assert '/extend/"' not in page


def test_long_deeds_say_what_they_do_and_for_how_many(cast: Cast) -> None:
    site = cast.yujingwan
    client = cast.client(site.warehouse)

    def busy(name: str, *more: object) -> list[str]:
        return re.findall(r'data-busy="([^"]*)"', text(client, site, name, *more))

    with site.open():
        buy = things.open_round(site, [things.VEG])
        for door in CARTS:
            things.order(site, buy, door, 蔬菜包=2)
    assert busy("round-close", buy.pk) == ["正在截团，3 户…"]
    with site.open():
        buy = things.close(buy=buy, by=site.warehouse)
    assert busy("purchase-order", buy.pk) == ["正在生成采购单…"]
    with site.open():
        order_from_supplier(buy=buy, by=site.warehouse)
        arrive(buy=GroupBuy.objects.get(), by=site.warehouse)
    assert busy("arrival", buy.pk) == ["正在保存清点结果…"]


def test_long_sheets_say_that_they_are_prepared(cast: Cast) -> None:
    site = cast.yujingwan
    client = cast.client(site.warehouse)
    with site.open():
        buy = things.counted_round(site, CARTS, {}, items=[things.VEG])
    assert 'data-busy="正在分配 3 户…"' in text(client, site, "allocation", buy.pk)
    with site.open():
        allocate(buy=buy, by=site.warehouse)
    page = text(client, site, "packing", buy.pk)
    assert page.count('data-busy="正在准备 3 户…"') == 3
    assert 'data-busy="正在计算 3 户的袋数…"' in page
    assert 'data-busy="正在安排 3 户的配送…"' in page
    with site.open():
        start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=site.warehouse)
    assert 'data-busy="正在准备 3 户…"' in text(client, site, "run-list")
    assert text(client, site, "round", buy.pk).count('data-busy="正在准备 3 户…"') == 2
