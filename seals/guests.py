"""People sealed in who do not live here: their files, from the first word to the last."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Home, Member, Unit
from households.files import move_out, set_presence
from households.models import Presence, Resident
from households.phones import Bad, last_four, normalise
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name
from seals.duty import drop, owe, said_place
from seals.models import DutyKind, Gone, Guest, Need, Stay

BY_NIGHT = time(21, 0)  # whoever has no bed by then is on the board
NIGHT_ENDS = time(6, 0)  # until then it is still last night
FIELDS = ("name", "phone", "sex", "kind", "with_whom", "employer", "needs", "needs_note", "spot")


def tonight(compound: Compound, now: datetime) -> date:
    """The night we are in or that comes next, named by the date of its evening."""
    local = now.astimezone(compound.tz)
    return local.date() - timedelta(days=1) if local.time() < NIGHT_ENDS else local.date()


@transaction.atomic
def register_guest(
    *,
    compound: Compound,
    unit: Unit,
    home: Home | None,
    fields: dict[str, Any],
    resident: Resident | None = None,
    by: Member,
) -> Guest:
    """A file for somebody who was caught by a seal; without a bed it is owed one by 21:00.

    `resident` is somebody whom a home's file already has as temporary. The same resident, or the
    same name and phone while the file is open, gives the same file. Refused: a home of another
    stair, a phone that is none.
    """
    # Two people registering the same courier at once: the stair's row is the queue.
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    clean = _clean(fields)
    twin = _twin(unit, resident, clean)
    if twin is not None:
        return twin
    _refuse_elsewhere(unit, home, resident)
    guest = Guest.objects.create(
        compound=compound,
        unit=unit,
        home=home,
        resident=resident,
        registered_at=timezone.now(),
        registered_by=by,
        **clean,
    )
    _record("GuestRegistered", guest, by)
    want_bed(guest)
    return guest


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    clean = {name: fields[name] for name in FIELDS if name in fields}
    if clean.get("phone"):
        read = normalise(clean["phone"])
        if len(read) != 1 or isinstance(read[0], Bad):
            said = _("This is not one usable phone number. Check its digits.")
            raise Refused(said, field="phone")
        clean["phone"] = read[0].number
    clean["needs"] = [need for need in Need.values if need in clean.get("needs", [])]
    return clean


def _twin(unit: Unit, resident: Resident | None, clean: dict[str, Any]) -> Guest | None:
    files = Guest.objects.here()
    if resident is not None:
        return files.filter(resident=resident).first()
    return files.filter(unit=unit, name=clean["name"], phone=clean.get("phone", "")).first()


def _refuse_elsewhere(unit: Unit, home: Home | None, resident: Resident | None) -> None:
    if home is not None and home.unit_id != unit.pk:
        raise Refused(
            _("This door belongs to another stair. Choose the stair again."), field="home"
        )
    if resident is not None and resident.moved_out_at is not None:
        raise Refused(_("This person has moved out of the home's file."), code="moved_out")


@transaction.atomic
def change_guest(*, guest: Guest, fields: dict[str, Any], by: Member) -> Guest:
    """Correct what is known. Nothing different changes nothing."""
    guest = lock_guest(guest)
    refuse_gone(guest)
    clean = _clean(fields)
    changed = [name for name, value in clean.items() if getattr(guest, name) != value]
    if changed:
        for name in changed:
            setattr(guest, name, clean[name])
        guest.save(update_fields=changed)
        _record("GuestChanged", guest, by, fields=changed)
        want_bed(guest)
    return guest


def want_bed(guest: Guest) -> None:
    """On somebody's list until the guest sleeps somewhere; nothing when no bed is wanted."""
    if guest.gone_at or not guest.wants(Need.BED):
        drop(DutyKind.BED, guest=guest)
        return
    if Stay.objects.filter(guest=guest, moved_in_at__isnull=False, ended_at=None).exists():
        return
    now = timezone.now()
    evening = datetime.combine(tonight(guest.compound, now), BY_NIGHT, tzinfo=guest.compound.tz)
    owe(
        DutyKind.BED,
        compound=guest.compound_id,
        title=mask_name(guest.name),
        place=said_place(guest),
        due_at=max(evening, now),
        unit=guest.unit,
        guest=guest,
    )


@transaction.atomic
def reveal_guest_phone(*, guest: Guest, reason: str, by: Member) -> str:
    """The full number, once, for a stated reason that the journal keeps."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why you need the number."), field="reason")
    data = {"door": said_place(guest), "reason": reason[:80], "last_four": last_four(guest.phone)}
    record("PhoneRevealed", compound=guest.compound_id, by=by, data=data | {"guest": guest.pk})
    return guest.phone


@transaction.atomic
def guest_gone(*, guest: Guest, how: Gone, by: Member) -> Guest:
    """The file is closed: they have left, stay on registered, or were transferred.

    The bed is given back and nobody owes one any more. Who stays on becomes an ordinary member
    of the household's file; who goes moves out of it.
    """
    guest = lock_guest(guest)
    if guest.gone_at is not None:
        return guest
    if how == Gone.REGISTERED and guest.resident_id is None:
        raise Refused(_("Only somebody in a home's file can stay on there."), field="how")
    now = timezone.now()
    guest.gone_at, guest.gone_how, guest.gone_by = now, how, by
    guest.save(update_fields=["gone_at", "gone_how", "gone_by"])
    for stay in Stay.objects.filter(guest=guest).running():
        stay.nights.all().delete()
        stay.ended_at = now
        stay.save(update_fields=["ended_at"])
    drop(guest=guest)
    _follow(guest, how, by)
    _record("GuestGone", guest, by, how=plain(Gone(how).label), code=how)
    return guest


def _follow(guest: Guest, how: Gone, by: Member) -> None:
    """The roster of those inside follows."""
    if guest.resident is None:
        return
    if how == Gone.REGISTERED:
        from_file = Presence.INSIDE
    elif how == Gone.TRANSFERRED:
        from_file = Presence.TRANSFERRED
    else:
        move_out(resident=guest.resident, by=by)
        return
    set_presence(resident=guest.resident, presence=from_file, by=by)


def lock_guest(guest: Guest) -> Guest:
    found = Guest.objects.select_for_update(of=("self",)).select_related(
        "compound", "unit__building", "home", "resident__household__home"
    )
    return found.get(pk=guest.pk)


def refuse_gone(guest: Guest) -> None:
    if guest.gone_at is not None:
        raise Refused(_("This file is closed; the guest is not here any more."), code="gone")


def _record(event: str, guest: Guest, by: Member, **data: Any) -> None:
    record(
        event,
        compound=guest.compound_id,
        by=by,
        household=guest.resident.household_id if guest.resident else None,
        data={"place": said_place(guest), "name": mask_name(guest.name), "guest": guest.pk, **data},
    )
