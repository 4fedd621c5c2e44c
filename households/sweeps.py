"""What is done at the doors of a sweep: lines of its log, and what follows from them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import (
    Found,
    How,
    Outcome,
    Resident,
    Sweep,
    SweepTap,
    Tap,
    Verification,
    Why,
)
from households.phones import Bad, normalise
from households.settling import settle_doors
from households.sweep_log import SAME_TAP, SERVER, may_take_back
from lockdown.kernel.errors import Refused

RECORDABLE = (Outcome.VERIFIED, Outcome.DISPUTED, Outcome.UNREACHABLE)
MOST = 200  # lines in one batch
BELIEVED = timedelta(minutes=2)  # a phone's clock may be this far off and is taken as it is
OLDEST = timedelta(days=14)  # a line said longer ago than this is a broken clock


@dataclass(frozen=True)
class Said:
    """One line as a phone, a form or a typed sheet sends it. `at` is by the sender's clock."""

    key: uuid.UUID
    verification: int
    kind: Tap
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    device: str = SERVER
    sequence: int = 0


@dataclass(frozen=True)
class Fate:
    """What became of one line: created, duplicate, or refused with a sentence."""

    key: uuid.UUID
    state: str
    reason: str = ""


@transaction.atomic
def take(
    *,
    sweep: Sweep,
    said: Sequence[Said],
    sent_at: datetime | None = None,
    why: Why = Why.SWEEP,
    by: Member,
) -> list[Fate]:
    """Add lines to the log of a sweep; each is created, known already, or refused by itself.

    The same lines again, in another order or in other batches, leave the same rows. The server's
    time rules: where the sender's clock (`sent_at`) is further off than BELIEVED, each line is put
    right by as much, and keeps by how much it was.
    """
    now = timezone.now()
    if len(said) > MOST:
        raise Refused(_("Send at most %(most)s lines at once.") % {"most": MOST})
    doors = lock_doors(sweep, {one.verification for one in said}, by)
    # Two phones with the same line at once: the second waits for the door, then finds it here.
    known = set(
        SweepTap.objects.filter(key__in=[one.key for one in said]).values_list("key", flat=True)
    )
    people = _people(doors)
    fates, fresh = [], []
    for one in said:
        if one.key in known:
            fates.append(Fate(one.key, "duplicate"))
            continue
        door = doors.get(one.verification)
        refusal = _refusal(one, door, people)
        if refusal or door is None:
            fates.append(Fate(one.key, "refused", refusal))
            continue
        known.add(one.key)
        fresh.append(_line(one, door, sent_at, now, by))
        fates.append(Fate(one.key, "created"))
    _keep(fresh, doors, why, by)
    return fates


def lock_doors(sweep: Sweep, wanted: Iterable[int], by: Member) -> dict[int, Verification]:
    """In the order of their ids, so that two batches cannot wait for each other."""
    rows = Verification.objects.filter(by.within("home__"), sweep=sweep, pk__in=list(wanted))
    rows = rows.select_for_update(of=("self",)).select_related(
        "compound", "home", "sweep", "household"
    )
    return {row.pk: row for row in rows.order_by("pk")}


def _people(doors: dict[int, Verification]) -> dict[int, int]:
    """Each person of these doors, moved out or not, with the household."""
    files = [door.household_id for door in doors.values()]
    return dict(Resident.objects.filter(household_id__in=files).values_list("id", "household_id"))


def _refusal(one: Said, door: Verification | None, people: dict[int, int]) -> str:
    if door is None:
        return _("This door is not on your list.")
    if door.cancelled_at is not None or door.sweep.closed_at is not None:
        return _("This sweep has ended; there is nothing left to verify here.")
    data = one.data
    if one.kind == Tap.DOOR and data.get("outcome") not in RECORDABLE:
        return _("Choose what you found at the door.")
    if one.kind == Tap.PERSON and (
        data.get("found") not in Found.values
        or people.get(data.get("resident", 0)) != door.household_id
    ):
        return _("This person is not in the file of %(door)s.") % {"door": door.home.label}
    if one.kind == Tap.NEW:
        return _refusal_of_new(data, door)
    return ""


def _refusal_of_new(data: dict[str, Any], door: Verification) -> str:
    if door.household.closed_at is not None:
        return _("This file is closed. Open the home's present file.")
    if not data.get("name"):
        return _("Write the name.")
    if data.get("phone"):
        read = normalise(data["phone"])
        if len(read) != 1 or isinstance(read[0], Bad):
            return _("This is not one usable phone number. Check its digits.")
    return ""


def _line(
    one: Said, door: Verification, sent_at: datetime | None, now: datetime, by: Member
) -> SweepTap:
    ahead = sent_at - now if sent_at else timedelta()
    off = abs(ahead) > BELIEVED
    at = one.at or now
    at = at - ahead if off else at
    return SweepTap(
        compound_id=door.compound_id,
        sweep_id=door.sweep_id,
        verification=door,
        member=by,
        key=one.key,
        kind=one.kind,
        data=one.data,
        at=max(min(at, now + BELIEVED), now - OLDEST),
        device=one.device,
        sequence=one.sequence,
        received_at=now,
        clock_ahead=ahead if off else None,
    )


def _keep(
    fresh: list[SweepTap], doors: dict[int, Verification], why: Why, by: Member
) -> list[Verification]:
    """Write the lines, then what each touched door adds up to, then whether that was the last."""
    if not fresh:
        return []
    SweepTap.objects.bulk_create(fresh)
    touched: dict[int, list[SweepTap]] = defaultdict(list)
    for tap in fresh:
        touched[tap.verification_id].append(tap)
    rows = [doors[pk] for pk in sorted(touched)]
    settle_doors(rows, fresh, why=why, by=by)
    return rows


def verify(
    *, verification: Verification, outcome: Outcome, how: How, note: str, by: Member
) -> Verification:
    """What was found at a door. Verified ends the work; everything else stays open.

    The same outcome again changes nothing. Differing after verified opens the door again;
    nobody reached after verified is refused.
    """
    return say_outcome(
        verification=verification, outcome=outcome, how=how, note=note, key=uuid.uuid4(), by=by
    )


@transaction.atomic
def say_outcome(
    *,
    verification: Verification,
    outcome: Outcome,
    how: How,
    note: str,
    key: uuid.UUID,
    by: Member,
) -> Verification:
    """The same as `verify`, with the key of the form that was sent: sent twice it is one line."""
    now = timezone.now()
    doors = lock_doors(verification.sweep, [verification.pk], by)
    row = doors.get(verification.pk, verification)
    data = {"outcome": str(outcome), "how": str(how), "note": note.strip()[:300]}
    one = Said(key, row.pk, Tap.DOOR, data)
    refusal = _refusal(one, doors.get(row.pk), {})
    if refusal:
        raise Refused(refusal, field="outcome")
    if _is_same(row, outcome, note, now) or SweepTap.objects.filter(key=key).exists():
        return row
    if row.finished_at is not None and outcome == Outcome.UNREACHABLE:
        raise Refused(
            _("%(door)s is verified already, by %(who)s.")
            % {"door": row.home.label, "who": row.finished_by},
            code="already_verified",
        )
    _keep([_line(one, row, None, now, by)], doors, Why.SWEEP, by)
    return row


def _is_same(row: Verification, outcome: Outcome, note: str, now: datetime) -> bool:
    if row.outcome != outcome or (note and note != row.note):
        return False
    if outcome == Outcome.VERIFIED:
        return True
    return row.tried_at is not None and now - row.tried_at < SAME_TAP / row.compound.pace


@transaction.atomic
def say(*, verification: Verification, said: Said, by: Member) -> Verification:
    """One line from a page: a person, somebody new. Refused as a whole; twice is once."""
    (fate,) = take(sweep=verification.sweep, said=[said], by=by)
    if fate.state == "refused":
        raise Refused(fate.reason)
    return Verification.objects.select_related("home").get(pk=verification.pk)


@transaction.atomic
def take_back(*, sweep: Sweep, key: uuid.UUID, by: Member) -> SweepTap:
    """Undo a tap of one's own within a minute. Later it is corrected by a new outcome."""
    target = SweepTap.objects.filter(sweep=sweep, key=key).select_related("verification").first()
    now = timezone.now()
    if target is None or not may_take_back(target, by.pk, now):
        raise Refused(_("Only your own last tap can be taken back, within a minute."))
    undo = Said(
        uuid.uuid5(key, "undo"), target.verification_id, Tap.UNDO, {"target": str(key)}, now
    )
    (fate,) = take(sweep=sweep, said=[undo], by=by)
    if fate.state == "refused":
        raise Refused(fate.reason)
    return target
