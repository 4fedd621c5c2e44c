"""What the file itself keeps about a household: for its export, and for the purge.

After the purge the bare roster stays, which the compound keeps in quiet times too: door, name,
phone, year of birth.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.keeping import Section
from households.models import (
    Appointment,
    CareFlag,
    Household,
    Identity,
    Medicine,
    Note,
    Pet,
    Phone,
    Relative,
    Resident,
    Weekday,
)
from journal.models import Entry
from lockdown.kernel import crypto


class FileKeeper:
    """Household, people, numbers, marks, relatives, identity, medicines, pets, notes."""

    name = "households"

    def export(self, household: Household) -> list[Section]:
        """Unmasked, with the files that were merged into this one; nine queries."""
        files = Household.objects.filter(Q(pk=household.pk) | Q(merged_into=household))
        rows = list(files.select_related("home").order_by("pk"))
        ids = [one.pk for one in rows]
        return [
            Section(
                _("File"),
                (_("door"), pgettext_lazy("file", "opened"), _("closed"), _("who holds a key")),
                [(one.home.label, one.opened_at, one.closed_at, one.key_holder) for one in rows],
            ),
            *_of_people(ids),
            *_of_household(ids),
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Rows that were blanked or removed; those gathered since `before` stay."""
        wanted = Q(pk__in=households) | Q(merged_into__in=households)
        ids = list(Household.objects.filter(wanted).values_list("pk", flat=True))
        early = {"kept_at__lt": before}
        person = {"resident__household__in": ids}
        touched = 0
        for model, condition in (
            (Identity, person | early),
            (Medicine, person | early),
            (Appointment, person | early),
            (Pet, {"household__in": ids} | early),
            (Note, {"household__in": ids, "written_at__lt": before}),
        ):
            touched += model.objects.filter(**condition).delete()[0]
        return touched + _blank(ids, before)


def _blank(ids: list[int], before: datetime) -> int:
    """What has no time of its own is old when the file is, unless the journal says it was
    written since."""
    since = Entry.objects.filter(household_id__in=ids, at__gte=before, event="HouseholdChanged")
    changed = list(since.values_list("household_id", "data"))
    people = {data.get("resident") for _file, data in changed if data.get("what") in NOTED}
    keys = {file for file, data in changed if data.get("what") == "key"}
    rung = {data.get("relative") for _file, data in changed if data.get("what") == RELATIVE}
    old = {"household__in": ids, "household__opened_at__lt": before}
    files = Household.objects.filter(pk__in=ids, opened_at__lt=before)
    written = Q(note="")
    touched = files.exclude(written).update(note="")
    touched += files.exclude(key_holder="").exclude(pk__in=keys).update(key_holder="")
    residents = Resident.objects.filter(**old).exclude(pk__in=people - {None})
    touched += residents.exclude(written).update(note="")
    relatives = Relative.objects.filter(**old).exclude(pk__in=rung - {None})
    touched += relatives.exclude(name="", relation="", phone="").update(
        name="", relation="", phone=""
    )
    flags = CareFlag.objects.filter(household__in=ids, set_at__lt=before)
    touched += flags.exclude(written & Q(ended_at__isnull=False)).update(note="")
    flags.filter(ended_at=None).update(ended_at=timezone.now())
    return touched


NOTED = ("member", "member_added")
RELATIVE = "relative_added"


def _of_people(ids: list[int]) -> list[Section]:
    person = {"resident__household__in": ids}
    people = Resident.objects.filter(household__in=ids).select_related("household__home")
    return [
        _people(list(people)),
        _documents(_with_person(Identity, person)),
        _medicines(_with_person(Medicine, person)),
        _appointments(_with_person(Appointment, person)),
    ]


def _people(people: list[Resident]) -> Section:
    return Section(
        _("People"),
        (_("door"), _("name"), _("relation"), _("sex"), _("year of birth"))
        + (_("presence"), _("moved out"), _("note")),
        [
            (one.household.home.label, one.name, one.relation, one.get_sex_display())
            + (one.birth_year, one.get_presence_display(), one.moved_out_at, one.note)
            for one in people
        ],
    )


def _documents(kept: Any) -> Section:
    return Section(
        _("Identity documents"),
        (_("name"), _("document"), _("number"), _("kept by"), _("since")),
        [
            (one.resident.name, one.get_kind_display(), crypto.decrypt(one.number))
            + (one.kept_by, one.kept_at)
            for one in kept
        ],
    )


def _medicines(kept: Any) -> Section:
    return Section(
        _("Medicines"),
        (_("name"), _("medicine"), _("dose"), _("where prescribed"), _("runs out on"))
        + (_("kept by"), _("since")),
        [
            (one.resident.name, one.plain_name, one.plain_dose, one.plain_place)
            + (one.runs_out_on, one.kept_by, one.kept_at)
            for one in kept
        ],
    )


def _appointments(kept: Any) -> Section:
    return Section(
        _("Appointments"),
        (_("name"), _("treatment"), pgettext_lazy("week", "days"), _("time"), _("place"))
        + (_("who takes them"),),
        [
            (one.resident.name, one.get_kind_display(), _days(one), one.at, one.place)
            + (one.escort,)
            for one in kept
        ],
    )


def _with_person(model: Any, condition: dict[str, Any]) -> Any:
    return model.objects.filter(**condition).select_related("resident").order_by("pk")


def _days(one: Appointment) -> str:
    if one.day is not None:
        return one.day.isoformat()
    return ", ".join(str(Weekday(day).label) for day in one.weekdays)


def _of_household(ids: list[int]) -> list[Section]:
    own = {"household__in": ids}
    phones = Phone.objects.filter(**own).select_related("resident")
    flags = CareFlag.objects.filter(**own).select_related("resident").order_by("pk")
    return [
        Section(
            _("Phones"),
            (_("whose"), _("phone")),
            [(one.resident.name if one.resident else "", one.number) for one in phones],
        ),
        Section(
            _("Care marks"),
            (_("whose"), _("care mark"), _("why"), _("set by"), _("since"), _("ended")),
            [
                (one.resident.name if one.resident else "", one.get_kind_display(), one.note)
                + (one.set_by, one.set_at, one.ended_at)
                for one in flags
            ],
        ),
        Section(
            _("Relatives outside"),
            (_("relation"), _("name"), _("phone")),
            [
                (one.relation, one.name, one.phone)
                for one in Relative.objects.filter(**own).order_by("pk")
            ],
        ),
        Section(
            _("Pets"),
            (_("animal"), _("how many"), _("what to know")),
            [
                (one.get_kind_display(), one.count, one.note)
                for one in Pet.objects.filter(**own).order_by("pk")
            ],
        ),
        Section(
            _("Notes"),
            (_("note"), _("written by"), _("since"), _("struck out")),
            [
                (one.text, one.written_by, one.written_at, one.struck_at)
                for one in Note.objects.filter(**own).order_by("pk")
            ],
        ),
    ]
