"""How invented people answer: by the script of their household, from the tries made so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drills.models import Drill
from households.models import Access
from notices.actions import acknowledge, mark_read
from notices.models import Receipt, Route


@dataclass
class Tries:
    """Calls and knocks so far, by household, kept with the drill so that a crash forgets none."""

    counts: dict[str, int]

    def again(self, kind: str, household: int) -> int:
        """Count one more; returns the how-manieth it is."""
        key = f"{kind}:{household}"
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]

    def so_far(self, kind: str, household: int) -> int:
        return self.counts.get(f"{kind}:{household}", 0)


def responds(script: dict[str, object], kind: str, times: int) -> bool:
    """Whether a call (or a knock) is answered the `times`-th time. 0 in the script is never."""
    wanted = int(str(script.get(kind, 0)))
    return 0 < wanted <= times


def readers(drill: Drill, minute: float, now: datetime) -> int:
    """Households whose page holds something unread look at it when their script says so."""
    waiting = (
        Receipt.objects.open()
        .filter(route=Route.APP, read_at=None, sent_at__isnull=False)
        .select_related("notice")
        .order_by("pk")
    )
    due = [one for one in waiting if _reads(drill, one, minute)]
    phones = _phones(one.household_id for one in due)
    for receipt in due:
        access = phones.get(receipt.household_id)
        if access is None:
            continue
        mark_read(household=access.household, now=now)
        if receipt.notice.needs_acknowledging:
            acknowledge(notice=receipt.notice, by=access)
    return len(due)


def _reads(drill: Drill, receipt: Receipt, minute: float) -> bool:
    after = int(str(drill.scripts.get(str(receipt.household_id), {}).get("page", 0)))
    sent = drill.minute(receipt.sent_at) if receipt.sent_at else minute
    return 0 < after <= minute - sent


def _phones(households: Iterable[int]) -> dict[int, Access]:
    rows = Access.objects.filter(household__in=set(households), ended_at=None)
    return {one.household_id: one for one in rows.select_related("household").order_by("-pk")}
