"""Every run sheet of a round in one go, and the rows that are written column by column."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import DataError, transaction
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home, Unit
from households.actions import open_missing_files
from households.models import Household
from lockdown.kernel.columns import add_rows, set_column
from supplies.actions.allocating import allocate
from supplies.actions.delivering import start_delivery
from supplies.models import DeliveryRun, EntryKind, GroupBuy, LedgerEntry, Order, StopOutcome
from tests.cast import Cast, Site
from tests.supplies import things
from tests.supplies.test_delivering import seal_home

DOORS = ("101", "201", "301")


def two_stairs(site: Site) -> GroupBuy:
    """On the way to two stairs and, last, to a home that is isolated."""
    build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 1)], by=site.manager)
    open_missing_files(compound=site.compound, homes=Home.objects.all())
    seal_home(site, "301")
    buy = things.open_round(site, [things.VEG, things.RICE])
    wanted = {line.pk: (1, 1) for line in things.lines(buy).values()}
    for file in Household.objects.filter(home__number__in=DOORS).select_related("home"):
        things.place_order(
            buy=buy, household=file, wanted=wanted, key=things.key(), note="放门口",
            by=site.captain,
        )  # fmt: skip
    buy = allocate(buy=things.through_count(site, buy), by=site.warehouse)
    due_at = timezone.now() + timedelta(hours=2)
    return start_delivery(buy=buy, due_at=due_at, by=site.warehouse)


def url(site: Site, name: str, key: int) -> str:
    return reverse(f"supplies:{name}", args=[site.slug, key])


def test_every_stair_has_its_sheet_and_the_isolated_come_last(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = two_stairs(site)
        runs = list(DeliveryRun.objects.filter(buy=buy).order_by("position"))
    page = cast.client(site.volunteer).get(url(site, "runs-print", buy.pk)).content.decode()
    sheets = page.split('<section class="run-sheet">')[1:]
    assert [re.findall(r"<h2>(.*?)</h2>", one) for one in sheets] == [
        ["配送单 1栋1单元"],
        ["配送单 1栋2单元"],
        ["配送单 1栋1单元"],
    ]
    assert ["最后配送" in one for one in sheets] == [False, False, True]
    assert [run.is_isolated for run in runs] == [False, False, True]
    assert re.findall(r'door-no">(\d+)<', sheets[2]) == ["301"]


def test_a_sheet_says_the_same_alone_and_among_all(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = two_stairs(site)
        run = DeliveryRun.objects.filter(buy=buy).order_by("position")[0]
        door = run.stops.order_by("position")[0]
        door.outcome, door.at, door.note = StopOutcome.LEFT, timezone.now(), "放鞋柜上"
        door.save()
    client = cast.client(site.volunteer)
    one = client.get(url(site, "run-print", run.pk)).content.decode()
    every = client.get(url(site, "runs-print", buy.pk)).content.decode()
    rows = re.findall(r"<tbody><tr><th scope=\"row\">.*?</tbody>", one)
    assert len(rows) == 1
    assert rows[0] in every
    assert "蔬菜包 <strong>1</strong> 份" in rows[0]
    assert "放门口" in rows[0]
    assert "放鞋柜上" in rows[0]
    assert rows[0].count("is-done") == 1


def test_before_the_delivery_there_is_nothing_to_print(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, {"101": {"蔬菜包": 1}}, {}, items=[things.VEG])
        allocate(buy=buy, by=site.warehouse)
    client = cast.client(site.warehouse)
    assert client.get(url(site, "runs-print", buy.pk)).status_code == 404
    assert "runs/print/" not in client.get(url(site, "packing", buy.pk)).content.decode()


def test_the_delivery_page_prints_all_sheets_of_a_round(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = two_stairs(site)
    page = cast.client(site.volunteer).get(f"/c/{site.slug}/buys/runs/").content.decode()
    assert f'href="{url(site, "runs-print", buy.pk)}"' in page
    assert "打印全部配送单" in page


def test_who_looks_after_one_stair_prints_that_stair(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = two_stairs(site)
        site.captain.unit = Unit.objects.get(number="2")
        site.captain.save(update_fields=["unit"])
    page = cast.client(site.captain).get(url(site, "runs-print", buy.pk)).content.decode()
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["配送单 1栋2单元"]


def test_a_row_that_stands_is_left_alone(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, [things.VEG])
        same = {
            "compound_id": site.compound.pk, "buy_id": buy.pk, "kind": EntryKind.CHARGE,
            "cause": "once", "by": "test", "at": timezone.now(),
        }  # fmt: skip
        for amount in (100, 200):
            columns = {"household_id": [site.household("101").pk], "amount_fen": [amount]}
            add_rows(LedgerEntry, columns, once=True, **same)
        assert list(LedgerEntry.objects.values_list("amount_fen", "note")) == [(100, "")]


def test_a_text_that_is_too_long_is_refused_and_not_cut(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, [things.VEG])
        columns = {"household_id": [site.household("101").pk], "note": ["长" * 201]}
        with pytest.raises(DataError), transaction.atomic():
            add_rows(
                LedgerEntry, columns, compound_id=site.compound.pk, buy_id=buy.pk,
                kind=EntryKind.CHARGE, cause="once", by="test", amount_fen=1,
            )  # fmt: skip


def test_a_column_is_set_for_the_rows_of_one_compound(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, [things.VEG])
        things.order(site, buy, "101", 蔬菜包=1)
        things.order(site, buy, "102", 蔬菜包=1)
        first, second = Order.objects.order_by("number").values_list("pk", flat=True)
        set_column(Order, site.compound.pk, "bags", {first: 3})
        set_column(Order, site.compound.pk + 1, "bags", {second: 4})
        assert list(Order.objects.order_by("number").values_list("bags", flat=True)) == [3, None]
