"""The committee reviews a round."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supplies.actions.suppliers import add_supplier_file
from supplies.models import (
    GroupBuy,
    OfferLine,
)
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.gate import S, now, sent
from tests.waste.test_pages import questions

# The committee.


def test_the_committee_sees_what_waits_in_all_its_compounds(cast: Cast) -> None:
    sent(cast.yujingwan)
    sent(cast.huaidong)
    sent(cast.xiaodongmen)
    page = cast.client(cast.reviewer).get("/review/buys/").content.decode()
    assert "/review/yujingwan/buys/" in page
    assert "/review/huaidong/buys/" in page
    assert "/review/xiaodongmen/" not in page


def test_the_list_is_not_there_for_whoever_reviews_nothing(cast: Cast) -> None:
    for who in (cast.yujingwan.manager, cast.stranger):
        assert cast.client(who).get("/review/buys/").status_code == 404


def test_the_list_asks_as_much_for_twenty_as_for_two(cast: Cast) -> None:
    client, counts = cast.client(cast.reviewer), []
    for more in (2, 18):
        for _one in range(more):
            sent(cast.yujingwan)
        with CaptureQueriesContext(connection) as asked:
            client.get("/review/buys/")
        counts.append(questions(asked))
    assert counts[0] == counts[1] <= 12


def test_the_committee_approves_and_the_round_opens(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    client = cast.client(cast.reviewer)
    path = f"/review/yujingwan/buys/{buy.pk}/"
    page = client.get(path).content.decode()
    assert "JY14308110001" in page
    assert "¥28/板" in page
    assert client.post(path, {"deed": "approve", "note": "同意"}).status_code == 302
    assert (now(site, buy).state, now(site, buy).review_note) == (S.OPEN, "同意")


def test_a_rejection_needs_its_reason(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    client = cast.client(cast.reviewer)
    path = f"/review/yujingwan/buys/{buy.pk}/"
    assert client.post(path, {"deed": "reject", "note": " "}).status_code == 422
    assert now(site, buy).state == S.IN_REVIEW
    client.post(path, {"deed": "reject", "note": "价格偏高"})
    assert (now(site, buy).state, now(site, buy).review_note) == (S.REJECTED, "价格偏高")


def test_who_organises_does_not_review_and_a_draft_is_not_shown(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    for who in (site.warehouse, site.manager):
        assert cast.client(who).get(f"/review/yujingwan/buys/{buy.pk}/").status_code == 404
    with site.open():
        draft = things.draft(site)
    client = cast.client(cast.reviewer)
    assert client.get(f"/review/yujingwan/buys/{draft.pk}/").status_code == 404


def test_the_committee_opens_the_licence_of_a_round_and_no_other(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        shop, other = things.supplier(site), things.supplier(site, "别家")
        mine, foreign = (
            add_supplier_file(
                supplier=one, title="许可证", upload=things.photo(), by=site.warehouse
            )
            for one in (shop, other)
        )
    buy = sent(site)
    client = cast.client(cast.reviewer)
    base = f"/review/yujingwan/buys/{buy.pk}/papers/"
    assert client.get(f"{base}{mine.pk}/")["Content-Type"] == "image/jpeg"
    assert client.get(f"{base}{foreign.pk}/").status_code == 404


def test_the_committee_sees_what_an_item_cost_the_last_time(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.locked_round(site, {"101": {"鸡蛋": 2}}, title="上次")
        GroupBuy.objects.update(locked_at=timezone.now() - timedelta(days=1))
        OfferLine.objects.update(price_fen=2500)
    buy = sent(site)
    page = cast.client(cast.reviewer).get(f"/review/yujingwan/buys/{buy.pk}/").content.decode()
    assert "¥25/板" in page
