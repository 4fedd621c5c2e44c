"""Playing the staff: each member does what is on their own list, then helps those of their kind.

All that the play remembers is with the drill (`state`): what each member has in hand and until
when, how long each was busy, which items rest until when, and the tries at each door. It is
written in the transaction of the deeds, so a tick that dies leaves neither.
"""

from __future__ import annotations

import heapq
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from compounds.models import Member
from compounds.roles import Permission, Role
from compounds.rota import WHO
from drills.answers import Tries
from drills.deeds import Hand, begin, do
from drills.figures import AGAIN, COSTS, RUSH
from drills.items import Item, fresh, open_items, with_telephone
from drills.models import Drill
from lockdown.kernel.errors import Refused
from seals.models import SealOrder

log = structlog.get_logger(__name__)


# Of each member: minutes with something in hand, those of them in the rush, items of the own list
# and of others' that were worked on.
BOOK = ("busy", "rush", "done", "helped")


class Play:
    """One tick of the played staff, within the practice compound's scope."""

    def __init__(self, drill: Drill, minute: float, now: datetime) -> None:
        self.drill, self.minute = drill, minute
        state = drill.state
        self.hands: dict[str, dict[str, Any]] = state.setdefault("hands", {})
        self.rests: dict[str, float] = state.setdefault("rests", {})
        self.people: dict[str, dict[str, float]] = state.setdefault("people", {})
        if "duties" not in state:
            state["duties"] = _duties(drill)
        tries = Tries(state.setdefault("tries", {}))
        self.hand = Hand(drill, now, minute, tries, with_telephone())
        members = Member.objects.filter(left_at=None).order_by("pk")
        self.members = {one.pk: one for one in members if one.may(Permission.WORK_DO)}
        self.items = {item.key: item for item in open_items(drill)}
        self.taken = {hand["key"] for hand in self.hands.values()}

    def run(self) -> int:
        """Everybody up to this minute, whoever is free first; how many items were done."""
        queue = [(self._free_at(pk), pk) for pk in self.members]
        heapq.heapify(queue)
        done = 0
        while queue:
            at, pk = heapq.heappop(queue)
            if at > self.minute:
                continue
            done += self._put_down(self.members[pk], at)
            item = self._choose(self.members[pk], at)
            if item is not None:
                heapq.heappush(queue, (self._take(self.members[pk], item, at), pk))
        return done

    def _free_at(self, pk: int) -> float:
        """When a member is free: what is in hand is done then. The idle are free now."""
        held = self.hands.get(str(pk))
        return float(held["until"]) if held else self.minute

    def _choose(self, member: Member, at: float) -> Item | None:
        """The first due of the own list; else of others who do the same kind of work."""
        open_now = [
            item
            for key, item in self.items.items()
            if key not in self.taken and item.opens <= at and self.rests.get(key, 0) <= at
        ]
        own = [item for item in open_now if item.row.assignee_id == member.pk]
        others = [item for item in open_now if _does(member, item.duty)]
        return min(own or others, key=lambda item: item.place, default=None)

    def _take(self, member: Member, item: Item, at: float) -> float:
        cost = COSTS[item.kind]
        self.hands[str(member.pk)] = {
            "key": item.key,
            "until": at + cost,
            "own": item.row.assignee_id == member.pk,
        }
        self.taken.add(item.key)
        book = self.people.setdefault(str(member.pk), dict.fromkeys(BOOK, 0))
        book["busy"] += cost
        book["rush"] += max(0.0, min(at + cost, RUSH) - at)
        self._safely(item, lambda: begin(item, member))
        return at + cost

    def _put_down(self, member: Member, at: float) -> int:
        """Do what was in hand; an item that stays open rests before it is tried again."""
        held = self.hands.pop(str(member.pk), None)
        if held is None:
            return 0
        key = held["key"]
        self.taken.discard(key)
        item = self.items.get(key)
        if item is None:  # somebody else has done it in the meantime
            return 0
        self.hand.minute = at
        until = self._safely(item, lambda: do(item, self.hand, member))
        book = self.people[str(member.pk)]
        book["done" if held["own"] else "helped"] += 1
        self._look_again(item, at, until)
        return 1

    def _look_again(self, item: Item, at: float, until: float | None) -> None:
        rest = until if until is not None else at + AGAIN.get(item.kind, 0)
        now = fresh(self.drill, item)
        if now is None:
            self.items.pop(item.key, None)
            self.rests.pop(item.key, None)
            return
        self.items[item.key] = now
        self.rests[item.key] = rest

    def _safely(self, item: Item, deed: Any) -> float | None:
        """A refusal stops neither the member nor the drill: the item rests and is tried again."""
        try:
            with transaction.atomic():
                return deed()
        except Refused as refusal:
            log.info("drill_refused", drill=self.drill.pk, item=item.kind, why=str(refusal))
            return self.hand.minute + AGAIN["refused"]


def _does(member: Member, duty: str) -> bool:
    """Whether such work is done by this role; the manager does what has nobody else."""
    return member.role in WHO.get(duty, (Role.MANAGER,))


def _duties(drill: Drill) -> dict[str, str]:
    steps = SealOrder.objects.values_list("steps", flat=True).get(pk=drill.order_id)
    named = {step["key"]: str(step.get("params", {}).get("who", "manage")) for step in steps}
    return {key: duty if duty in WHO else "manage" for key, duty in named.items()}
