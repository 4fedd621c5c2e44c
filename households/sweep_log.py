"""The log of a sweep: lines come in any order, twice, from several phones, and add up to one state.

A door's state is computed from all of its lines in the order in which they were said. Within one
device that order is the device's own counting, whatever its clock did; between devices it is the
server's time. So it does not matter when a line arrives, nor how often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from households.models import (
    INSIDE,
    Found,
    How,
    Outcome,
    Presence,
    SweepTap,
    Tap,
)

SAME_TAP = timedelta(minutes=1)  # an outcome said again within this time is the same try
UNDO_WITHIN = timedelta(minutes=1)
SERVER = "server"  # the device of pages that need the network


@dataclass(frozen=True)
class Person:
    """Somebody of the household as the files know them when the log is added up."""

    pk: int
    name: str
    presence: str
    since: datetime | None = None  # when they came onto the roster; None: always there
    from_door: bool = False  # a line of a sweep put them onto the roster


@dataclass(frozen=True)
class Checked:
    """What the log says about one person, and the presence that follows from it."""

    found: str
    implied: bool
    was: str
    at: datetime

    @property
    def presence(self) -> str:
        """Seen: inside, or what they were; away stays recalled where they are on the way."""
        if self.implied or self.found == Found.UNKNOWN:
            return self.was
        if self.found == Found.AWAY:
            return self.was if self.was == Presence.RECALLED else Presence.AWAY
        if self.found == Found.TRANSFERRED:
            return Presence.TRANSFERRED
        return self.was if self.was in INSIDE else Presence.INSIDE


@dataclass
class DoorState:
    """The sum of a door's lines."""

    outcome: str = Outcome.UNVERIFIED
    tried_at: datetime | None = None
    attempts: int = 0
    note: str = ""
    how: str = How.DOOR
    finished_at: datetime | None = None
    finished_by_id: int | None = None
    checks: dict[int, Checked] = field(default_factory=dict)


def in_order(taps: Iterable[SweepTap]) -> list[SweepTap]:
    """The lines as they were said; a clock that was put back does not turn a phone's order."""
    devices: dict[tuple[str, int | None], list[SweepTap]] = defaultdict(list)
    for tap in taps:
        devices[tap.device, tap.member_id].append(tap)
    keyed: list[tuple[datetime, str, int, str, SweepTap]] = []
    for (device, _member), own in devices.items():
        own.sort(key=lambda tap: (tap.sequence, tap.at, str(tap.key)))
        latest = own[0].at
        for tap in own:
            latest = max(latest, tap.at)
            keyed.append((latest, device, tap.sequence, str(tap.key), tap))
    return [row[-1] for row in sorted(keyed, key=lambda row: row[:4])]


def standing(taps: Iterable[SweepTap]) -> list[SweepTap]:
    """The lines that were not taken back, in order. Taking back is for the same person, within a
    minute; somebody new stays, and is corrected in the file."""
    taps = list(taps)
    by_key = {tap.key: tap for tap in taps}
    gone: set[UUID] = set()
    for undo in taps:
        if undo.kind != Tap.UNDO:
            continue
        target = by_key.get(UUID(undo.data["target"]))
        if target is not None and may_take_back(target, undo.member_id, undo.at):
            gone.add(target.key)
    return in_order(tap for tap in taps if tap.kind != Tap.UNDO and tap.key not in gone)


def may_take_back(target: SweepTap, member: int | None, at: datetime) -> bool:
    return (
        target.kind in (Tap.DOOR, Tap.PERSON)
        and target.member_id == member
        and abs(at - target.at) <= UNDO_WITHIN
    )


def add_up(taps: Iterable[SweepTap], people: Iterable[Person], was: dict[int, str]) -> DoorState:
    """The door's state. `was`: each person's presence before the sweep touched it, where known."""
    known = {one.pk: one for one in people}
    base = {pk: was.get(pk, one.presence) for pk, one in known.items()}
    state = DoorState()
    for tap in standing(taps):
        if tap.kind == Tap.DOOR:
            _say_door(state, tap, known.values(), base)
        elif tap.kind == Tap.PERSON and tap.data["resident"] in known:
            pk = tap.data["resident"]
            state.checks[pk] = Checked(tap.data["found"], False, base[pk], tap.at)
        elif tap.kind == Tap.NEW:
            _say_new(state, tap, known.values(), base)
    _reopen_for_strangers(state)
    return state


def _say_door(
    state: DoorState, tap: SweepTap, people: Iterable[Person], base: dict[int, str]
) -> None:
    outcome, note = tap.data["outcome"], tap.data.get("note", "")
    if _is_same(state, outcome, note, tap.at):
        return
    if outcome == Outcome.UNREACHABLE and state.finished_at is not None:
        return  # somebody else verified it before this was said
    state.outcome, state.tried_at = outcome, tap.at
    state.attempts += tap.data.get("times", 1)
    state.note = note or state.note
    state.how = tap.data.get("how", How.DOOR)
    if outcome == Outcome.VERIFIED:
        state.finished_at, state.finished_by_id = tap.at, tap.member_id
        _imply(state, tap, people, base)
        return
    state.finished_at = state.finished_by_id = None
    state.checks = {pk: one for pk, one in state.checks.items() if not one.implied}


def _is_same(state: DoorState, outcome: str, note: str, at: datetime) -> bool:
    if state.outcome != outcome or (note and note != state.note):
        return False
    if outcome == Outcome.VERIFIED:
        return True
    return state.tried_at is not None and at - state.tried_at < SAME_TAP


def _imply(state: DoorState, tap: SweepTap, people: Iterable[Person], base: dict[int, str]) -> None:
    """ "As on the roster": who was on it then is where it says, unless somebody said otherwise."""
    for one in people:
        if one.pk in state.checks or (one.since is not None and one.since > tap.received_at):
            continue
        state.checks[one.pk] = Checked(_found_as(base[one.pk]), True, base[one.pk], tap.at)


def _found_as(presence: str) -> str:
    if presence in INSIDE:
        return Found.SEEN
    return Found.TRANSFERRED if presence == Presence.TRANSFERRED else Found.AWAY


def _say_new(
    state: DoorState, tap: SweepTap, people: Iterable[Person], base: dict[int, str]
) -> None:
    """Somebody whom a line put onto the roster was seen; the last line says as what."""
    one = named(people, tap.data.get("name", ""))
    if one is None:
        return
    if one.from_door:
        base[one.pk] = tap.data.get("stays", Presence.INSIDE)
    state.checks[one.pk] = Checked(Found.SEEN, False, base[one.pk], tap.at)


def named(people: Iterable[Person], name: str) -> Person | None:
    """The person of this name; somebody whom the sweep added before one who was there."""
    same = sorted(
        (one for one in people if one.name == name), key=lambda p: (not p.from_door, p.pk)
    )
    return same[0] if same else None


def _reopen_for_strangers(state: DoorState) -> None:
    """A person of the roster whom nobody knows here keeps the door open until the file is right."""
    unknown = any(one.found == Found.UNKNOWN for one in state.checks.values())
    if unknown and state.outcome == Outcome.VERIFIED:
        state.outcome = Outcome.DISPUTED
        state.finished_at = state.finished_by_id = None
