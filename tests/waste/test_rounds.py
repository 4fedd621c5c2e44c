"""Starting and finishing a disinfection round."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.sweeps import mark_missed
from compounds.work import WorkState
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast
from tests.waste.things import at, make_round, make_window, used
from waste.actions import assign, finish_round, minutes_short, start_round
from waste.models import DisinfectionRound, RubbishWindow


def test_starting_records_who_and_when(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = start_round(round=make_round(site, at(1, "17:00")), by=site.cleaner)
        assert row.started_at is not None
        entry = Entry.objects.get(event="RoundStarted")
        assert (entry.member_id, entry.data["round"]) == (site.cleaner.pk, row.pk)


def test_starting_twice_keeps_the_first_start(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = start_round(round=make_round(site, at(1, "17:00")), by=site.cleaner)
        again = start_round(round=row, by=site.manager)
        assert again.started_at == row.started_at
        assert Entry.objects.filter(event="RoundStarted").count() == 1


def test_a_round_without_a_person_falls_to_whoever_starts_it(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = make_round(site, at(1, "17:00"), assignee=None)
        start_round(round=row, by=site.volunteer)
        assert DisinfectionRound.objects.get().assignee == site.volunteer


def test_finishing_keeps_what_was_used_and_tells_the_journal(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = make_round(site, at(1, "17:00"))
        finish_round(
            round=row,
            agent="chlorine",
            mg_per_litre=500,
            contact_minutes=45,
            batch=" 20210801 ",
            note="3 层窗打不开",
            by=site.cleaner,
        )
        row.refresh_from_db()
        assert (row.done_agent, row.done_mg_per_litre, row.done_contact_minutes) == (
            "chlorine",
            500,
            45,
        )
        assert (row.batch, row.note, row.finished_by) == ("20210801", "3 层窗打不开", site.cleaner)
        assert row.mg_per_litre == 1000  # what the plan asked for stays
        data = Entry.objects.get(event="RoundDone").data
        assert (data["unit"], data["mg"], data["minutes"]) == (row.unit_id, 500, 45)


def test_finishing_twice_keeps_the_first_record(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = finish_round(round=make_round(site, at(1, "17:00")), **used(site.cleaner))
        again = finish_round(round=row, **used(site.manager) | {"mg_per_litre": 2000})
        assert (again.done_mg_per_litre, again.finished_by) == (1000, site.cleaner)
        assert Entry.objects.filter(event="RoundDone").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"mg_per_litre": 99}, "mg_per_litre"),
        ({"mg_per_litre": 10_001}, "mg_per_litre"),
        ({"agent": "alcohol", "mg_per_litre": 1000}, "mg_per_litre"),
        ({"contact_minutes": 4}, "contact_minutes"),
        ({"contact_minutes": 241}, "contact_minutes"),
        ({"agent": "vinegar"}, "agent"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_recorded(
    cast: Cast, wrong: dict[str, object], field: str
) -> None:
    site = cast.yujingwan
    with site.open():
        row = make_round(site, at(1, "17:00"))
        with pytest.raises(Refused) as refusal:
            finish_round(round=row, **used(site.cleaner) | wrong)
        assert refusal.value.field == field
        row.refresh_from_db()
        assert row.finished_at is None
        assert not Entry.objects.filter(event="RoundDone").exists()


@pytest.mark.parametrize(
    "figures",
    [
        ("chlorine", 100, 5),
        ("chlorine", 10_000, 240),
        ("alcohol", 590_000, 5),
        ("peroxide", 30_000, 30),
        ("quat", 1_000, 10),
    ],
)
def test_figures_at_the_edge_are_taken(cast: Cast, figures: tuple[str, int, int]) -> None:
    site = cast.yujingwan
    agent, mg, minutes = figures
    with site.open():
        row = finish_round(
            round=make_round(site, at(1, "17:00")),
            agent=agent,
            mg_per_litre=mg,
            contact_minutes=minutes,
            by=site.cleaner,
        )
        assert row.finished_at is not None


def test_a_contact_time_that_is_not_over_is_kept_as_said(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = make_round(site, at(1, "17:00"), started_at=timezone.now() - timedelta(minutes=10))
        done = finish_round(round=row, **used(site.cleaner))
        assert done.done_contact_minutes == 30
        assert minutes_short(done) == 20
        assert Entry.objects.get(event="RoundDone").data["since_start"] == 10


def test_a_cancelled_round_is_neither_started_nor_finished(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = make_round(site, at(1, "17:00"), cancelled_at=at(1, "12:00"))
        with pytest.raises(Refused):
            start_round(round=row, by=site.cleaner)
        with pytest.raises(Refused):
            finish_round(round=row, **used(site.cleaner))


def test_a_round_undone_past_its_grace_is_missed_once_and_can_still_be_done(cast: Cast) -> None:
    now = timezone.now()
    rows = {}
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            rows[site.slug] = make_round(site, now - timedelta(hours=2, minutes=1))
            make_round(site, now - timedelta(hours=1, minutes=59))
    assert mark_missed(now=now) == 2
    assert mark_missed(now=now) == 0
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            row = DisinfectionRound.objects.get(pk=rows[site.slug].pk)
            assert row.state(now) == WorkState.MISSED
            entry = Entry.objects.get(event="RoundMissed")
            assert entry.data["place"] == str(site.unit())
            assert finish_round(round=row, **used(site.cleaner)).state(now) == WorkState.DONE


def test_the_sweep_asks_as_much_for_many_compounds_as_for_one(
    cast: Cast, django_assert_max_num_queries
) -> None:
    now = timezone.now()

    def sweep() -> int:
        with django_assert_max_num_queries(100) as asked:
            mark_missed(now=now)
        return len(asked)

    def overdue(site, count: int) -> None:
        with site.open():
            for number in range(count):
                make_round(site, now - timedelta(days=1, minutes=number))
                make_window(site, now - timedelta(days=1, minutes=number))

    overdue(cast.yujingwan, 1)
    alone = sweep()
    with cast.yujingwan.open():
        DisinfectionRound.objects.all().delete()
        RubbishWindow.objects.all().delete()
    for site in (cast.yujingwan, cast.xiaodongmen, cast.huaidong):
        overdue(site, 7)
    assert sweep() == alone


def test_work_is_handed_to_somebody_who_may_do_it(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = assign(work=make_round(site, at(1, "17:00")), to=site.volunteer, by=site.manager)
        assert row.assignee == site.volunteer
        assign(work=row, to=site.volunteer, by=site.manager)
        entry = Entry.objects.get(event="WorkAssigned")
        assert entry.data["name"] == site.volunteer.name
        with pytest.raises(Refused):
            assign(work=row, to=site.reviewer, by=site.manager)


def test_done_work_is_not_handed_on(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        row = finish_round(round=make_round(site, at(1, "17:00")), **used(site.cleaner))
        with pytest.raises(Refused):
            assign(work=row, to=site.volunteer, by=site.manager)
