"""One item done by the member who has it in hand, through the real action of its room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from compounds.models import Member
from compounds.pace import real_time
from drills.answers import Tries, responds
from drills.figures import KNOCKS_BEFORE_CALL
from drills.items import Item
from drills.models import Drill
from households.models import Outcome
from households.sweeps import How, verify
from notices.actions import no_answer, told
from notices.models import Told
from seals.actions import finish_task
from seals.models import RecallOutcome
from seals.recalls import record_recall
from volunteers.actions import record_call
from volunteers.models import CareOutcome
from waste.actions import finish_round, move_window, start_round


@dataclass
class Hand:
    """What a deed needs to know: the drill, the moment, what was tried, who has a telephone."""

    drill: Drill
    now: datetime
    minute: float
    tries: Tries
    telephones: set[int]

    def script(self, household: int) -> dict[str, object]:
        return self.drill.scripts.get(str(household), {})

    def answered(self, kind: str, household: int) -> bool:
        """One more call or knock; whether somebody answers it."""
        times = self.tries.again(kind, household)
        return responds(self.script(household), kind, times)


def begin(item: Item, by: Member) -> None:
    """What is recorded when an item is begun, not when it is done."""
    if item.kind == "round":
        start_round(round=item.row, by=by)


def do(item: Item, hand: Hand, by: Member) -> float | None:
    """Do it; returns the minute before which it is not looked at again, when that is known."""
    return _DEEDS[item.kind](item, hand, by)


def _call(item: Item, hand: Hand, by: Member) -> None:
    if hand.answered("call", item.household):
        told(receipt=item.row, how=Told.CALL, by=by)
    else:
        no_answer(receipt=item.row, seen=item.row.attempts, by=by)


def _knock(item: Item, hand: Hand, by: Member) -> None:
    if hand.answered("knock", item.household):
        told(receipt=item.row, how=Told.DOOR, by=by)
    else:
        no_answer(receipt=item.row, seen=item.row.attempts, by=by)


def _verify(item: Item, hand: Hand, by: Member) -> None:
    """At the door; by telephone when it stayed shut. What differs is put right the next time."""
    row, household = item.row, item.household
    shut = hand.tries.so_far("shut", household) >= KNOCKS_BEFORE_CALL
    how = How.CALL if shut and household in hand.telephones else How.DOOR
    if not hand.answered("call" if how == How.CALL else "knock", household):
        hand.tries.again("shut", household)
        outcome = Outcome.UNREACHABLE
    elif hand.script(household).get("differs") and row.outcome != Outcome.DISPUTED:
        outcome = Outcome.DISPUTED
    else:
        outcome = Outcome.VERIFIED
    verify(verification=row, outcome=outcome, how=how, note="", by=by)


def _recall(item: Item, hand: Hand, by: Member) -> float | None:
    """Who says that he is on the way is back after so long; some stay where they are."""
    script, row = hand.script(item.household), item.row
    if row.outcome == RecallOutcome.COMING:
        record_recall(recall=row, outcome=RecallOutcome.RETURNED, by=by)
        return None
    if row.attempts + 1 < int(str(script.get("recall", 1))):
        record_recall(recall=row, outcome=RecallOutcome.NO_ANSWER, by=by)
        return None
    minutes = int(str(script.get("back", 0)))
    if not minutes:
        record_recall(recall=row, outcome=RecallOutcome.STAYS_AWAY, by=by)
        return None
    back = hand.minute + minutes
    expected = real_time(hand.drill.practice, hand.drill.started_at, hand.drill.plan_clock(back))
    record_recall(recall=row, outcome=RecallOutcome.COMING, expected_at=expected, by=by)
    return back


def _care(item: Item, hand: Hand, by: Member) -> None:
    by_phone = item.household in hand.telephones and not item.row.needs_knock
    if not hand.answered("call" if by_phone else "knock", item.household):
        record_call(visit=item.row, outcome=CareOutcome.NO_ANSWER, by=by)
        return
    need = str(hand.script(item.household).get("need", ""))
    outcome = CareOutcome.NEEDS if need else CareOutcome.WELL
    record_call(visit=item.row, outcome=outcome, needs=need, by=by)


def _round(item: Item, hand: Hand, by: Member) -> None:
    row = item.row
    finish_round(
        round=row,
        agent=row.agent,
        mg_per_litre=row.mg_per_litre,
        contact_minutes=row.contact_minutes,
        by=by,
    )


def _move(item: Item, hand: Hand, by: Member) -> None:
    move_window(window=item.row, to_phase=item.kind, by=by)


def _task(item: Item, hand: Hand, by: Member) -> None:
    finish_task(task=item.row, note="", by=by)


_DEEDS: dict[str, Callable[[Item, Hand, Member], float | None]] = {
    "call": _call,
    "knock": _knock,
    "verify": _verify,
    "recall": _recall,
    "care": _care,
    "round": _round,
    "put_out": _move,
    "collecting": _move,
    "closed": _move,
    "task": _task,
}
