"""Statements written once: the same rows as the ORM's, whoever asks and with whatever values."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet, Value
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from compounds.models import Home, Unit
from journal.queries import feed
from lockdown.kernel.tenancy import scope
from notices.queries import home_notices
from reports.board import _wanted, _work
from reports.days import DaySpan
from reports.doors import Doors
from reports.feed import FEW, newest
from reports.homes import all_doors, all_people
from reports.household import notices_of
from reports.orders import orders_in_force
from reports.prepared import prepared
from reports.rows import work_rows
from reports.stacks import LENSES
from seals.models import SealOrder
from seals.queries import orders_in_force as orders_with_place
from tests.cast import Cast
from tests.reports import scenes
from waste.models import RubbishWindow


@prepared
def windows(unit: int | None, begin: datetime) -> QuerySet:
    found = RubbishWindow.objects.filter(due_at__gte=begin).order_by("id")
    found = found if unit is None else found.filter(unit_id=unit)
    return found.values_list("id", "due_at", "bags")


@prepared
def moved(begin: datetime) -> QuerySet:
    day = timedelta(days=1)
    return RubbishWindow.objects.filter(due_at__gte=begin + day).values_list("id")


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=5, untold=3)


@pytest.mark.parametrize("lens", LENSES)
def test_the_board_reads_the_same_rows_as_the_orm(
    cast: Cast, running: SealOrder, lens: str
) -> None:
    site = cast.yujingwan
    with site.open():
        for days in (0, 1, 2):
            span = DaySpan.of(site.compound, site.compound.today() - timedelta(days=days))
            plain = work_rows(_wanted(lens, span.begin, span.end))
            assert sorted(map(repr, _work(lens, span))) == sorted(map(repr, plain))
        assert plain


def test_new_values_are_filled_in(cast: Cast, running: SealOrder) -> None:
    long_ago = timezone.now() - timedelta(days=90)
    with cast.yujingwan.open():
        unit = Unit.objects.get(windows__isnull=False, windows=RubbishWindow.objects.first())
        wanted = RubbishWindow.objects.order_by("id").values_list("id", "due_at", "bags")
        assert windows(unit=None, begin=long_ago) == list(wanted) != []
        assert windows(unit=unit.pk, begin=long_ago) == list(wanted.filter(unit=unit))
        assert windows(unit=unit.pk + 1, begin=long_ago) == []
        assert windows(unit=None, begin=timezone.now() + timedelta(days=90)) == []


def test_the_scope_in_force_decides_not_the_one_of_the_first_call(
    cast: Cast, running: SealOrder
) -> None:
    with cast.yujingwan.open():
        mine, people = all_doors(), all_people()
    with cast.huaidong.open():
        theirs = all_doors()
        assert not all_people().known.keys() & people.known.keys()
    assert mine and theirs
    assert not {door.home_id for door in mine} & {door.home_id for door in theirs}
    with scope([cast.yujingwan.compound.pk, cast.huaidong.compound.pk]):
        assert sorted(all_doors()) == sorted(mine + theirs)


def test_outside_a_scope_nothing_is_read(cast: Cast) -> None:
    with pytest.raises(ScopeError):
        all_doors()


def test_a_value_that_does_not_reach_the_statement_is_refused(cast: Cast) -> None:
    """It would stand in the statement for ever, whatever later calls ask for."""
    with cast.yujingwan.open(), pytest.raises(ValueError, match="begin"):
        moved(begin=timezone.now())


def test_lean_readings_say_what_the_rooms_say(cast: Cast, running: SealOrder) -> None:
    site, now = cast.yujingwan, timezone.now()
    with site.open():
        lean, whole = orders_in_force(site.compound), orders_with_place()
        assert [one.pk for one in lean] == [one.pk for one in whole] == [running.pk]
        assert (lean[0].place_label, lean[0].day_of(now)) == (
            running.place_label,
            running.day_of(now),
        )
        assert newest() == feed(limit=FEW) != []
        said = {home: home_notices(home, now) for home in (site.household("301"),)}
        assert said[site.household("301")]
        assert all(notices_of(home.pk, now) == notices for home, notices in said.items())


def test_a_door_leads_where_reverse_does(cast: Cast) -> None:
    doors = Doors(cast.yujingwan.manager, "yujingwan")
    with cast.yujingwan.open():
        home = Home.objects.first()
    assert home is not None
    assert doors.to("reports:board") == "/c/yujingwan/"
    assert doors.to("households:file", 17) == doors.to("households:file", 4).replace("4", "17")
    assert Doors(cast.yujingwan.guard, "yujingwan").to("notices:new") == ""


@prepared
def marked(begin: datetime) -> QuerySet:
    found = RubbishWindow.objects.filter(due_at__gte=begin).exclude(note__contains="50%s 100%%")
    return found.order_by("id").values_list("id", Value("5%s, 3%% '\\"))


def test_what_never_changes_stands_in_the_statement_as_it_is(
    cast: Cast, running: SealOrder
) -> None:
    with cast.yujingwan.open():
        long_ago = timezone.now() - timedelta(days=90)
        ids = list(RubbishWindow.objects.order_by("id").values_list("id", flat=True))
        assert marked(begin=long_ago) == [(one, "5%s, 3%% '\\") for one in ids] != []
