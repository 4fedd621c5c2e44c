"""Companies, compounds, their homes, and the people who work there."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.roles import Permission, Role, allows
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class User(AbstractUser):
    """Someone who signs in with a password: staff, committee, operators of the installation.

    Residents do not have one; they hold an access to their household.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=40)
    language = models.CharField(max_length=10, default="zh-hans")

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def actor_label(self) -> str:
        return str(self)

    actor_member_id = None


class Organization(models.Model):
    """A property company."""

    name = models.CharField(pgettext_lazy("place", "name"), max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """Someone who may open compounds for a company and sees its portfolio."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="officers")
    user = models.ForeignKey(User, models.PROTECT, related_name="offices")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_office")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organization}"


class Compound(models.Model):
    """A residential compound: the unit of isolation. A reference table, without row security.

    What it holds (a name, a duty phone) is posted at the gate; everything else carries its id.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="compounds")
    name = models.CharField(pgettext_lazy("place", "name"), max_length=40)
    slug = models.SlugField(_("short name in addresses"), max_length=40, unique=True)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    duty_phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # After a lift, what was gathered about the households is cleared when these days are over.
    retention_days = models.PositiveSmallIntegerField(
        _("days that files are kept after a lift"), default=30, db_default=30
    )
    # A practice compound of a drill: of which real one, and how many minutes of a plan pass in
    # one real minute (compounds/pace.py). Its people are invented.
    practice_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="practices"
    )
    pace = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retention_days__gte=7, retention_days__lte=365),
                name="retention_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(pace=1) | Q(pace__gt=1, practice_of__isnull=False),
                name="only_practice_runs_fast",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_practice(self) -> bool:
        return self.practice_of_id is not None

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    def today(self, now: datetime | None = None) -> date:
        """The date on the compound's own calendar."""
        return timezone.localdate(now or timezone.now(), self.tz)


class Building(TenantModel):
    number = models.CharField(_("building"), max_length=10)  # "1", "3", "A"
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="one_building_number")
        ]

    def __str__(self) -> str:
        return str(_("Building %(number)s")) % {"number": self.number}


class Unit(TenantModel):
    """An entrance with its own stair; the place that is sealed most often."""

    building = TenantKey(Building, related_name="units")
    number = models.CharField(_("unit"), max_length=10)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "building", "number"], name="one_unit_number"
            )
        ]

    def __str__(self) -> str:
        return str(_("Building %(building)s Unit %(unit)s")) % {
            "building": self.building.number,
            "unit": self.number,
        }


class Home(TenantModel):
    """A door. `number` is what people say (502), `label` names it in the compound (1-1-502)."""

    building = TenantKey(Building, related_name="homes")
    unit = TenantKey(Unit, related_name="homes")
    floor = models.SmallIntegerField(_("floor"))
    number = models.CharField(
        _("door"), max_length=10, validators=[RegexValidator(r"^[0-9A-Za-z]+$")]
    )
    label = models.CharField(max_length=32)
    position = models.PositiveIntegerField(default=0)  # order of doors within the compound

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "unit", "number"], name="one_door_number"),
            models.UniqueConstraint(fields=["compound", "label"], name="one_door_label"),
        ]
        indexes = [
            models.Index(fields=["compound", "unit", "floor"], name="home_by_floor"),
            models.Index(fields=["compound", "position"], name="home_in_order"),
            models.Index(
                fields=["compound", "number"],
                name="home_by_number",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Member(TenantModel):
    """A user's place in one compound. A reviewer holds several, of several companies."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    # Limits: one unit, or these buildings (ids of the same compound); neither is the whole
    # compound. Every list and every record that a limited member opens goes through `within`.
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")
    buildings = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # From then on a session needs a second factor; kept up to date by `signin.rules`.
    second_factor_from = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "user"],
                name="one_membership",
                condition=Q(left_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["user"], name="member_by_user")]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: Permission) -> bool:
        return self.left_at is None and allows(self.role, permission)

    @property
    def is_limited(self) -> bool:
        """Sees a part of the compound only."""
        return self.unit_id is not None or bool(self.buildings)

    def within(self, prefix: str = "") -> Q:
        """The condition on rows with a home that this member may see; `prefix` leads to it.

        `Home.objects.filter(member.within())`, `rows.filter(member.within("household__home__"))`.
        Everything for a member without limits.
        """
        if self.unit_id is not None:
            return Q(**{f"{prefix}unit_id": self.unit_id})
        if self.buildings:
            return Q(**{f"{prefix}building_id__in": self.buildings})
        return Q()

    def within_units(self, prefix: str = "") -> Q:
        """The same for rows with a unit and no home: `rows.filter(m.within_units("unit__"))`."""
        if self.unit_id is not None:
            return Q(**{f"{prefix}pk": self.unit_id})
        if self.buildings:
            return Q(**{f"{prefix}building_id__in": self.buildings})
        return Q()

    def covers(self, place: Any) -> bool:
        """Whether a Home (or a row with `unit_id` and `building_id`) is within the limits."""
        if self.unit_id is not None:
            return place.unit_id == self.unit_id
        return not self.buildings or place.building_id in self.buildings

    @property
    def actor_label(self) -> str:
        return self.name

    @property
    def actor_member_id(self) -> int:
        return self.pk


class ApiToken(TenantModel):
    """A member's key to the API. Only its digest is kept; the token names its compound."""

    member = TenantKey(Member, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "digest"], name="one_token_digest")
        ]

    def __str__(self) -> str:
        return self.name


class Picture(TenantModel):
    """A photo that somebody took: made small and stripped of its place by compounds.pictures.

    The bytes lie in the database, so the wall, the backup and the purge are those of every row.
    """

    data = models.BinaryField()
    kind = models.CharField(max_length=40)  # which room keeps it for what: "supplies.claim"
    width = models.PositiveSmallIntegerField()  # pixels; a PDF has none
    height = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.kind} {self.width}×{self.height}"

    @property
    def is_pdf(self) -> bool:
        return self.width == 0


# The nouns of sign-in live in their own file; Django finds them here.
from compounds.signin.models import (  # noqa: E402
    CodeApp,
    How,
    Passkey,
    RecoveryCode,
    SecondFactorRule,
    SignInLink,
    Sitting,
)

__all__ = [
    "ApiToken",
    "Building",
    "CodeApp",
    "Compound",
    "Home",
    "How",
    "Member",
    "Officer",
    "Organization",
    "Passkey",
    "Picture",
    "RecoveryCode",
    "SecondFactorRule",
    "SignInLink",
    "Sitting",
    "Unit",
    "User",
]
