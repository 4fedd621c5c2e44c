"""Changing one household's file: members, presence, care marks, numbers, relatives."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from households import pinyin
from households.models import (
    CareFlag,
    CareKind,
    Household,
    Phone,
    Presence,
    Relative,
    Resident,
    Why,
)
from households.phones import Bad, last_four, normalise
from households.presence import keep_changes
from households.presence import set_presence as set_presence
from journal.actions import Actor, record
from journal.events import plain
from lockdown.kernel.errors import Refused

MEMBER_FIELDS = ("name", "relation", "sex", "birth_year", "is_head", "note")


@transaction.atomic
def set_flag(
    *, household: Household, resident: Resident | None, kind: CareKind, note: str, by: Actor
) -> CareFlag:
    """Mark a person, or the whole home, as needing attention; `note` says why, since the mark
    decides who is called and who is let out. Set again it stays one mark."""
    lock_file(household)
    if not note.strip():
        raise Refused(_("Say why, so that the next person can judge it."), field="note")
    flag, made = CareFlag.objects.get_or_create(
        compound_id=household.compound_id,
        household=household,
        resident=resident,
        kind=kind,
        ended_at=None,
        defaults={"note": note.strip(), "set_by": by.actor_label[:80]},
    )
    if made:
        record_in_file("CareFlagSet", household, by, flag=plain(CareKind(kind).label), kind=kind)
    return flag


@transaction.atomic
def end_flag(*, flag: CareFlag, by: Actor) -> CareFlag:
    flag = CareFlag.objects.select_for_update().get(pk=flag.pk)
    if flag.ended_at is None:
        flag.ended_at = timezone.now()
        flag.save(update_fields=["ended_at"])
        label = plain(CareKind(flag.kind).label)
        record_in_file("CareFlagEnded", flag.household, by, flag=label, kind=flag.kind)
    return flag


@transaction.atomic
def add_member(
    *, household: Household, fields: dict[str, Any], why: Why = Why.FILE, by: Actor
) -> Resident:
    """Somebody of this home whom the roster lacks. The same name and year again is refused."""
    lock_file(household)
    same = Resident.objects.filter(
        household=household,
        name=fields["name"],
        birth_year=fields.get("birth_year"),
        moved_out_at=None,
    )
    if same.exists():
        raise Refused(_("%(name)s is in this file already.") % {"name": fields["name"]})
    resident = Resident(
        compound_id=household.compound_id,
        household=household,
        presence=fields.get("presence") or Presence.INSIDE,
        position=Resident.objects.filter(household=household).count(),
    )
    _fill(resident, fields)
    resident.save()
    keep_changes([(resident, "")], why=why, by=by)
    record_in_file("HouseholdChanged", household, by, what="member_added", resident=resident.pk)
    return resident


@transaction.atomic
def change_member(*, resident: Resident, fields: dict[str, Any], by: Actor) -> Resident:
    """Correct a person's particulars; nothing different changes nothing."""
    resident = lock_resident(resident)
    changed = [
        one for one in MEMBER_FIELDS if one in fields and getattr(resident, one) != fields[one]
    ]
    if changed:
        _fill(resident, fields)
        resident.save(update_fields=[*changed, "pinyin", "initials"])
        data = {"what": "member", "fields": changed, "resident": resident.pk}
        record_in_file("HouseholdChanged", resident.household, by, **data)
    return resident


def _fill(resident: Resident, fields: dict[str, Any]) -> None:
    for name in MEMBER_FIELDS:
        if name in fields:
            setattr(resident, name, fields[name])
    resident.pinyin = pinyin.full(resident.name)[:120]
    resident.initials = pinyin.initials(resident.name)[:20]


@transaction.atomic
def move_out(*, resident: Resident, by: Actor) -> Resident:
    """The person no longer belongs to this home; the file keeps that they did."""
    resident = lock_resident(resident)
    if resident.moved_out_at is None:
        resident.moved_out_at = timezone.now()
        resident.save(update_fields=["moved_out_at"])
        for flag in CareFlag.objects.filter(resident=resident, ended_at=None):
            end_flag(flag=flag, by=by)
        record_in_file(
            "HouseholdChanged", resident.household, by, what="moved_out", resident=resident.pk
        )
    return resident


@transaction.atomic
def add_phone(*, household: Household, resident: Resident | None, number: str, by: Actor) -> Phone:
    """Register a number, as typed; refused when it is none. Twice is once."""
    lock_file(household)
    read = normalise(number)
    if len(read) != 1 or isinstance(read[0], Bad):
        raise Refused(_("This is not one usable phone number. Check its digits."), field="number")
    phone, made = Phone.objects.get_or_create(
        compound_id=household.compound_id,
        household=household,
        number=read[0].number,
        defaults={
            "resident": resident,
            "last_four": last_four(read[0].number),
            "position": Phone.objects.filter(household=household).count(),
        },
    )
    if made:
        record_in_file("HouseholdChanged", household, by, what="phone_added", phone=phone.pk)
    return phone


@transaction.atomic
def reveal_phone(*, phone: Phone, reason: str, by: Actor) -> str:
    """The full number, once, for a stated reason that the journal keeps."""
    return _reveal(phone.household, phone.number, reason, by)


@transaction.atomic
def reveal_relative(*, relative: Relative, reason: str, by: Actor) -> str:
    """The full number of a relative outside, once, for a stated reason."""
    return _reveal(relative.household, relative.phone, reason, by)


def _reveal(household: Household, number: str, reason: str, by: Actor) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why you need the number."), field="reason")
    record_in_file("PhoneRevealed", household, by, reason=reason[:80], last_four=last_four(number))
    return number


@transaction.atomic
def add_relative(
    *, household: Household, relation: str, name: str, number: str, by: Actor
) -> Relative:
    """Whom to ring outside. The same number again is the same relative."""
    lock_file(household)
    read = normalise(number)
    if len(read) != 1 or isinstance(read[0], Bad):
        raise Refused(_("This is not one usable phone number. Check its digits."), field="number")
    relative, made = Relative.objects.get_or_create(
        compound_id=household.compound_id,
        household=household,
        phone=read[0].number,
        defaults={"relation": relation, "name": name},
    )
    if made:
        record_in_file(
            "HouseholdChanged", household, by, what="relative_added", relative=relative.pk
        )
    return relative


def lock_resident(resident: Resident) -> Resident:
    """The person's row, held until the end of the transaction. Refused once it was merged away."""
    found = Resident.objects.select_for_update(of=("self",)).select_related(
        "compound", "household__home"
    )
    locked = found.get(pk=resident.pk)
    if locked.merged_into_id is not None:
        raise Refused(_("This entry was merged with another of the same person. Open that one."))
    return locked


def lock_file(household: Household) -> Household:
    """The file, held until the end of the transaction. Refused when it is closed."""
    found = Household.objects.select_for_update(of=("self",)).select_related("home")
    locked = found.get(pk=household.pk)
    if locked.closed_at is not None:
        raise Refused(_("This file is closed. Open the home's present file."))
    return locked


def record_in_file(event: str, household: Household, by: Actor, **data: Any) -> None:
    """A fact on the household's timeline; `data` names people by masked name or id only."""
    record(
        event,
        compound=household.compound_id,
        by=by,
        household=household.pk,
        data={"door": household.home.label, **data},
    )
