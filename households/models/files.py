"""One file per household: members, phones, care flags, relatives, verification, sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member, Unit
from compounds.work import Work, work_constraints, work_indexes
from lockdown.kernel.fields import EncryptedField, TenantKey
from lockdown.kernel.masking import mask_name
from lockdown.kernel.tenancy import TenantModel


class Household(TenantModel):
    """The people of one home. A home has one current household."""

    home = TenantKey(Home, related_name="households")
    # The note of before notes were rows (models/particulars.py); read by nobody any more, kept
    # while the release before still runs.
    note = models.CharField(_("note"), max_length=500, blank=True)
    key_holder = models.CharField(_("who holds a key"), max_length=80, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The file of the same people that goes on instead of this one.
    merged_into = TenantKey("self", null=True, blank=True, related_name="merged_files")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "home"],
                name="one_household_per_home",
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None)
                | (Q(closed_at__isnull=False) & ~Q(merged_into=models.F("id"))),
                name="merged_file_is_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["compound", "merged_into"],
                name="household_by_merge",
                condition=Q(merged_into__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Presence(models.TextChoices):
    INSIDE = "inside", _("inside")
    AWAY = "away", _("away")
    RECALLED = "recalled", _("recalled, on the way")
    TRANSFERRED = "transferred", _("transferred")
    TEMPORARY = "temporary", _("temporary, sealed in")


# "Inside now" is the roster that every other list reads.
INSIDE = (Presence.INSIDE, Presence.TEMPORARY)


class Sex(models.TextChoices):
    UNKNOWN = "", _("not known")
    FEMALE = "f", _("female")
    MALE = "m", _("male")


class Resident(TenantModel):
    household = TenantKey(Household, related_name="residents")
    name = models.CharField(_("name"), max_length=40)
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    relation = models.CharField(_("relation to the head"), max_length=20, blank=True)
    is_head = models.BooleanField(_("head of household"), default=False)
    presence = models.CharField(
        _("presence"), max_length=12, choices=Presence.choices, default=Presence.INSIDE
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    moved_out_at = models.DateTimeField(null=True, blank=True)
    # The row of the same person that goes on instead of this one.
    merged_into = TenantKey("self", null=True, blank=True, related_name="merged_people")

    class Meta:
        ordering = ["household_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None)
                | (Q(moved_out_at__isnull=False) & ~Q(merged_into=models.F("id"))),
                name="merged_person_has_left",
            ),
        ]
        indexes = [
            models.Index(fields=["compound", "household"], name="resident_by_household"),
            # For the search box: prefixes are ranges of text patterns (households/search.py).
            *(
                models.Index(
                    fields=["compound", column],
                    name=f"resident_by_{column}",
                    opclasses=["int8_ops", "varchar_pattern_ops"],
                )
                for column in ("initials", "pinyin", "name")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int | None:
        return None if self.birth_year is None else timezone.now().year - self.birth_year


class Phone(TenantModel):
    """A registered number; shown masked, each reveal is an entry in the journal."""

    household = TenantKey(Household, related_name="phones")
    resident = TenantKey(Resident, null=True, blank=True, related_name="phones")
    number = models.CharField(_("phone"), max_length=20)
    last_four = models.CharField(max_length=4)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["household_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "household", "number"], name="one_phone_a_home"
            )
        ]
        indexes = [models.Index(fields=["compound", "last_four"], name="phone_by_last_four")]

    def __str__(self) -> str:
        return f"…{self.last_four}"


class CareKind(models.TextChoices):
    """Why somebody needs attention; every list can be filtered by these."""

    LONE_ELDER = "lone_elder", _("elder living alone")
    LIVES_ALONE = "lives_alone", _("lives alone")
    EMPTY_NEST = "empty_nest", _("elders whose children are away")
    DISABLED = "disabled", _("disabled or limited mobility")
    PREGNANT = "pregnant", _("pregnant")
    INFANT = "infant", _("infant")
    DIALYSIS = "dialysis", _("dialysis")
    CHRONIC = "chronic", _("chronic medicine")
    MENTAL = "mental", _("mental health")
    MINOR_ALONE = "minor_alone", _("minor alone")


class CareFlag(TenantModel):
    household = TenantKey(Household, related_name="flags")
    resident = TenantKey(Resident, null=True, blank=True, related_name="flags")
    kind = models.CharField(_("care mark"), max_length=20, choices=CareKind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "household", "resident", "kind"],
                name="one_flag_of_a_kind",
                condition=Q(ended_at=None),
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["compound", "kind"], name="flag_by_kind", condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Relative(TenantModel):
    """A relative outside: whom to ring when a door stays shut."""

    household = TenantKey(Household, related_name="relatives")
    name = models.CharField(_("name"), max_length=40, blank=True)
    relation = models.CharField(_("relation"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "household", "phone"],
                name="one_relative_phone",
                condition=~Q(phone=""),
            )
        ]

    def __str__(self) -> str:
        return self.relation or self.name


class Sweep(TenantModel):
    """A verification of every household of a place, floor by floor, until it reads 100 %."""

    cause = models.BigIntegerField(null=True, blank=True)  # the seal order that asked for it
    title = models.CharField(max_length=120)
    started_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The first moment at which every door was verified and every person accounted for.
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "cause"],
                name="one_sweep_a_cause",
                condition=Q(cause__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Outcome(models.TextChoices):
    UNVERIFIED = "unverified", _("not verified")
    VERIFIED = "verified", _("verified")
    DISPUTED = "disputed", _("differs from the roster")
    UNREACHABLE = "unreachable", _("nobody reached")


class Verification(Work):
    """One household in a sweep. Finished only when verified; disputed and unreachable stay open."""

    GRACE: ClassVar[timedelta] = timedelta(hours=12)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("home",)

    sweep = TenantKey(Sweep, related_name="verifications")
    household = TenantKey(Household, related_name="verifications")
    home = TenantKey(Home, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.UNVERIFIED)
    tried_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("verification")
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "sweep", "household"], name="one_verification_a_household"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(outcome="verified"),
                name="verified_when_finished",
            ),
            *work_constraints("verification"),
        ]
        indexes = work_indexes("verification")

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": self.home.label}

    def __str__(self) -> str:
        return f"{self.home_id} {self.outcome}"


class RosterImport(TenantModel):
    """An uploaded roster: previewed, confirmed once, and taken back if it was wrong."""

    file_name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")  # for doors without one
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = TenantKey(Member, related_name="+")
    # The parsed rows and their fates; the file itself is not kept.
    parsed = models.JSONField(default=dict)
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = TenantKey(Member, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = TenantKey(Member, null=True, blank=True, related_name="+")
    # Valid identity numbers until the import is confirmed, a day at most; see sheet_identities.
    numbers = EncryptedField(blank=True)
    numbers_found = models.PositiveIntegerField(default=0)
    numbers_kept = models.PositiveIntegerField(null=True, blank=True)  # None: nobody ticked it

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="undone_after_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(numbers="") | Q(confirmed_at__isnull=True),
                name="no_numbers_once_confirmed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["uploaded_at"], name="import_with_numbers", condition=~Q(numbers="")
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportChange(TenantModel):
    """What one import made or changed, so that it can be taken back exactly."""

    batch = TenantKey(RosterImport, related_name="changes")
    model = models.CharField(max_length=20)  # "household", "resident", "phone", "flag", "relative"
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True, blank=True)  # None: the row was new
    after = models.JSONField(default=dict)  # as the import left it; another value: touched since

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "batch", "model", "row_id"], name="one_change_a_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}"


class DoorCode(TenantModel):
    """The QR code on a door. Only its digest is kept; printing new labels ends the old ones."""

    home = TenantKey(Home, related_name="codes")
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Wrong digits since `tries_from`; counted here, so that no lost cache opens the door.
    tries = models.PositiveSmallIntegerField(default=0)
    tries_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "digest"], name="one_code_digest"),
            models.UniqueConstraint(
                fields=["compound", "home"], name="one_code_a_home", condition=Q(revoked_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.home_id}"


class Access(TenantModel):
    """A phone that may open one household's page: proved by phone digits, or let in by staff."""

    household = TenantKey(Household, related_name="accesses")
    resident = TenantKey(Resident, null=True, blank=True, related_name="accesses")
    # A relative outside who acts for the household, not somebody of the home: see `Proxy`. His
    # said name is the proxy's label, 儿子 李**.
    is_proxy = models.BooleanField(default=False, db_default=False)
    said_name = models.CharField(_("who says so"), max_length=40, blank=True)
    digest = models.CharField(max_length=64)  # of the secret in the phone's session
    asked_at = models.DateTimeField(default=timezone.now)
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = TenantKey(Member, null=True, blank=True, related_name="+")  # None: by digits
    ended_at = models.DateTimeField(null=True, blank=True)  # refused or revoked
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "digest"], name="one_access_digest")
        ]
        indexes = [models.Index(fields=["compound", "household"], name="access_by_household")]

    def __str__(self) -> str:
        return f"access to {self.household_id}"

    @property
    def is_open(self) -> bool:
        return self.granted_at is not None and self.ended_at is None

    @property
    def actor_label(self) -> str:
        # The journal keeps it for good: masked, as every name there; a relative's is so already.
        said = self.said_name if self.is_proxy else mask_name(self.said_name)
        return said or str(_("resident"))

    actor_member_id = None
