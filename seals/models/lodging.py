"""People sealed in who do not live here, the beds that owners offer, and who sleeps where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member, Unit
from households.models import Household, Resident, Sex
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager

MOST_BEDS = 10


class GuestKind(models.TextChoices):
    CLEANER = "cleaner", _("cleaner or carer by the hour")
    COURIER = "courier", _("courier")
    WORKER = "worker", _("workman")
    VISITOR = "visitor", _("visitor")
    PASSER = "passer", _("passing by")
    OTHER = "other", _("other")


class Need(models.TextChoices):
    BED = "bed", _("a bed")
    MEALS = "meals", _("meals")
    MEDICINE = "medicine", _("medicine")
    QUIET = "quiet", _("a quiet room")
    WOMEN = "women", _("with women only")
    PETS = "pets", _("has a pet along")
    LIFT = "lift", _("no stairs")


class Gone(models.TextChoices):
    """How a guest's file ends."""

    LEFT = "left", _("has left")
    REGISTERED = "registered", _("stays on, registered with the household")
    TRANSFERRED = "transferred", _("transferred")


class GuestQuerySet(models.QuerySet):
    def here(self) -> GuestQuerySet:
        """Still within the compound and on our list."""
        return self.filter(gone_at__isnull=True)

    def without_bed(self) -> GuestQuerySet:
        """Here, wants a bed, and sleeps in none yet; an agreed bed is not slept in."""
        inside = Stay.objects.filter(
            guest=models.OuterRef("pk"), moved_in_at__isnull=False, ended_at=None
        )
        return self.here().filter(~models.Exists(inside), needs__contains=[Need.BED])


class Guest(TenantModel):
    """One person who was caught by a seal. `resident` is set while a home's file holds them."""

    resident = TenantKey(Resident, null=True, blank=True, related_name="guest_files")
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    kind = models.CharField(_("who is it"), max_length=10, choices=GuestKind.choices)
    with_whom = models.CharField(_("with whom"), max_length=80, blank=True)
    employer = models.CharField(_("employer"), max_length=80, blank=True)
    needs: Any = ArrayField(models.CharField(max_length=10, choices=Need.choices), default=list)
    needs_note = models.CharField(_("more about it"), max_length=200, blank=True)
    # Where they are now: a stair, perhaps a home, and words ("ground floor hall").
    unit = TenantKey(Unit, related_name="+")
    home = TenantKey(Home, null=True, blank=True, related_name="+")
    spot = models.CharField(_("where exactly"), max_length=60, blank=True)
    registered_at = models.DateTimeField(default=timezone.now)
    registered_by = TenantKey(Member, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_how = models.CharField(max_length=12, choices=Gone.choices, blank=True)
    gone_by = TenantKey(Member, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = tenant_manager(GuestQuerySet)

    class Meta:
        ordering = ["registered_at", "id"]
        constraints = [
            # Closes the race of two people registering the same resident at once.
            models.UniqueConstraint(
                fields=["compound", "resident"],
                name="one_guest_a_resident",
                condition=Q(gone_at=None, resident__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(gone_at=None, gone_how="") | Q(gone_at__isnull=False) & ~Q(gone_how=""),
                name="gone_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["compound", "unit"], name="guest_here", condition=Q(gone_at=None))
        ]

    def __str__(self) -> str:
        return f"guest {self.pk}"

    @property
    def place(self) -> str:
        """The home's label, else the stair, with the words for the spot."""
        where = self.home.label if self.home else str(self.unit)
        return f"{where} {self.spot}".strip()

    def wants(self, need: str) -> bool:
        return need in self.needs


class ForWhom(models.TextChoices):
    ANYONE = "anyone", _("anyone")
    WOMEN = "women", _("women only")
    MEN = "men", _("men only")


class OfferQuerySet(models.QuerySet):
    def standing(self) -> OfferQuerySet:
        return self.filter(withdrawn_at__isnull=True, household__closed_at__isnull=True)


class LodgingOffer(TenantModel):
    """Beds that an owner offers, from a first to a last night."""

    household = TenantKey(Household, related_name="lodging_offers")
    home = TenantKey(Home, related_name="+")
    beds = models.PositiveSmallIntegerField(
        _("beds"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_BEDS)]
    )
    for_whom = models.CharField(
        _("for whom"), max_length=8, choices=ForWhom.choices, default=ForWhom.ANYONE
    )
    first_night = models.DateField(_("first night"))
    last_night = models.DateField(_("last night"))
    meals = models.BooleanField(_("with meals"), default=False)
    pets = models.BooleanField(_("pets may come"), default=False)
    quiet = models.BooleanField(_("a room of its own"), default=False)
    conditions = models.CharField(_("conditions"), max_length=200, blank=True)
    contact = models.CharField(_("whom to ask"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=80)  # a member, or the household from its page
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = tenant_manager(OfferQuerySet)

    class Meta:
        ordering = ["home__position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_night__gte=F("first_night")), name="offer_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(beds__gte=1, beds__lte=MOST_BEDS), name="offer_has_beds"
            ),
        ]
        indexes = [
            models.Index(
                fields=["compound", "home"], name="offer_standing", condition=Q(withdrawn_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class StayState(models.TextChoices):
    """Derived from times, never stored."""

    PROPOSED = "proposed", _("both are being asked")
    AGREED = "agreed", _("agreed, not moved in")
    INSIDE = "inside", _("moved in")
    REFUSED = "refused", _("did not suit")
    ENDED = "ended", _("ended")


class Side(models.TextChoices):
    GUEST = "guest", _("the guest")
    HOST = "host", _("the household")


class StayQuerySet(models.QuerySet):
    def running(self) -> StayQuerySet:
        """Proposed, agreed or moved in: its nights are held."""
        return self.filter(refused_at__isnull=True, ended_at__isnull=True)


class Stay(TenantModel):
    """One guest and one offer: proposed, both asked, agreed, moved in, ended."""

    guest = TenantKey(Guest, related_name="stays")
    offer = TenantKey(LodgingOffer, related_name="stays")
    bed = models.PositiveSmallIntegerField()  # 1 to the beds of the offer
    first_night = models.DateField()
    last_night = models.DateField()
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = TenantKey(Member, related_name="+")
    guest_agreed_at = models.DateTimeField(null=True, blank=True)
    host_agreed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=5, choices=Side.choices, blank=True)
    moved_in_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = tenant_manager(StayQuerySet)

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            # Closes the race of two offers proposed to one guest at once.
            models.UniqueConstraint(
                fields=["compound", "guest"],
                name="one_stay_a_guest",
                condition=Q(refused_at=None, ended_at=None),
            ),
            models.CheckConstraint(
                condition=Q(moved_in_at=None)
                | Q(guest_agreed_at__isnull=False, host_agreed_at__isnull=False),
                name="moved_in_when_agreed",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None) | Q(moved_in_at=None), name="refused_before_moving"
            ),
        ]

    def __str__(self) -> str:
        return f"stay {self.pk}"

    @property
    def state(self) -> StayState:
        if self.refused_at:
            return StayState.REFUSED
        if self.ended_at:
            return StayState.ENDED
        if self.moved_in_at:
            return StayState.INSIDE
        agreed = self.guest_agreed_at and self.host_agreed_at
        return StayState.AGREED if agreed else StayState.PROPOSED


class BedNight(TenantModel):
    """One bed of an offer for one night. Held from the proposal on, given back by a refusal."""

    stay = TenantKey(Stay, related_name="nights")
    offer = TenantKey(LodgingOffer, related_name="+")
    bed = models.PositiveSmallIntegerField()
    night = models.DateField()

    class Meta:
        constraints = [
            # Closes the race of two guests for one bed.
            models.UniqueConstraint(
                fields=["compound", "offer", "bed", "night"], name="one_guest_a_bed_and_night"
            ),
            models.UniqueConstraint(fields=["compound", "stay", "night"], name="one_bed_a_night"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}/{self.bed} {self.night}"
