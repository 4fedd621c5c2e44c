"""Races with real connections: whoever comes first, the numbers hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from django.db import connections

from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope
from supplies.actions.locking import close
from supplies.actions.orders import Busy, place_order
from supplies.actions.purchasing import cancel_order, order_from_supplier
from supplies.actions.rounds import Item, cancel
from supplies.models import BuyState, GroupBuy, Order, OrderLine, OrderRequest
from supplies.reconciling import broken
from tests.cast import Site, make_cast
from tests.supplies import things

pytestmark = pytest.mark.django_db(transaction=True)
MILK = Item("牛奶", "箱", 6000, cap_total=5, cap_household=3)
TEA = Item("茶叶", "盒", 900, cap_total=50)
DOORS = ("101", "102", "201", "202", "301", "302")


def at_once(deeds: Sequence[Callable[[], object]], site: Site) -> list[object]:
    """Each deed on a connection of its own, all let loose together; answers or refusals."""
    gate = Barrier(len(deeds))
    answers: list[object] = [None] * len(deeds)

    def run(number: int, deed: Callable[[], object]) -> None:
        try:
            with scope([site.compound.pk]):
                gate.wait(timeout=10)
                answers[number] = deed()
        except Refused as refusal:
            answers[number] = refusal
        except BaseException as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    wrong = [a for a in answers if isinstance(a, BaseException) and not isinstance(a, Refused)]
    assert not wrong, wrong
    return answers


def cart(site: Site, buy: GroupBuy, door: str, key: str, **wanted: int) -> Callable[[], object]:
    known = things.lines(buy)
    household = site.household(door)
    lines = {known[name].pk: (count, count) for name, count in wanted.items()}
    return lambda: place_order(
        buy=GroupBuy.objects.get(pk=buy.pk),
        household=household,
        wanted=lines,
        key=key,
        by=site.captain,
    )


@pytest.fixture
def sale() -> tuple[Site, GroupBuy]:
    site = make_cast().yujingwan
    with site.open():
        return site, things.open_round(site, [MILK, TEA])


def placed(answers: Sequence[object]) -> int:
    return sum(not isinstance(one, Refused) for one in answers)


def codes(answers: Sequence[object]) -> Counter[str]:
    return Counter(one.code for one in answers if isinstance(one, Refused))


def test_the_last_pieces_go_to_as_many_as_there_are(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    with site.open():
        deeds = [cart(site, buy, door, things.key(), 牛奶=1) for door in DOORS]
    answers = at_once(deeds, site)
    assert (placed(answers), codes(answers)) == (5, Counter(sold_out=1))
    with site.open():
        assert things.line(buy, "牛奶").left == 0
        assert sorted(Order.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert broken(site.compound.pk) == []


def test_two_phones_of_one_household_share_its_cap(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    with site.open():
        deeds = [cart(site, buy, "101", things.key(), 牛奶=number % 3 + 1) for number in range(8)]
    assert placed(at_once(deeds, site)) == 8
    with site.open():
        line = things.line(buy, "牛奶")
        row = OrderLine.objects.get(line=line)
        assert row.quantity == line.ordered <= 3
        assert Order.objects.get().number == 1
    assert broken(site.compound.pk) == []


def test_two_carts_in_opposite_order_do_not_lock_each_other_out(
    sale: tuple[Site, GroupBuy],
) -> None:
    site, buy = sale
    with site.open():
        one, two = things.line(buy, "牛奶").pk, things.line(buy, "茶叶").pk
    for number in range(10):
        with site.open():
            first, second = site.household("101"), site.household("102")
        wanted = [{one: (1, 1), two: (number % 2 + 1,) * 2}, {two: (1, 1), one: (1, 1)}]
        deeds = [
            lambda home=home, lines=lines: place_order(
                buy=GroupBuy.objects.get(pk=buy.pk),
                household=home,
                wanted=lines,
                key=things.key(),
                by=site.captain,
            )
            for home, lines in zip((first, second), wanted, strict=True)
        ]
        assert placed(at_once(deeds, site)) == 2
    assert broken(site.compound.pk) == []


def test_the_same_request_fifty_times_is_one_order(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    key = things.key()
    for _batch in range(5):
        with site.open():
            deeds = [cart(site, buy, "101", key, 牛奶=2) for _time in range(10)]
        answers = at_once(deeds, site)
        assert placed(answers) == 10
        assert {one.number for one in answers} == {1}
    with site.open():
        assert OrderRequest.objects.count() == 1
        assert things.line(buy, "牛奶").ordered == 2
    assert broken(site.compound.pk) == []


def test_at_the_moment_of_the_cut_off_an_order_is_in_or_out(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    with site.open():
        things.order(site, buy, "302", 茶叶=1)
        deeds = [cart(site, buy, door, things.key(), 茶叶=1) for door in DOORS[:5]]
    answers = at_once([*deeds[:3], lambda: close(buy=buy, by=site.warehouse), *deeds[3:]], site)
    with site.open():
        assert GroupBuy.objects.get(pk=buy.pk).state == BuyState.LOCKED
        orders = placed(answers) - 1 + 1  # without the closing, with the one before
        assert Order.objects.count() == orders
        assert OrderLine.objects.filter(locked=1).count() == orders
        assert set(codes(answers)) <= {"closed", "buy_locked"}
    assert broken(site.compound.pk) == []


def test_closed_twice_at_once_is_charged_once(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    with site.open():
        things.order(site, buy, "101", 茶叶=2)
    deeds = [lambda: close(buy=buy, by=site.warehouse) for _time in range(4)]
    assert placed(at_once(deeds, site)) == 4
    assert broken(site.compound.pk) == []


def test_cancelled_or_closed_but_not_both(sale: tuple[Site, GroupBuy]) -> None:
    site, buy = sale
    with site.open():
        things.order(site, buy, "101", 茶叶=2)
    deeds = [
        lambda: close(buy=buy, by=site.warehouse),
        lambda: cancel(buy=buy, reason="封路", by=site.warehouse),
    ]
    at_once(deeds, site)
    with site.open():
        # Closed first, it may still be cancelled, and is paid back.
        assert GroupBuy.objects.get(pk=buy.pk).state == BuyState.CANCELLED
    assert broken(site.compound.pk) == []


def test_an_order_taken_out_while_it_is_ordered_is_in_one_version_only(
    sale: tuple[Site, GroupBuy],
) -> None:
    site, buy = sale
    with site.open():
        things.order(site, buy, "101", 茶叶=2)
        things.order(site, buy, "102", 茶叶=1)
        close(buy=buy, by=site.warehouse)
        order = Order.objects.get(number=1)
    deeds = [
        lambda: order_from_supplier(buy=buy, by=site.warehouse),
        lambda: cancel_order(order=order, reason="转运", by=site.warehouse),
    ]
    assert placed(at_once(deeds, site)) == 2
    with site.open():
        last = buy.purchase_orders.order_by("-version")[0]
        assert [one["quantity"] for one in last.lines] == [1]
    assert broken(site.compound.pk) == []


def test_who_waits_too_long_is_told_to_come_back(sale: tuple[Site, GroupBuy]) -> None:
    """Somebody holds the round's row: after two seconds the answer is 503, and nothing is kept."""
    site, buy = sale
    with site.open():
        deed = cart(site, buy, "101", things.key(), 茶叶=1)
    with scope([site.compound.pk]):
        GroupBuy.objects.select_for_update().get(pk=buy.pk)
        (answer,) = at_once([deed], site)
        assert isinstance(answer, Busy)
    with site.open():
        assert not Order.objects.exists()
    assert placed(at_once([deed], site)) == 1
    assert broken(site.compound.pk) == []
