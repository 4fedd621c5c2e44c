"""Medicines and appointments: what somebody needs to stay alive while the doors are shut.

Who sees what (Permission.MEDICINE_SEE: the manager and the medical adviser) is least data: they
see names, doses, treatments and places. Whoever does work (WORK_DO) sees that a home has
medicines, and of an appointment its days and time as a "medical trip", because the gate and the
driver must know when somebody goes out and not what they are ill with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from households.files import lock_file, lock_resident, record_in_file
from households.models import Appointment, Medicine, Resident, TripKind
from journal.actions import Actor
from lockdown.kernel import crypto
from lockdown.kernel.errors import Refused


@transaction.atomic
def keep_medicine(
    *,
    resident: Resident,
    name: str,
    dose: str,
    days_left: int | None,
    prescribed_at: str,
    by: Actor,
) -> Medicine:
    """What a person takes and for how many days it lasts. The same name again is corrected."""
    lock_file(resident.household)
    resident = lock_resident(resident)
    if not name.strip():
        raise Refused(_("Which medicine is it?"), field="name")
    today = resident.compound.today()
    fields: dict[str, Any] = {
        "dose": crypto.encrypt(dose.strip()),
        "prescribed_at": crypto.encrypt(prescribed_at.strip()),
        "runs_out_on": None if days_left is None else today + timedelta(days=days_left),
        "kept_by": by.actor_label[:80],
        "kept_at": timezone.now(),
    }
    known = _same_name(resident, name)
    if known is None:
        medicine = Medicine(compound_id=resident.compound_id, resident=resident, **fields)
        medicine.name = crypto.encrypt(name.strip())
        medicine.save()
    elif not _differs(known, dose, prescribed_at, fields["runs_out_on"]):
        return known
    else:
        medicine = known
        for key, value in fields.items():
            setattr(medicine, key, value)
        medicine.save(update_fields=list(fields))
    what = "medicine_changed" if known else "medicine"
    record_in_file("HouseholdChanged", resident.household, by, what=what, resident=resident.pk)
    return medicine


def _same_name(resident: Resident, name: str) -> Medicine | None:
    wanted = crypto.plain_form(name)
    rows = Medicine.objects.filter(resident=resident, ended_at=None)
    return next((one for one in rows if crypto.plain_form(one.plain_name) == wanted), None)


def _differs(known: Medicine, dose: str, place: str, runs_out_on: date | None) -> bool:
    kept = (known.plain_dose, known.plain_place, known.runs_out_on)
    return kept != (dose.strip(), place.strip(), runs_out_on)


@transaction.atomic
def end_medicine(*, medicine: Medicine, by: Actor) -> Medicine:
    """No longer taken."""
    return _end(Medicine, medicine.pk, "medicine_ended", by)


@transaction.atomic
def keep_appointment(
    *,
    resident: Resident,
    kind: TripKind,
    weekdays: Iterable[int],
    day: date | None,
    at: time,
    place: str,
    escort: str,
    by: Actor,
) -> Appointment:
    """A treatment every week or on one day. The same one again is corrected, not doubled."""
    lock_file(resident.household)
    resident = lock_resident(resident)
    days = sorted(set(weekdays))
    if bool(days) == (day is not None):
        raise Refused(_("Choose weekdays, or one date, and not both."), field="weekdays")
    if day is not None and day < resident.compound.today():
        raise Refused(_("That day has passed."), field="day")
    found, made = Appointment.objects.get_or_create(
        compound_id=resident.compound_id,
        resident=resident,
        kind=kind,
        weekdays=days,
        day=day,
        at=at,
        ended_at=None,
        defaults={"place": place, "escort": escort, "kept_by": by.actor_label[:80]},
    )
    changed = not made and (found.place, found.escort) != (place, escort)
    if changed:
        found.place, found.escort = place, escort
        found.save(update_fields=["place", "escort"])
    if made or changed:
        what = "appointment" if made else "appointment_changed"
        record_in_file("HouseholdChanged", resident.household, by, what=what, resident=resident.pk)
    return found


@transaction.atomic
def end_appointment(*, appointment: Appointment, by: Actor) -> Appointment:
    """Nobody goes any more."""
    return _end(Appointment, appointment.pk, "appointment_ended", by)


def _end(model: Any, pk: int, what: str, by: Actor) -> Any:
    rows = model.objects.select_for_update(of=("self",))
    row = rows.select_related("resident__household__home").get(pk=pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        household, resident = row.resident.household, row.resident_id
        record_in_file("HouseholdChanged", household, by, what=what, resident=resident)
    return row
