"""Two people at the same doors at once: real transactions, closed by the database."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from compounds.models import Home, Member
from households.actions import start_sweep
from households.models import How, Outcome, Resident, Sweep, SweepTap, Tap, Verification
from households.sweeps import Said, take, verify
from journal.models import Entry
from tests.cast import Cast, Site, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site() -> Site:
    cast: Cast = make_cast()
    site = cast.yujingwan
    with site.open():
        start_sweep(
            compound=site.compound,
            cause=77,
            title="1-1",
            assigned=[(home, site.captain) for home in Home.objects.all()],
            due_at=timezone.now() + timedelta(hours=2),
        )
    return site


def at_once(site: Site, *deeds: Callable[[], object]) -> list[object]:
    """Run each deed in its own thread and transaction, begun together."""
    gate, answers = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            with site.open():
                answers.append(deed())
        except BaseException as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def failures(answers: list[object]) -> list[object]:
    return [one for one in answers if isinstance(one, BaseException)]


def verified_by(number: str, member: Member) -> Callable[[], object]:
    def deed() -> object:
        row = Verification.objects.select_related("sweep", "home").get(home__number=number)
        return verify(verification=row, outcome=Outcome.VERIFIED, how=How.DOOR, note="", by=member)

    return deed


def test_two_people_verify_the_same_door_at_once_and_it_is_one_fact(site: Site) -> None:
    answers = at_once(site, verified_by("301", site.captain), verified_by("301", site.volunteer))
    assert failures(answers) == []
    with site.open():
        row = Verification.objects.get(home__number="301")
        assert (row.outcome, row.attempts) == ("verified", 1)
        assert Entry.objects.filter(event="HouseholdVerified").count() == 1


def test_the_last_two_doors_at_once_complete_the_sweep_once(site: Site) -> None:
    with site.open():
        numbers = [home.number for home in Home.objects.all()]
        for number in numbers[:-2]:
            verified_by(number, site.captain)()
    answers = at_once(
        site, verified_by(numbers[-1], site.captain), verified_by(numbers[-2], site.volunteer)
    )
    assert failures(answers) == []
    with site.open():
        assert Sweep.objects.get().completed_at is not None
        assert Entry.objects.filter(event="SweepCompleted").count() == 1


def test_the_same_log_sent_twice_at_once_is_taken_once(site: Site) -> None:
    with site.open():
        doors = list(Verification.objects.order_by("-pk").values_list("pk", flat=True))
    now = timezone.now()
    said = [
        Said(
            uuid.uuid4(), pk, Tap.NEW, {"name": "赵丁", "phone": "", "stays": "inside"}, now, "a", n
        )
        for n, pk in enumerate(doors)
    ]
    sweep = _sweep(site)
    answers = at_once(
        site,
        lambda: take(sweep=sweep, said=said, by=site.captain),
        lambda: take(sweep=sweep, said=list(reversed(said)), by=site.captain),
    )
    assert failures(answers) == []
    states = sorted(fate.state for answer in answers for fate in answer)  # type: ignore[attr-defined]
    assert states == ["created"] * len(doors) + ["duplicate"] * len(doors)
    with site.open():
        assert SweepTap.objects.count() == len(doors)
        assert Resident.objects.filter(name="赵丁").count() == len(doors)


def _sweep(site: Site) -> Sweep:
    with site.open():
        return Sweep.objects.get()
