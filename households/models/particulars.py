"""What a file knows beyond the roster: identity, medicines, appointments, pets, notes."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from households.models.files import Household, Resident
from lockdown.kernel import crypto
from lockdown.kernel.fields import EncryptedField, TenantKey
from lockdown.kernel.tenancy import TenantModel


class IdentityKind(models.TextChoices):
    ID_CARD = "id_card", _("ID card")
    PASSPORT = "passport", _("passport")
    PERMIT = "permit", _("Hong Kong, Macau or Taiwan permit")
    OTHER = "other", _("other document")


class Identity(TenantModel):
    """A person's document. Its number is encrypted, shown by its last four, found by its index."""

    resident = TenantKey(Resident, related_name="identities")
    kind = models.CharField(_("document"), max_length=8, choices=IdentityKind.choices)
    number = EncryptedField()
    blind_index = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    kept_by = models.CharField(max_length=80)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "resident", "kind"], name="one_document_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["compound", "blind_index"], name="identity_by_index")]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return f"**** {self.last_four}"


class Medicine(TenantModel):
    """What a person takes. Name, dose and where it is prescribed are encrypted: a hospital's name
    tells the illness. The day it runs out is plain, so that lists can sort by it."""

    resident = TenantKey(Resident, related_name="medicines")
    name = EncryptedField()
    dose = EncryptedField(blank=True)
    prescribed_at = EncryptedField(blank=True)
    runs_out_on = models.DateField(null=True, blank=True)
    kept_by = models.CharField(max_length=80)
    kept_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["runs_out_on", "id"]
        indexes = [
            models.Index(fields=["compound", "resident"], name="medicine_by_person"),
            models.Index(
                fields=["compound", "runs_out_on"],
                name="medicine_by_end",
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"medicine {self.pk}"

    @property
    def plain_name(self) -> str:
        return crypto.decrypt(self.name)

    @property
    def plain_dose(self) -> str:
        return crypto.decrypt(self.dose)

    @property
    def plain_place(self) -> str:
        return crypto.decrypt(self.prescribed_at)


class TripKind(models.TextChoices):
    DIALYSIS = "dialysis", _("dialysis")
    PRENATAL = "prenatal", _("prenatal check")
    CHEMOTHERAPY = "chemotherapy", _("chemotherapy")
    OTHER = "other", _("other treatment")


class Weekday(models.IntegerChoices):
    """As `date.isoweekday()` counts."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Appointment(TenantModel):
    """A treatment outside: every week on some days, or once on one day."""

    resident = TenantKey(Resident, related_name="appointments")
    kind = models.CharField(_("treatment"), max_length=12, choices=TripKind.choices)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list,
        blank=True,
    )
    day = models.DateField(_("day"), null=True, blank=True)
    at = models.TimeField(_("time"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    escort = models.CharField(_("who takes them"), max_length=40, blank=True)
    kept_by = models.CharField(max_length=80)
    kept_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(day__isnull=True, weekdays__len__gt=0)
                | Q(day__isnull=False, weekdays__len=0),
                name="weekly_or_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["compound", "resident"],
                name="appointment_by_person",
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"

    def days(self, first: date, count: int) -> list[date]:
        """The days of this appointment among `count` days from `first`."""
        window = [first + timedelta(days=place) for place in range(count)]
        if self.day is not None:
            return [one for one in window if one == self.day]
        return [one for one in window if one.isoweekday() in self.weekdays]


class PetKind(models.TextChoices):
    DOG = "dog", _("dog")
    CAT = "cat", _("cat")
    BIRD = "bird", _("bird")
    OTHER = "other", _("other animal")


class Pet(TenantModel):
    """Who else must be fed, and let out, when the people of the home are taken away."""

    household = TenantKey(Household, related_name="pets")
    kind = models.CharField(_("animal"), max_length=6, choices=PetKind.choices)
    count = models.PositiveSmallIntegerField(
        _("how many"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    note = models.CharField(_("what to know"), max_length=120, blank=True)
    kept_by = models.CharField(max_length=80)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["compound", "household"], name="pet_by_household")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Note(TenantModel):
    """A sentence about a household, by somebody, at a time. Struck out it stays, unread."""

    household = TenantKey(Household, related_name="notes")
    text = models.CharField(_("note"), max_length=500)
    written_by = models.CharField(max_length=80, blank=True)  # blank: from before notes had authors
    written_at = models.DateTimeField(default=timezone.now)
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-written_at", "-id"]
        indexes = [models.Index(fields=["compound", "household"], name="note_by_household")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class KeptApart(TenantModel):
    """Two files that look alike and, somebody decided, are of different people."""

    first = TenantKey(Household, related_name="+")
    second = TenantKey(Household, related_name="+")
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "first", "second"], name="one_pair_apart"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="pair_apart_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
