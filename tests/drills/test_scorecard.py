"""The scorecard against a small scene whose numbers are worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drills import words
from drills.actions import end
from drills.models import Drill, Mode
from drills.queries import card_of
from drills.scorecard import scorecard
from households.models import Verification
from lockdown.demo.clock import at
from notices.models import Receipt
from tests.drills.scene import Practised
from waste.models import DisinfectionRound


@pytest.fixture
def drill(practised: Practised) -> Drill:
    return practised.start(mode=Mode.PEOPLE)


def by_hand(practised: Practised, drill: Drill, model: type, minutes: list[int | None]) -> None:
    """Finish the rows at these minutes of the plan; None stays open."""
    with practised.inside(drill):
        rows = list(model.objects.order_by("pk"))
        for row, minute in zip(rows, minutes, strict=True):
            if minute is not None:
                row.finished_at = practised.began + timedelta(minutes=minute) / 60
                if model is Verification:
                    row.outcome = "verified"
                if model is DisinfectionRound:
                    row.done_mg_per_litre = 1000
                row.save()


def measured(practised: Practised, drill: Drill, minute: int) -> dict:
    now = practised.began + timedelta(minutes=minute) / 60
    with practised.inside(drill):
        return scorecard(drill, now)


def lines(card: dict) -> dict[str, dict]:
    return {one["key"]: one for one in card["lines"]}


def test_shares_are_told_when_so_many_were_reached(practised: Practised, drill: Drill) -> None:
    by_hand(practised, drill, Receipt, [5, 10, 20, 40, 50, 70])
    found = lines(measured(practised, drill, 100))
    assert found["told_half"]["value"] == 20
    assert found["told_most"]["value"] == 70  # 90 % of six are six
    assert found["told_all"]["value"] == 70
    assert (found["told_half"]["state"], found["told_most"]["state"]) == ("met", "not_met")
    assert found["told_all"] | {"done": 6, "total": 6, "state": "met"} == found["told_all"]


def test_what_is_open_waits_until_its_time_has_passed(practised: Practised, drill: Drill) -> None:
    by_hand(practised, drill, Verification, [30, 60, 90, 120, 150, None])
    found = lines(measured(practised, drill, 299))["verified_all"]
    assert (found["state"], found["value"], found["done"]) == ("waiting", None, 5)
    card = measured(practised, drill, 301)
    assert lines(card)["verified_all"]["state"] == "not_met"
    assert len(card["unverified"]) == 1


def test_the_first_round_is_measured_against_the_plans_time(
    practised: Practised, drill: Drill
) -> None:
    by_hand(practised, drill, DisinfectionRound, [125])
    found = lines(measured(practised, drill, 200))["round_first"]
    assert (found["value"], found["target"], found["state"]) == (125, 120, "not_met")


def test_the_verdict_says_how_much_earlier(practised: Practised, drill: Drill) -> None:
    by_hand(practised, drill, Verification, [30, 60, 90, 120, 150, 282])
    card = measured(practised, drill, 290)
    assert words.verdict(drill, card) == "19:42 全部核对完，比要求早 18 分钟。"


def test_targets_are_those_of_the_drill(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE, targets={"verified_all": 100})
    by_hand(practised, drill, Verification, [30, 60, 90, 95, 98, 120])
    found = lines(measured(practised, drill, 130))["verified_all"]
    assert (found["target"], found["state"]) == (100, "not_met")


def test_an_ended_drill_shows_the_card_it_ended_with(practised: Practised, drill: Drill) -> None:
    now = practised.began + timedelta(minutes=2)
    with at(now), practised.site.open():
        ended = end(drill=drill, by=practised.site.manager)
    with practised.site.open():
        assert card_of(ended, now + timedelta(hours=3)) == ended.card
    assert ended.card["minute"] == 120


def test_missed_work_is_counted_with_its_doors(practised: Practised, drill: Drill) -> None:
    with practised.inside(drill):
        Verification.objects.filter(home__number="101").update(missed_at=practised.began)
    (missed,) = measured(practised, drill, 10)["missed"]
    assert missed == {"what": "verification", "count": 1, "open": 1, "doors": ["1-1-101"]}


def test_the_card_costs_the_same_queries_for_any_number_of_homes(
    practised: Practised, drill: Drill
) -> None:
    with (
        practised.inside(drill),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        scorecard(drill, practised.began)
    assert len(queries) <= 8


def test_a_plan_without_a_step_has_nothing_to_measure_there(
    practised: Practised, drill: Drill
) -> None:
    with practised.inside(drill):
        DisinfectionRound.objects.update(cancelled_at=practised.began)
    card = measured(practised, drill, 1400)
    found = lines(card)["round_first"]
    assert (found["state"], found["total"]) == ("none", 0)
    assert card["met"] + card["not_met"] < len(card["lines"])
