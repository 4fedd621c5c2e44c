"""What other rooms read: the day, what residents see, counts, late work, the lift condition."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Unit
from compounds.work import WorkState
from seals.lift import checklist
from seals.models import SealOrder
from tests.cast import Cast
from tests.waste.things import TZ, at, make_round, make_window, used
from waste.actions import finish_round
from waste.models import Phase, Scheme
from waste.queries import (
    day_items,
    late_work,
    open_work,
    round_counts,
    rounds_done,
    rubbish_now,
    window_counts,
)

DAY = date(2021, 8, 1)


def test_the_day_lists_rounds_and_windows_by_time(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_window(site, at(1, "18:30"))
        make_round(site, at(1, "17:00"))
        make_round(site, at(2, "17:00"))
        items = day_items([site.unit().pk], DAY, TZ)
        assert [(one.kind, one.at) for one in items] == [
            ("round", at(1, "17:00")),
            ("window", at(1, "18:30")),
        ]
        assert items[0].detail == "含氯消毒剂 1,000 mg/L，30 分钟"
        assert items[0].assignee_name == site.cleaner.name
        assert items[1].phase == Phase.KEEP_IN
        assert items[0].state == WorkState.LATE


def test_the_day_begins_at_the_compounds_midnight(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_round(site, at(1, "00:00"))
        make_round(site, at(2, "00:00"))
        assert [one.at for one in day_items(None, DAY, TZ)] == [at(1, "00:00")]


def test_the_day_takes_two_queries_however_many_units(
    cast: Cast, django_assert_num_queries
) -> None:
    site = cast.yujingwan
    with site.open():
        patterns = [UnitPattern("2", str(number), 1, 1) for number in range(1, 20)]
        build_homes(compound=site.compound, patterns=patterns, by=site.manager)
        for unit in Unit.objects.all():
            make_round(site, at(1, "17:00"), unit=unit)
            make_window(site, at(1, "18:30"), unit=unit)
        with django_assert_num_queries(2):
            items = day_items(None, DAY, TZ)
        assert len(items) == 40
        assert len({item.place for item in items}) == 20


def test_cancelled_work_leaves_the_day_but_what_was_missed_stays(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_round(site, at(1, "09:00"), cancelled_at=at(1, "08:00"))
        make_round(site, at(1, "17:00"), missed_at=at(1, "19:00"), cancelled_at=at(2, "08:00"))
        items = day_items(None, DAY, TZ)
        assert [(one.at, one.state) for one in items] == [(at(1, "17:00"), WorkState.MISSED)]
        assert round_counts(DAY, TZ) == (0, 1, 1)
        assert late_work(at(3, "08:00")) == []


def test_counts_of_a_day(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        finish_round(round=make_round(site, at(1, "09:00")), **used(site.cleaner))
        make_round(site, at(1, "17:00"), missed_at=at(1, "19:00"))
        make_round(site, at(1, "20:00"))
        done_late = make_round(site, at(1, "21:00"), missed_at=at(1, "23:00"))
        finish_round(round=done_late, **used(site.cleaner))
        make_window(site, at(1, "18:30"), missed_at=at(1, "20:30"))
        assert round_counts(DAY, TZ) == (2, 4, 1)
        assert window_counts(DAY, TZ) == (0, 1, 1)


def test_late_work_is_what_is_past_its_time_oldest_first(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_window(site, at(1, "18:30"))
        make_round(site, at(1, "17:00"))
        make_round(site, at(3, "17:00"))
        late = late_work(at(2, "08:00"))
        assert [(one.kind, one.at) for one in late] == [
            ("round", at(1, "17:00")),
            ("window", at(1, "18:30")),
        ]
        assert late_work(at(2, "08:00"), unit_ids=[0]) == []


def test_a_member_finds_their_own_open_work(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        mine = make_round(site, at(1, "17:00"))
        make_round(site, at(1, "18:00"), assignee=site.guard)
        assert [one.id for one in open_work(site.cleaner, at(2, "00:00"))] == [mine.pk]


def test_residents_see_one_word_at_every_step(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "18:30"))
        seen = []
        for phase in (Phase.KEEP_IN, Phase.PUT_OUT, Phase.COLLECTING):
            window.phase = phase
            window.save(update_fields=["phase"])
            now = rubbish_now(window.unit_id, at(1, "17:40"))
            seen.append((now.word, now.mark))
        assert seen == [("先放家里", "wait"), ("现在放到门口", "now"), ("正在收", "now")]
        window.phase, window.finished_at = Phase.CLOSED, at(1, "18:40")
        window.save(update_fields=["phase", "finished_at"])
        now = rubbish_now(window.unit_id, at(1, "20:00"))
        assert (now.word, now.mark, now.at) == ("已收走", "done", at(1, "18:40"))


def test_residents_are_told_when_and_after_what(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), timezone.override(TZ):
        window = make_window(site, at(1, "18:30"))
        now = rubbish_now(window.unit_id, at(1, "10:00"))
        assert now.detail == "消杀后会通知您放到门口，约 17:30。"
        window.scheme = Scheme.BOX_AT_DOOR
        window.save(update_fields=["scheme"])
        assert "17:30 放到门口" in rubbish_now(window.unit_id, at(1, "10:00")).detail


def test_a_time_that_has_passed_is_not_promised(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), timezone.override(TZ):
        window = make_window(site, at(1, "18:30"))
        assert rubbish_now(window.unit_id, at(1, "17:45")).detail == "消杀后会通知您放到门口。"
        window.phase = Phase.PUT_OUT
        window.save(update_fields=["phase"])
        assert "约 18:30" in rubbish_now(window.unit_id, at(1, "17:45")).detail
        assert "尽快" in rubbish_now(window.unit_id, at(1, "18:45")).detail


def test_bags_that_stand_outside_since_yesterday_still_count(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_window(site, at(1, "18:30"), phase=Phase.PUT_OUT)
        make_window(site, at(2, "18:30"))
        assert rubbish_now(site.unit().pk, at(2, "08:00")).phase == Phase.PUT_OUT


def test_tomorrows_window_is_shown_only_when_today_has_none(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        assert rubbish_now(site.unit().pk, at(1, "08:00")) is None
        tomorrow = make_window(site, at(2, "18:30"))
        assert rubbish_now(site.unit().pk, at(1, "08:00")).at == tomorrow.put_out_at
        today = make_window(site, at(1, "18:30"))
        assert rubbish_now(site.unit().pk, at(1, "08:00")).at == today.put_out_at


def _terminal(order: SealOrder):
    found = checklist(order, at(5, "08:00"))
    return next(one for one in found if one.key == "terminal_disinfection")


def test_lifting_asks_for_the_last_disinfection_of_every_unit(
    cast: Cast, sealed: SealOrder
) -> None:
    site = cast.yujingwan
    with site.open():
        order = SealOrder.objects.get(pk=sealed.pk)
        finding = _terminal(order)
        assert (finding.is_met, finding.count, finding.fact) == (False, 1, "0 / 1")
        assert [one.label for one in finding.behind] == [str(site.unit())]
        rounds = list(order.rounds.order_by("due_at"))
        assert finding.behind[0].url.endswith(f"/rounds/{rounds[4].pk}/")
        finish_round(round=rounds[3], **used(site.cleaner))  # 3 August; the 4th is undone
        assert not _terminal(order).is_met
        finish_round(round=rounds[4], **used(site.cleaner))
        assert _terminal(order).is_met
        assert rounds_done(order) == 2


def test_a_round_missed_earlier_is_made_good_by_a_later_one(cast: Cast, sealed: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        order = SealOrder.objects.get(pk=sealed.pk)
        order.rounds.filter(due_at__lt=at(4, "00:00")).update(missed_at=at(4, "00:00"))
        last = order.rounds.get(due_at=at(4, "17:00"))
        finish_round(round=last, **used(site.cleaner))
        assert _terminal(order).is_met


def test_another_compound_sees_nothing_of_it(cast: Cast) -> None:
    with cast.yujingwan.open():
        make_round(cast.yujingwan, at(1, "17:00"))
        unit = cast.yujingwan.unit().pk
        make_window(cast.yujingwan, at(1, "18:30"))
    with cast.huaidong.open():
        assert day_items(None, DAY, TZ) == []
        assert rubbish_now(unit, at(1, "12:00")) is None
        assert round_counts(DAY, TZ) == (0, 0, 0)
        assert late_work(timezone.now() + timedelta(days=1)) == []
