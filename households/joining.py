"""The rows behind a merge: what moves from one person, and from one file, to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from households.models import (
    Access,
    Appointment,
    CareFlag,
    Household,
    Identity,
    Invitation,
    Medicine,
    Note,
    Pet,
    Phone,
    Proxy,
    Relative,
    Resident,
    Verification,
)
from journal.actions import Actor

if TYPE_CHECKING:
    from households.merging import Merge

People = dict[str, int]  # id of an entry that goes (JSON keys are text) → the one that goes on
LEARNED = ("pinyin", "initials", "sex", "birth_year", "relation", "note")


def join_person(*, kept: Resident, gone: Resident) -> People:
    """`gone` leaves the lists; what `kept` lacks of it, it gets. Both rows are locked."""
    learned = [name for name in LEARNED if not getattr(kept, name) and getattr(gone, name)]
    for name in learned:
        setattr(kept, name, getattr(gone, name))
    if gone.is_head and gone.household_id == kept.household_id and not kept.is_head:
        kept.is_head = True
        learned.append("is_head")
    if learned:
        kept.save(update_fields=learned)
    now = timezone.now()
    gone.moved_out_at, gone.merged_into = now, kept
    gone.save(update_fields=["moved_out_at", "merged_into"])
    _join_rows(kept, gone)
    if gone.household_id == kept.household_id:
        _join_marks(kept, gone)
        Phone.objects.filter(resident=gone).update(resident=kept)
        Access.objects.filter(resident=gone, ended_at=None).update(resident=kept)
    return {str(gone.pk): kept.pk}


def _join_rows(kept: Resident, gone: Resident) -> None:
    """Documents of a kind that is not there yet, medicines and appointments that are not yet."""
    have = set(Identity.objects.filter(resident=kept).values_list("kind", flat=True))
    Identity.objects.filter(resident=gone).exclude(kind__in=have).update(resident=kept)
    taken = {one.plain_name for one in Medicine.objects.filter(resident=kept, ended_at=None)}
    medicines = Medicine.objects.filter(resident=gone, ended_at=None)
    new = [one.pk for one in medicines if one.plain_name not in taken]
    Medicine.objects.filter(pk__in=new).update(resident=kept)
    Medicine.objects.filter(resident=gone, ended_at=None).update(ended_at=gone.moved_out_at)
    open_ = Appointment.objects.filter(ended_at=None)
    booked = {_slot(one) for one in open_.filter(resident=kept)}
    free = [one.pk for one in open_.filter(resident=gone) if _slot(one) not in booked]
    Appointment.objects.filter(pk__in=free).update(resident=kept)
    open_.filter(resident=gone).update(ended_at=gone.moved_out_at)


def _slot(one: Appointment) -> tuple[object, ...]:
    return one.kind, tuple(one.weekdays), one.day, one.at


def _join_marks(kept: Resident, gone: Resident) -> None:
    have = set(CareFlag.objects.filter(resident=kept, ended_at=None).values_list("kind", flat=True))
    open_ = CareFlag.objects.filter(resident=gone, ended_at=None)
    open_.filter(kind__in=have).update(ended_at=gone.moved_out_at)
    open_.update(resident=kept)


def move_file_rows(plan: Merge, moved: list[Resident], by: Actor) -> None:
    """Everything of the other file that the survivor lacks; its people keep their own rows."""
    survivor, other = plan.survivor, plan.other
    _move_people(survivor, moved)
    for phone, moves in plan.phones:
        if moves:
            phone.household, phone.resident_id = survivor, plan.now(phone.resident_id)
            phone.save(update_fields=["household", "resident"])
    now = timezone.now()
    for flag, moves in plan.flags:
        if moves:
            flag.household, flag.resident_id = survivor, plan.now(flag.resident_id)
            flag.save(update_fields=["household", "resident"])
        else:
            flag.ended_at = now
            flag.save(update_fields=["ended_at"])
    relatives = [one.pk for one, moves in plan.relatives if moves]
    Relative.objects.filter(pk__in=relatives).update(household=survivor)
    pets = [one.pk for one, moves in plan.pets if moves]
    Pet.objects.filter(pk__in=pets).update(household=survivor)
    Note.objects.filter(household=other).update(household=survivor)
    _move_key(survivor, other, by)
    _move_sign_ins(plan)
    _move_doors(survivor, other)


def _move_people(survivor: Household, moved: list[Resident]) -> None:
    present = Resident.objects.filter(household=survivor, moved_out_at=None)
    last = present.aggregate(last=Max("position"))["last"] or 0
    headed = present.filter(is_head=True).exists()
    for place, resident in enumerate(moved, start=last + 1):
        resident.household, resident.position = survivor, place
        resident.is_head = resident.is_head and not headed
        headed = headed or resident.is_head
        resident.save(update_fields=["household", "position", "is_head"])


def _move_key(survivor: Household, other: Household, by: Actor) -> None:
    """Two holders of a key are both worth knowing: the second becomes a note."""
    if not other.key_holder or other.key_holder == survivor.key_holder:
        return
    if not survivor.key_holder:
        survivor.key_holder = other.key_holder
        survivor.save(update_fields=["key_holder"])
        return
    said = {"door": other.home.label, "who": other.key_holder}
    Note.objects.create(
        compound_id=survivor.compound_id,
        household=survivor,
        text=_("Key of %(door)s: %(who)s") % said,
        written_by=by.actor_label[:80],
    )


def _move_sign_ins(plan: Merge) -> None:
    for access in Access.objects.filter(household=plan.other, ended_at=None):
        access.household, access.resident_id = plan.survivor, plan.now(access.resident_id)
        access.save(update_fields=["household", "resident"])
    # A relative who acts for the file that goes acts for the one that stays. A link that nobody
    # has opened yet ends: it names a file that is closed.
    Proxy.objects.filter(household=plan.other, access__household=plan.survivor).update(
        household=plan.survivor
    )
    Invitation.objects.filter(household=plan.other, used_at=None, ended_at=None).update(
        ended_at=timezone.now()
    )


def _move_doors(survivor: Household, other: Household) -> None:
    """Open verifications follow; where the survivor is in the same sweep, its own one counts."""
    have = Verification.objects.filter(household=survivor, cancelled_at=None)
    open_ = Verification.objects.open().filter(household=other)
    open_.filter(sweep__in=have.values("sweep")).update(cancelled_at=timezone.now())
    # A cancelled row of the survivor in the same sweep would clash with the unique key.
    taken = Verification.objects.filter(household=survivor).values("sweep")
    open_.filter(sweep__in=taken).update(cancelled_at=timezone.now())
    open_.update(household=survivor, home=survivor.home)
