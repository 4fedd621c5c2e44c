"""What is left of a drill after some weeks: its scorecard, and no row of its practice compound."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.models import Compound, Member
from drills.actions import end
from drills.clearing import clear_ended
from drills.models import Drill
from households.models import Household, Resident
from journal.models import Entry
from lockdown.kernel.tenancy import scope_of_every_compound
from tests.cast import Cast, Site
from tests.drills.scene import Practised

DAYS = timedelta(days=30, minutes=1)


def ended(practised: Practised, site: Site, key: str = "one") -> Drill:
    drill = practised.start(key)
    practised.play(drill, 60, 30)
    with site.open():
        return end(drill=drill, by=site.manager)


def walled() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'compound_wall'")
        return [row[0] for row in cursor.fetchall()]


def rows_of(compound: int) -> dict[str, int]:
    """Rows of a compound by table, where there are any."""
    found = {}
    with scope_of_every_compound(), connection.cursor() as cursor:
        for table in walled():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE compound_id = %s", [compound])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def test_an_ended_drill_loses_its_rows_after_the_days_and_keeps_its_card(
    practised: Practised, site: Site
) -> None:
    drill = ended(practised, site)
    before, own = rows_of(drill.practice_id), rows_of(site.compound.pk)
    assert {"households_resident", "journal_entry", "seals_sealorder"} <= before.keys()
    assert clear_ended(now=drill.ended_at + timedelta(days=29)) == 0
    assert rows_of(drill.practice_id) == before
    assert clear_ended(now=drill.ended_at + DAYS) == 1
    assert rows_of(drill.practice_id) == {}
    after = rows_of(site.compound.pk)
    assert after.pop("journal_entry") == own.pop("journal_entry") + 1
    assert after == own
    fresh = practised.fresh(drill)
    assert fresh.card == drill.card and fresh.card["lines"]
    assert (fresh.scripts, fresh.state) == ({}, {})
    assert fresh.cleared_at is not None
    with site.open():
        assert Entry.objects.get(event="DrillCleared").data["number"] == drill.number


def test_clearing_twice_is_once(practised: Practised, site: Site) -> None:
    drill = ended(practised, site)
    assert clear_ended(now=drill.ended_at + DAYS) == 1
    assert clear_ended(now=drill.ended_at + DAYS) == 0
    with site.open():
        assert Entry.objects.filter(event="DrillCleared").count() == 1


def test_a_running_drill_is_left_alone(practised: Practised, site: Site) -> None:
    drill = practised.start()
    before = rows_of(drill.practice_id)
    assert clear_ended(now=timezone.now() + timedelta(days=400)) == 0
    assert rows_of(drill.practice_id) == before


def test_the_days_are_a_setting(practised: Practised, site: Site, settings: object) -> None:
    settings.DRILL_KEPT_DAYS = 3  # type: ignore[attr-defined]
    drill = ended(practised, site)
    assert clear_ended(now=drill.ended_at + timedelta(days=2)) == 0
    assert clear_ended(now=drill.ended_at + timedelta(days=3, minutes=1)) == 1


def test_two_drills_take_as_many_statements_as_one(practised: Practised, site: Site) -> None:
    def asked(keys: list[str]) -> int:
        drills = [ended(practised, site, key) for key in keys]
        last = max(drill.ended_at for drill in drills)
        with CaptureQueriesContext(connection) as seen:
            assert clear_ended(now=last + DAYS) == len(keys)
        return len(seen)

    assert asked(["one"]) == asked(["two", "three"])


def test_the_function_takes_no_real_compound(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        people = Household.objects.count(), Member.objects.count()
    for ids in ([site.compound.pk], [10**12]):
        with (
            pytest.raises(ProgrammingError, match="Only practice compounds"),
            transaction.atomic(),
            scope_of_every_compound(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT drills_clear_practice(%s::bigint[])", [ids])
    with site.open():
        assert (Household.objects.count(), Member.objects.count()) == people


def test_the_pages_of_a_cleared_drill_still_open(
    cast: Cast, practised: Practised, site: Site
) -> None:
    drill = ended(practised, site)
    clear_ended(now=drill.ended_at + DAYS)
    client = cast.client(site.manager)
    for name in ("drill", "scorecard", "situation"):
        url = reverse(f"drills:{name}", args=[site.slug, drill.pk])
        assert client.get(url).status_code == 200, name
    assert Compound.objects.filter(pk=drill.practice_id).exists()
    with practised.inside(drill):
        assert not Resident.objects.exists()
