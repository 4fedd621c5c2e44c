"""Played staff and invented households: by the script, in due order, and safe twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from compounds.models import Member
from compounds.roles import Role
from drills import ticks
from drills.answers import Tries, responds
from drills.models import Drill, Mode
from drills.tasks import tick as beat
from households.models import Household, Outcome, Verification
from lockdown.kernel.tenancy import TenantModel, scope
from notices.models import Receipt, Told
from tests.cast import Site, make_cast
from tests.drills.scene import Practised
from waste.models import DisinfectionRound, RubbishWindow


def snapshot(practised: Practised, drill: Drill) -> dict[str, list[tuple]]:
    models = [one for one in apps.get_models() if issubclass(one, TenantModel)]
    with practised.inside(drill):
        found = {one.__name__: list(one.objects.order_by("pk").values_list()) for one in models}
    return found | {"state": [practised.fresh(drill).state]}


def script(practised: Practised, drill: Drill, number: str, **answers: object) -> None:
    """How one household answers, instead of what was drawn."""
    with practised.inside(drill):
        file = Household.objects.get(home__number=number)
    with practised.site.open():
        found = Drill.objects.get(pk=drill.pk)
        found.scripts[str(file.pk)] |= answers
        found.save(update_fields=["scripts"])


@pytest.mark.parametrize(
    ("wanted", "times", "answers"), [(0, 9, False), (1, 1, True), (2, 1, False), (2, 3, True)]
)
def test_the_script_says_which_try_is_answered(wanted: int, times: int, answers: bool) -> None:
    assert responds({"call": wanted}, "call", times) is answers


def test_tries_are_counted_by_household_and_kind() -> None:
    tries = Tries({})
    assert [tries.again("call", 1), tries.again("call", 1), tries.again("knock", 1)] == [1, 2, 1]
    assert tries.so_far("call", 2) == 0


def test_a_played_drill_tells_and_verifies_everybody(practised: Practised) -> None:
    drill = practised.start()
    for number in ("101", "102", "201", "202", "301", "302"):
        script(practised, drill, number, call=1, knock=1, differs=False)
    practised.play(drill, 200)
    with practised.inside(drill):
        assert not Receipt.objects.filter(finished_at=None).exists()
        assert not Verification.objects.filter(finished_at=None).exists()
        assert DisinfectionRound.objects.get().finished_at is not None
        assert RubbishWindow.objects.get().opened_at is not None


def test_the_rubbish_waits_for_the_disinfection(practised: Practised) -> None:
    drill = practised.play(practised.start(), 240)
    with practised.inside(drill):
        window = RubbishWindow.objects.select_related("gate").get()
        assert window.gate.finished_at < window.opened_at < window.finished_at


def test_a_page_is_read_when_the_script_says(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE)
    with practised.inside(drill):
        receipt = Receipt.objects.filter(route="app").select_related("home").first()
    script(practised, drill, receipt.home.number, page=20)
    practised.tick(drill, 19)
    with practised.inside(drill):
        assert Receipt.objects.get(pk=receipt.pk).read_at is None
    practised.tick(drill, 20)
    with practised.inside(drill):
        read = Receipt.objects.get(pk=receipt.pk)
    assert read.acknowledged_at is not None
    assert round(drill.minute(read.read_at)) == 20


def test_a_call_is_answered_at_the_try_the_script_says(practised: Practised) -> None:
    drill = practised.start()
    with practised.inside(drill):
        receipt = Receipt.objects.filter(route="call").select_related("home").first()
    script(practised, drill, receipt.home.number, call=2, knock=0)
    practised.play(drill, 60)
    with practised.inside(drill):
        told = Receipt.objects.get(pk=receipt.pk)
        assert (told.attempts, told.told_how) == (1, Told.CALL)


def test_a_door_that_never_opens_is_named_at_the_end(practised: Practised) -> None:
    drill = practised.start()
    script(practised, drill, "302", page=0, call=0, knock=0)
    ended = practised.play(drill, 1440, step=60)
    assert ended.ended_at is not None
    assert ended.card["unreached"] == ["1-1-302"]
    assert ended.card["unverified"] == ["1-1-302"]
    found = {one["key"]: one for one in ended.card["lines"]}
    assert found["verified_all"]["state"] == "not_met"
    with practised.inside(drill):
        shut = Verification.objects.get(home__number="302")
        assert (shut.outcome, shut.attempts > 3) == (Outcome.UNREACHABLE, True)


def test_a_tick_twice_changes_nothing_more(practised: Practised) -> None:
    drill = practised.start()
    practised.play(drill, 60)
    before = snapshot(practised, drill)
    practised.tick(drill, 60)
    assert snapshot(practised, drill) == before


def test_a_tick_that_dies_leaves_nothing_and_comes_out_the_same(
    practised: Practised, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill = practised.start()
    practised.play(drill, 20)
    before = snapshot(practised, drill)

    def die(now: object) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(ticks, "mark_missed_here", die)
        with pytest.raises(RuntimeError), transaction.atomic():
            practised.tick(drill, 30)
    assert snapshot(practised, drill) == before
    assert practised.tick(drill, 30)
    assert snapshot(practised, drill) != before


def test_the_same_seed_plays_the_same_drill(practised: Practised) -> None:
    one = practised.play(practised.start("one", seed=11), 300)
    two = practised.play(practised.start("two", seed=11), 300)
    assert _told(practised, one) == _told(practised, two)


def _told(practised: Practised, drill: Drill) -> list[tuple]:
    with practised.inside(drill):
        rows = Receipt.objects.order_by("home__position", "notice_id")
        return list(rows.values_list("home__label", "finished_at", "told_how", "attempts"))


def test_those_with_nothing_to_do_help_others_of_their_kind(practised: Practised) -> None:
    drill = practised.play(practised.start(), 50)
    with practised.inside(drill):
        volunteer = Member.objects.get(role=Role.VOLUNTEER)
        cleaner = Member.objects.get(role=Role.CLEANER)
    assert drill.state["people"][str(volunteer.pk)]["helped"] > 0
    assert str(cleaner.pk) not in drill.state["people"]


def test_a_drill_is_over_after_a_day_of_its_plan(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE)
    assert practised.tick(drill, 1439)
    assert practised.fresh(drill).ended_at is None
    assert practised.tick(drill, 1440)
    assert practised.fresh(drill).ended_by == "system"
    assert not practised.tick(drill, 1441)


def test_the_beat_ticks_every_running_drill(
    practised: Practised, django_capture_on_commit_callbacks
) -> None:
    one, two = practised.start("one"), practised.start("two")
    with django_capture_on_commit_callbacks(execute=True):
        beat()
    assert practised.fresh(one).ended_at is not None  # its day was over yesterday
    assert practised.fresh(two).ended_at is not None
    assert ticks.running() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_drill_do_its_work_once(django_capture_on_commit_callbacks) -> None:
    site: Site = make_cast().yujingwan
    practised = Practised(site, django_capture_on_commit_callbacks)
    drill = practised.start()
    now = practised.began + timedelta(seconds=20)
    answers: list[bool] = []

    def work() -> None:
        answers.append(ticks.tick(site.compound.pk, drill.pk, now=now))
        connection.close()

    with scope([site.compound.pk]):
        Drill.objects.select_for_update().get(pk=drill.pk)
        other = threading.Thread(target=work)
        other.start()
        other.join()
    assert answers == [False]
    assert practised.fresh(drill).state == {}
