"""The six days of 御景湾, replayed through the real actions, end with the story's own numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection

from compounds.models import Compound
from lockdown.kernel.tenancy import scope
from supplies.models import Claim, Payment, PurchaseOrder, Settlement
from supplies.reconciling import breaches, broken

COMMAND = "lockdown.management.commands.story"
SIX_DAYS = (datetime(2021, 7, 31, tzinfo=UTC), datetime(2021, 8, 6, tzinfo=UTC))

# docs/story.md says of each where it comes from.
ENDS_WITH = {
    "households": 90,
    "people": 186,
    "lone_elders": 12,
    "away": 5,
    "verified": 90,
    "notices": 1,
    "told": 90,
    "reached": 90,
    "recalls": 10,
    "recalls_settled": 10,
    "disinfection_rounds": 5,
    "disinfection_missed": 1,
    "rubbish_collections": 5,
    "care_calls": 78,
    "screening_rounds": 2,
    "deliveries": 2,
    "doors_reached_1": 88,
    "doors_reached_2": 88,
    "doors_nobody_inside": 2,
    "doors_isolated": 2,
    "doors_rung": 4,
    "orders": 176,
    "order_for_others": 50,
    "households_without_food_order": 6,
    "allocated": 492,
    "refunded": 5,
    "refunded_fen": 12500,
    "claims": 1,
    "claims_fen": 598,
    "paid_fen": 1124462,
    "unpaid_fen": 0,
    "ledger_difference_fen": 0,
    "days": 6,
}
# One household gets a piece less than was shared out to it, with its refund and without.
MUTANTS = (
    "SET allocated = allocated - 1, refunded = refunded + 1",
    "SET allocated = allocated - 1, ordered = ordered - 1",
)


@pytest.mark.django_db(transaction=True)
def test_the_story_ends_with_its_own_numbers() -> None:
    out = StringIO()
    # The test database is migrated already, and the owner's connection is not open to tests.
    with patch(f"{COMMAND}.call_command"):
        call_command("story", "yujingwan", "--json", stdout=out)
    assert json.loads(out.getvalue()) == ENDS_WITH
    story = Compound.objects.get(slug="story-1")
    assert _dated_elsewhere(story.pk) == []
    assert broken(story.pk) == []
    for mutant in MUTANTS:
        assert len(_broken_after(story.pk, mutant)) == 1, mutant


def _dated_elsewhere(compound: int) -> list[str]:
    """Rows of money and goods whose time is not one of the six days."""
    dated = ((Payment, "at"), (PurchaseOrder, "made_at"), (Claim, "made_at"), (Settlement, "at"))
    with scope([compound]):
        return [
            model.__name__
            for model, column in dated
            if model.objects.exclude(**{f"{column}__range": SIX_DAYS}).exists()
        ]


def _broken_after(compound: int, change: str) -> list[str]:
    """The invariants broken by a change of one allocation, which is taken back."""
    with scope([compound]), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        cursor.execute(
            f"UPDATE supplies_allocation {change} "
            "WHERE id = (SELECT min(id) FROM supplies_allocation)"
        )
        found = breaches(cursor)
        cursor.execute("ROLLBACK TO before")
    return found
