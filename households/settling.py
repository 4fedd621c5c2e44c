"""Writing what a door's log adds up to: its outcome, each person, and the end of the sweep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from compounds.models import Member
from households.files import add_member, add_phone
from households.models import (
    Found,
    How,
    Outcome,
    PersonCheck,
    Presence,
    PresenceChange,
    Resident,
    Sweep,
    SweepTap,
    Tap,
    Verification,
    Why,
)
from households.presence import set_presence
from households.sweep_log import Checked, DoorState, Person, add_up, named, standing
from journal.actions import record
from journal.events import plain

WRITTEN = (
    "outcome", "tried_at", "attempts", "note", "finished_at", "finished_by", "assignee"
)  # fmt: skip
FROM_DOORS = (Why.SWEEP, Why.SHEET)


def settle_doors(
    rows: Sequence[Verification], fresh: Sequence[SweepTap], *, why: Why, by: Member
) -> None:
    """Bring locked doors up to the sum of their lines. `fresh` are the lines that came just now."""
    new = {tap.key for tap in fresh if tap.kind == Tap.NEW}
    lines: dict[int, list[SweepTap]] = defaultdict(list)
    for tap in SweepTap.objects.filter(verification__in=rows):
        lines[tap.verification_id].append(tap)
    residents = _residents(rows)
    checks: dict[int, dict[int, PersonCheck]] = defaultdict(dict)
    for check in PersonCheck.objects.filter(verification__in=rows):
        checks[check.verification_id][check.resident_id] = check
    for row in rows:
        own = residents[row.household_id]
        for tap in standing(lines[row.pk]):
            if tap.key in new:
                _put_on_roster(row, tap, own, why, by)
        old = checks[row.pk]
        people = [_person(one) for one in own]
        state = add_up(lines[row.pk], people, {pk: one.was for pk, one in old.items()})
        _write_door(row, state, by)
        _write_people(row, state, old, {one.pk: one for one in own}, why, by)
    if rows:
        complete(rows[0].sweep, by=by)


def _residents(rows: Iterable[Verification]) -> dict[int, list[Resident]]:
    """The people of these doors with `since` and `began`: when and by what each came onto the
    roster, where it is known; two queries."""
    found: dict[int, list[Resident]] = defaultdict(list)
    files = [row.household_id for row in rows]
    living = list(Resident.objects.filter(household_id__in=files, moved_out_at=None))
    begun = {
        pk: (at, why)
        for pk, at, why in PresenceChange.objects.filter(resident__in=living, old="")
        .order_by("-at", "-id")
        .values_list("resident_id", "at", "why")
    }
    for one in living:
        one.since, one.began = begun.get(one.pk, (None, None))
        found[one.household_id].append(one)
    return found


def _person(one: Resident) -> Person:
    return Person(one.pk, one.name, one.presence, one.since, one.began in FROM_DOORS)  # type: ignore[attr-defined]


def _put_on_roster(
    row: Verification, tap: SweepTap, own: list[Resident], why: Why, by: Member
) -> None:
    """Somebody new joins the file; the same name again, from another phone, is the same person."""
    name, phone = tap.data["name"], tap.data.get("phone", "")
    known = named([_person(one) for one in own], name)
    resident = next((one for one in own if known and one.pk == known.pk), None)
    if resident is None:
        fields = {"name": name, "presence": Presence(tap.data.get("stays", Presence.INSIDE))}
        resident = add_member(household=row.household, fields=fields, why=why, by=by)
        resident.since, resident.began = tap.received_at, why  # type: ignore[attr-defined]
        own.append(resident)
    if phone:
        add_phone(household=row.household, resident=resident, number=phone, by=by)


def _write_door(row: Verification, state: DoorState, by: Member) -> None:
    before = (row.outcome, row.attempts, row.finished_at)
    row.outcome, row.tried_at, row.attempts = state.outcome, state.tried_at, state.attempts
    row.note, row.finished_at = state.note, state.finished_at
    row.finished_by_id = state.finished_by_id
    row.assignee_id = row.assignee_id or by.pk
    if before == (row.outcome, row.attempts, row.finished_at):
        return
    row.save(update_fields=WRITTEN)
    taken_back = state.outcome == Outcome.UNVERIFIED
    record(
        "DoorTakenBack" if taken_back else "HouseholdVerified",
        compound=row.compound_id,
        by=by,
        household=row.household_id,
        order=row.sweep.cause,
        data={
            "door": row.home.label,
            "outcome": plain(Outcome(row.outcome).label),
            "how": plain(How(state.how).label),
            "code": str(row.outcome),
        },
    )


def _write_people(
    row: Verification,
    state: DoorState,
    old: dict[int, PersonCheck],
    people: dict[int, Resident],
    why: Why,
    by: Member,
) -> None:
    """Checks as the log has them; a presence follows where the log says something new."""
    made = []
    for pk, said in state.checks.items():
        check = old.get(pk)
        if check is not None and _agrees(check, said) and check.at == said.at:
            continue
        moves = check is None or not _agrees(check, said)
        if check is None:
            check = PersonCheck(compound_id=row.compound_id, verification=row, resident_id=pk)
            made.append(check)
        check.found, check.implied, check.was = said.found, said.implied, said.was
        check.at = said.at
        if check.pk:
            check.save(update_fields=["found", "implied", "was", "at"])
        if moves:
            _follow(people[pk], said.presence, why, by)
    PersonCheck.objects.bulk_create(made)
    for pk in old.keys() & people.keys() - state.checks.keys():
        old[pk].delete()
        _follow(people[pk], old[pk].was, Why.UNDONE, by)


def _agrees(check: PersonCheck, said: Checked) -> bool:
    return (check.found, check.implied, check.was) == (said.found, said.implied, said.was)


def _follow(resident: Resident, presence: str, why: Why, by: Member) -> None:
    if resident.presence != presence:
        set_presence(resident=resident, presence=Presence(presence), why=why, by=by)


def unaccounted(sweep: Sweep) -> QuerySet[Resident]:
    """People of the sweep's households about whom nothing final is known: not asked for yet, or
    on the roster and not known there."""
    known = PersonCheck.objects.filter(
        verification__sweep=sweep, resident=OuterRef("pk"), compound_id=OuterRef("compound_id")
    ).exclude(found=Found.UNKNOWN)
    return Resident.objects.filter(
        moved_out_at=None,
        household_id__in=Verification.objects.filter(sweep=sweep, cancelled_at=None).values(
            "household_id"
        ),
    ).exclude(Exists(known))


def complete(sweep: Sweep, *, by: Member) -> bool:
    """Record, once, that every door is verified and every person accounted for."""
    # Two last doors at once: each would still see the other open, so the sweep's row is the
    # queue. It is locked after the doors, always in this order, and without the key: a line of
    # the log holds the key of the sweep that it belongs to.
    sweep = Sweep.objects.select_for_update(no_key=True).get(pk=sweep.pk)
    if sweep.completed_at is not None or sweep.closed_at is not None:
        return False
    rows = Verification.objects.filter(sweep=sweep, cancelled_at=None)
    if rows.open().exists() or unaccounted(sweep).exists():
        return False
    total = rows.count()
    sweep.completed_at, sweep.completed_by = timezone.now(), by
    sweep.save(update_fields=["completed_at", "completed_by"])
    record(
        "SweepCompleted",
        compound=sweep.compound_id,
        by=by,
        order=sweep.cause,
        data={"place": sweep.title, "households": total},
    )
    return True
