"""What people do on the pages behind the allocation, and how a page refuses."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from households.files import add_phone
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.allocating import allocate
from supplies.actions.delivering import record_stop
from supplies.actions.packing import pack
from supplies.actions.undoing import take_back
from supplies.models import (
    BuyState,
    Claim,
    DeliveryRun,
    GroupBuy,
    HandOutDoor,
    Order,
    Payment,
    Settlement,
    StockItem,
    StockMove,
    Stop,
    StopOutcome,
)
from supplies.money_text import read_fen
from supplies.packing import Part, fill
from tests.cast import Cast, Site
from tests.supplies import things
from tests.supplies.phones import phone
from tests.supplies.test_door_pages import masks, underway


def url(site: Site, name: str, *more: object) -> str:
    return reverse(f"supplies:{name}", args=[site.slug, *more])


def allocated(site: Site) -> GroupBuy:
    carts = {"101": {"大米": 5}, "201": {"大米": 1}}
    return allocate(buy=things.counted_round(site, carts, {}), by=site.warehouse)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("28.5", 2850),
        ("２８．５０", 2850),
        ("¥1,280", 128000),
        ("１，２８０．０５元", 128005),
        ("-12.50", -1250),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, fen: int) -> None:
    assert read_fen(typed) == fen


@pytest.mark.parametrize("typed", ["", "二十八", "1,28", "28.505", "1.2.3", "=1+1", "9" * 12])
def test_what_is_no_amount_is_none(typed: str) -> None:
    assert read_fen(typed) is None


def test_bags_are_filled_evenly_and_nothing_is_lost() -> None:
    bags = fill([Part("鸡蛋", "板", 4), Part("大米", "袋", 3)], 3)
    assert [sum(part.count for part in bag) for bag in bags] == [3, 2, 2]
    assert sum(part.count for bag in bags for part in bag if part.name == "大米") == 3


def test_bags_are_counted_once_and_never_after_the_start(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = allocated(site)
        assert pack(buy=buy, pieces_a_bag=2, by=site.warehouse) == 4
        assert pack(buy=buy, pieces_a_bag=2, by=site.warehouse) == 4
        assert Entry.objects.filter(event="GroupBuyPacked").count() == 1
        with pytest.raises(Refused):
            pack(buy=buy, pieces_a_bag=0, by=site.warehouse)
    client = cast.client(site.warehouse)
    due_at = f"{timezone.localtime() + timedelta(hours=3):%Y-%m-%dT%H:%M}"
    assert (
        client.post(url(site, "delivery-start", buy.pk), {"due_at": "2020-01-01T10:00"}).status_code
        == 422
    )
    assert client.post(url(site, "delivery-start", buy.pk), {"due_at": due_at}).status_code == 302
    with site.open():
        assert GroupBuy.objects.get().state == BuyState.DELIVERING
        assert sorted(Stop.objects.values_list("bags", flat=True)) == [1, 3]
    assert client.post(url(site, "bags", buy.pk), {"pieces": "1"}).status_code == 422
    with site.open():
        assert sorted(Order.objects.values_list("bags", flat=True)) == [1, 3]


def test_the_workbook_agrees_with_the_allocation(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = allocated(site)
        pack(buy=buy, pieces_a_bag=2, by=site.warehouse)
    answer = cast.client(site.warehouse).get(url(site, "packing-file", buy.pk))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert len(book.sheetnames) == 3
    bags, items, grid = book.worksheets
    assert [sheet.freeze_panes for sheet in book.worksheets] == ["B2"] * 3
    assert all(sheet.print_area for sheet in book.worksheets)
    assert (bags["A2"].value, bags["A2"].data_type, bags["A2"].number_format) == (
        "1-1-201",
        "s",
        "@",
    )
    assert bags.max_row == 1 + 4
    last = grid.max_row
    assert grid.cell(last, grid.max_column).value == 6
    assert items.cell(items.max_row, items.max_column).value == 6


def test_an_item_that_looks_like_a_formula_stays_text(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = things.Item("=HYPERLINK(1)", "个", 100)
        buy = things.counted_round(site, {"101": {"=HYPERLINK(1)": 1}}, {}, items=[item])
        allocate(buy=buy, by=site.warehouse)
    answer = cast.client(site.warehouse).get(url(site, "packing-file", buy.pk))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


def waiting_stop() -> Stop:
    return Stop.objects.select_related("run__buy").get(outcome=StopOutcome.WAITING)


def test_a_photo_that_is_none_loses_nothing_else(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
        stop = waiting_stop()
    client = cast.client(site.volunteer)
    wrong = SimpleUploadedFile("door.jpg", b"<html>no photo</html>", "image/jpeg")
    sent = {"outcome": "left", "note": "放在鞋柜上", "picture": wrong}
    answer = client.post(url(site, "stop", stop.pk), sent)
    assert answer.status_code == 422
    assert "放在鞋柜上" in answer.content.decode()
    with site.open():
        assert Stop.objects.get(pk=stop.pk).outcome == StopOutcome.WAITING
    sent = {"outcome": "left", "note": "放在鞋柜上", "picture": things.photo()}
    assert client.post(url(site, "stop", stop.pk), sent).status_code == 302
    with site.open():
        assert Stop.objects.get(pk=stop.pk).picture_id
    assert client.get(url(site, "stop-photo", stop.pk))["Content-Type"] == "image/jpeg"


def test_an_outcome_is_taken_back_within_a_minute_by_whoever_recorded_it(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
        stop = waiting_stop()
        record_stop(stop=stop, outcome=StopOutcome.TAKEN, upload=things.photo(), by=site.volunteer)
        with pytest.raises(Refused):
            take_back(stop=stop, by=site.captain)
    client = cast.client(site.volunteer)
    page = client.get(url(site, "run", stop.run_id)).content.decode()
    assert url(site, "stop-undo", stop.pk) in page
    assert client.post(url(site, "stop-undo", stop.pk)).status_code == 302
    assert client.post(url(site, "stop-undo", stop.pk)).status_code == 302
    with site.open():
        again = Stop.objects.select_related("run").get(pk=stop.pk)
        assert (again.outcome, again.at, again.picture_id) == (StopOutcome.WAITING, None, None)
        assert again.run.finished_at is None
        assert Entry.objects.filter(event="StopTakenBack").count() == 1
        record_stop(stop=again, outcome=StopOutcome.LEFT, by=site.volunteer)
        Stop.objects.filter(pk=stop.pk).update(at=timezone.now() - timedelta(seconds=61))
        with pytest.raises(Refused):
            take_back(stop=again, by=site.volunteer)


def test_a_run_is_handed_on_by_its_carrier_or_those_who_hand_out_work(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
        run = DeliveryRun.objects.get()
        DeliveryRun.objects.update(assignee=site.volunteer)
        site.captain.unit = site.unit()
        site.captain.save(update_fields=["unit"])
        site.cleaner.buildings = [999999]
        site.cleaner.save(update_fields=["buildings"])
    path, other = url(site, "run-hand", run.pk), {"member": str(site.captain.pk)}
    elsewhere = {"member": str(site.cleaner.pk)}
    assert cast.client(site.volunteer).get(url(site, "run", run.pk)).status_code == 200
    assert cast.client(site.volunteer).post(path, elsewhere).status_code == 422
    assert cast.client(site.guard).post(path, other).status_code == 404
    assert cast.client(site.volunteer).post(path, {"member": "0"}).status_code == 422
    assert cast.client(site.volunteer).post(path, other).status_code == 302
    with site.open():
        assert DeliveryRun.objects.get().assignee_id == site.captain.pk


def test_a_number_is_shown_once_and_logged(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
        stop = Stop.objects.filter(ring_at__isnull=False).first()
        phone_ = add_phone(
            household=site.household(stop.home.number),
            resident=None,
            number="13800138000",
            by=site.captain,
        )
    client = cast.client(site.volunteer)
    page = client.get(url(site, "ring", stop.pk)).content.decode()
    assert "13800138000" not in page
    shown = client.post(url(site, "ring-number", stop.pk), {"who": f"phone:{phone_.pk}"})
    assert "tel:13800138000" in shown.content.decode()
    assert client.post(url(site, "ring-number", stop.pk), {"who": "phone:99999"}).status_code == 404
    assert client.post(url(site, "rung", stop.pk), {"reached": "yes"}).status_code == 302
    with site.open():
        assert Entry.objects.filter(event="PhoneRevealed").count() == 1
        assert Stop.objects.get(pk=stop.pk).rung_by_id == site.volunteer.pk


def test_a_resident_claims_once_with_a_photo_and_sees_it(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = underway(site)
        row = buy.allocations.get(order__home__number="101", line__name="蔬菜包")
    client, path = phone(site, "101"), reverse("supplies:home-claim", args=[buy.number])
    sent = {"item": row.pk, "kind": "missing", "quantity": "1", "share": "100", "note": "少一份"}
    assert client.post(path, sent | {"quantity": "0"}).status_code == 422
    wrong = SimpleUploadedFile("x.jpg", b"GIF89a-no", "image/jpeg")
    refused = client.post(path, sent | {"picture": wrong})
    assert refused.status_code == 422
    assert "少一份" in refused.content.decode()
    for _time in range(2):
        assert client.post(path, sent | {"picture": things.photo()}).status_code == 302
    assert "少一份" not in phone(site, "302").get(path).content.decode()
    foreign = phone(site, "201").post(path, sent)
    assert foreign.status_code == 422
    with site.open():
        assert Claim.objects.filter(kind="missing").count() == 1


def test_the_refund_is_shown_before_it_is_decided(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
        first = Claim.objects.order_by("made_at").first()
    client, path = cast.client(site.manager), url(site, "claim", first.pk)
    page = client.get(path).content.decode()
    assert "¥17.95" in page  # half of a bag of rice for ¥35.90
    assert client.post(path, {"decision": "refuse", "reason": ""}).status_code == 422
    assert client.post(path, {"decision": "refund", "refund_fen": "９０.00"}).status_code == 422
    assert client.post(path, {"decision": "refund", "refund_fen": "１７．９５"}).status_code == 302
    with site.open():
        assert Claim.objects.get(pk=first.pk).refund_fen == 1795
    assert cast.client(site.warehouse).get(path).status_code == 200
    assert cast.client(site.warehouse).post(path, {"decision": "refund"}).status_code == 404


def test_a_payment_sent_twice_is_one(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy, who = underway(site), site.household("101").pk
    client, path = cast.client(site.manager), url(site, "payment", buy.pk, who)
    sent = {"key": "k" * 20, "amount_fen": "1,0", "method": "transfer", "reference": "S-1"}
    refused = client.post(path, sent)
    assert refused.status_code == 422
    assert 'value="1,0"' in refused.content.decode()
    for _time in range(2):
        assert client.post(path, sent | {"amount_fen": "２８．５"}).status_code == 302
    again = client.post(path, sent | {"amount_fen": "5", "key": "other-key-1"})
    assert again.status_code == 422
    with site.open():
        assert Payment.objects.get(reference="S-1").amount_fen == 2850
    assert cast.client(site.warehouse).get(path).status_code == 404


def test_a_round_is_settled_with_what_stays_open(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, {"101": {"大米": 1}, "201": {"大米": 2}})
    client, path = cast.client(site.manager), url(site, "settle", buy.pk)
    assert 'value="107.70"' in client.get(path).content.decode()
    refused = client.post(path, {"invoice_fen": "107.70"})
    assert refused.status_code == 422
    assert client.post(path, {"invoice_fen": "100", "reason": "尚未收齐"}).status_code == 302
    with site.open():
        assert Settlement.objects.get().difference_fen == 770
    assert client.get(url(site, "closing", buy.pk)).status_code == 200


def test_the_reconciliation_names_a_difference_in_fen(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = underway(site)
    path = url(site, "accounts", buy.pk)
    client = cast.client(site.manager)
    assert "is-late" not in client.get(path).content.decode()
    with site.open():
        row = Payment.objects.first()
        Payment.objects.filter(pk=row.pk).update(amount_fen=row.amount_fen + 7)
    page = client.get(path).content.decode()
    assert "is-late" in page
    assert "-7" in page


def test_a_resident_sees_the_own_account_only(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        underway(site)
    path = reverse("supplies:home-account")
    assert "蔬菜" not in phone(site, "102").get(path).content.decode()
    assert "蔬菜" not in phone(site, "102").get(path).content.decode()


def test_stock_comes_in_goes_out_and_is_counted_by_form(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        masks(site)
        item = StockItem.objects.get()
    client, path = cast.client(site.warehouse), url(site, "stock-item", item.pk)
    give = {"deed": "issue", "key": "give-1-101", "quantity": "4", "door": "１０１"}
    for _time in range(2):
        assert client.post(path, give).status_code == 302
    assert client.post(path, give | {"key": "give-2", "door": "9999"}).status_code == 422
    assert client.post(path, give | {"key": "give-3", "quantity": "999"}).status_code == 422
    both = give | {"key": "give-4", "member": str(site.guard.pk)}
    assert client.post(path, both).status_code == 422
    assert client.post(path, {"deed": "count", "key": "count-1", "found": "20"}).status_code == 302
    assert client.post(path, {"deed": "burn"}).status_code == 404
    assert cast.client(site.guard).post(path, give).status_code == 404
    with site.open():
        assert StockItem.objects.get().on_hand == 20
        assert StockMove.objects.filter(kind="counted").get().quantity == -6


def test_a_hand_out_reaches_those_with_the_mark_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.flag(site, "201")
        masks(site, ["101"])
        item = StockItem.objects.get()
    keeper = cast.client(site.warehouse)
    sent = {"title": "口罩", "each": "2", "marks": ["lone_elder"]}
    assert keeper.post(url(site, "hand-out-new", item.pk), sent | {"title": ""}).status_code == 422
    answer = keeper.post(url(site, "hand-out-new", item.pk), sent)
    assert answer.status_code == 302
    with site.open():
        door = HandOutDoor.objects.get(hand_out__title="口罩")
        assert HandOutDoor.objects.filter(home__number="201").get() == door
    for _time in range(2):
        cast.client(site.volunteer).post(url(site, "hand-out-door", door.pk))
    with site.open():
        assert StockItem.objects.get().on_hand == 8


def test_a_member_of_another_stair_gets_404(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = underway(site)
        run, stop = DeliveryRun.objects.get(), Stop.objects.first()
        one = Claim.objects.first()
        site.volunteer.buildings = [999999]
        site.volunteer.save(update_fields=["buildings"])
    client = cast.client(site.volunteer)
    for name, key in (
        ("run", run.pk),
        ("stop", stop.pk),
        ("ring", stop.pk),
        ("run-print", run.pk),
        ("runs-print", buy.pk),
    ):
        assert client.get(url(site, name, key)).status_code == 404
    assert client.get(url(site, "packing-file", buy.pk)).status_code == 404
    assert client.get(url(site, "claim", one.pk)).status_code == 404
    assert "101" not in client.get(url(site, "labels", buy.pk)).content.decode().split("<main")[1]
