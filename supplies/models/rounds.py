"""A round of buying together: what is offered, from when to when, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Building, Home, Member, Unit
from compounds.places import Place
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager
from seals.models import PlaceKind
from supplies.models.states import TRANSITIONS, BuyState
from supplies.models.suppliers import Supplier


class ShortageRule(models.TextChoices):
    """Who gets how much when less arrives than was ordered; chosen before the count."""

    ROTATION = "rotation", _("one each in turn")
    PRO_RATA = "pro_rata", _("everyone the same share")
    FLAGGED_FIRST = "flagged_first", _("homes with a care mark first")
    FIRST_COME = "first_come", _("first come, first served")
    LOTTERY = "lottery", _("by lot")


class FeeSplit(models.TextChoices):
    NONE = "none", _("no fee for households")
    EQUAL = "equal", _("the same for each household")
    BY_AMOUNT = "by_amount", _("by what each household buys")


class GroupBuyQuerySet(models.QuerySet):
    def open(self) -> GroupBuyQuerySet:
        return self.filter(state=BuyState.OPEN)

    def under_way(self) -> GroupBuyQuerySet:
        """Everything that is not over: drafts, open rounds, goods on their way."""
        return self.exclude(state__in=[state for state, after in TRANSITIONS.items() if not after])


class GroupBuy(TenantModel):
    """Times are aware; money is integer fen. `state` is set by supplies.actions only."""

    number = models.PositiveIntegerField()  # counted within the compound
    title = models.CharField(_("title"), max_length=60)
    state = models.CharField(max_length=16, choices=BuyState.choices, default=BuyState.DRAFT)
    supplier = TenantKey(Supplier, null=True, blank=True, related_name="buys")
    note = models.CharField(_("for the households"), max_length=300, blank=True)

    place_kind = models.CharField(max_length=10, choices=PlaceKind.choices)
    building = TenantKey(Building, null=True, blank=True, related_name="+")
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")
    floor = models.SmallIntegerField(null=True, blank=True)
    home = TenantKey(Home, null=True, blank=True, related_name="+")
    place_key = models.CharField(max_length=40)
    place_label = models.CharField(max_length=60)

    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    deliver_from = models.DateTimeField(_("delivery from"), null=True, blank=True)
    deliver_until = models.DateTimeField(_("delivery until"), null=True, blank=True)

    # It forms when each threshold that is set is reached.
    min_amount_fen = models.PositiveIntegerField(_("least amount"), null=True, blank=True)
    min_units = models.PositiveIntegerField(_("least number of pieces"), null=True, blank=True)
    min_households = models.PositiveIntegerField(
        _("least number of households"), null=True, blank=True
    )
    extend_hours = models.PositiveSmallIntegerField(_("hours to extend once"), default=0)
    extended_at = models.DateTimeField(null=True, blank=True)

    fee_fen = models.PositiveIntegerField(_("delivery fee in all"), default=0)
    fee_split = models.CharField(max_length=12, choices=FeeSplit.choices, default=FeeSplit.EQUAL)
    rule = models.CharField(
        _("when too little arrives"),
        max_length=16,
        choices=ShortageRule.choices,
        default=ShortageRule.ROTATION,
    )
    seed = models.BigIntegerField(default=0)  # of the lot; drawn when the round is made
    # This share of capped essentials is held for households with a care mark until then.
    reserve_percent = models.PositiveSmallIntegerField(
        _("held for homes with a care mark, %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(80)],
    )
    reserve_until = models.DateTimeField(null=True, blank=True)
    reserve_released_at = models.DateTimeField(null=True, blank=True)  # when it was told

    repeats_weekly = models.BooleanField(_("every week"), default=False)
    source = TenantKey("self", null=True, blank=True, related_name="copies")
    cause = models.BigIntegerField(null=True, blank=True)  # the seal order that asked for it
    next_number = models.PositiveIntegerField(default=1)  # the number of the next new order

    drafted_at = models.DateTimeField(default=timezone.now)
    drafted_by = TenantKey(Member, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TenantKey(Member, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = TenantKey(Member, null=True, blank=True, related_name="+")
    review_note = models.CharField(_("what the committee says"), max_length=300, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    ordered_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    allocated_at = models.DateTimeField(null=True, blank=True)
    allocated_by = TenantKey(Member, null=True, blank=True, related_name="+")
    delivering_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # not formed, cancelled, failed
    end_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = tenant_manager(GroupBuyQuerySet)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="one_buy_number"),
            models.UniqueConstraint(
                fields=["compound", "cause"],
                name="one_buy_a_cause",
                condition=Q(cause__isnull=False),
            ),
            # A repeated round is copied once, whoever's sweep comes first.
            models.UniqueConstraint(
                fields=["compound", "source", "opens_at"],
                name="one_copy_a_week",
                condition=Q(repeats_weekly=True, source__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="buy_closes_later"
            ),
            models.CheckConstraint(
                condition=Q(reserve_percent__lte=80), name="buy_reserve_percent"
            ),
        ]
        indexes = [
            models.Index(fields=["compound", "state"], name="buy_by_state"),
            # For the sweeps, which look across all compounds.
            models.Index(
                fields=["opens_at"], name="buy_to_open", condition=Q(state=BuyState.APPROVED)
            ),
            models.Index(
                fields=["closes_at"], name="buy_to_close", condition=Q(state=BuyState.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def may_become(self, state: BuyState) -> bool:
        return state in TRANSITIONS[BuyState(self.state)]

    def takes_orders(self, now: datetime) -> bool:
        return self.state == BuyState.OPEN and now < self.closes_at

    def holds_reserve(self, now: datetime) -> bool:
        """Whether the share of homes with a care mark is still held."""
        return (
            self.reserve_percent > 0 and self.reserve_until is not None and now < self.reserve_until
        )

    @property
    def place(self) -> Place:
        """Needs building, unit (with building) and home (with unit and building) when set."""
        return Place(
            self.compound,
            self.place_kind,
            building=self.building,
            unit=self.unit,
            floor=self.floor,
            home=self.home,
        )

    def covers(self, home: Home) -> bool:
        match self.place_kind:
            case PlaceKind.COMPOUND:
                return True
            case PlaceKind.BUILDING:
                return home.building_id == self.building_id
            case PlaceKind.UNIT:
                return home.unit_id == self.unit_id
            case PlaceKind.FLOOR:
                return home.unit_id == self.unit_id and home.floor == self.floor
            case _home:
                return home.pk == self.home_id


class OfferLine(TenantModel):
    """One item of a round. What stands here is frozen when the round opens, but the counters.

    `left` and `ordered` move together in one statement; PostgreSQL keeps their sum at the cap,
    so that nothing is sold twice and nothing stays unsold, however many order at once.
    """

    buy = TenantKey(GroupBuy, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("counted in"), max_length=12)  # 份, 板, 5 kg bag
    case_size = models.PositiveIntegerField(_("pieces a case"), default=1)
    price_fen = models.PositiveIntegerField(_("price"))
    minimum = models.PositiveIntegerField(_("least a household"), default=1)
    cap_total = models.PositiveIntegerField(_("at most in all"), null=True, blank=True)
    cap_household = models.PositiveIntegerField(_("at most a household"), null=True, blank=True)
    tolerance = models.BooleanField(_("allow “up to”"), default=False)
    essential = models.BooleanField(_("essential"), default=False)
    perishable = models.BooleanField(_("perishable"), default=False)

    left = models.IntegerField(null=True, blank=True)  # under the total cap; None without one
    ordered = models.IntegerField(default=0)  # sum of the order lines' quantities
    reserved = models.PositiveIntegerField(default=0)  # held for homes with a care mark
    ordered_flagged = models.IntegerField(default=0)  # of `ordered`, by homes with a care mark
    surplus_to = models.CharField(
        max_length=8,
        choices=[("stock", _("into our stock")), ("return", _("back to the supplier"))],
        blank=True,
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "buy", "name"], name="one_item_a_buy"),
            models.CheckConstraint(condition=Q(left__gte=0), name="line_not_oversold"),
            models.CheckConstraint(condition=Q(ordered__gte=0), name="line_ordered_positive"),
            models.CheckConstraint(
                condition=Q(cap_total__isnull=True, left__isnull=True)
                | Q(left=F("cap_total") - F("ordered")),
                name="line_left_and_ordered_are_the_cap",
            ),
            models.CheckConstraint(
                condition=Q(ordered_flagged__gte=0, ordered_flagged__lte=F("ordered")),
                name="line_flagged_within_ordered",
            ),
            models.CheckConstraint(
                condition=Q(case_size__gte=1, minimum__gte=1), name="line_sizes_positive"
            ),
            models.CheckConstraint(
                condition=Q(cap_household__isnull=True) | Q(cap_household__gte=F("minimum")),
                name="line_cap_over_minimum",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def to_full_case(self) -> int:
        """Pieces missing from the last case; 0 when the cases are full."""
        return -self.ordered % self.case_size


class BuyTemplate(TenantModel):
    """A compound's own starting point for a round: everything but the dates."""

    name = models.CharField(pgettext_lazy("place", "name"), max_length=60)
    supplier = TenantKey(Supplier, null=True, blank=True, related_name="+")
    body = models.JSONField(default=dict)  # the fields of a round that do not depend on a date
    lines = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="one_buy_template_name")
        ]

    def __str__(self) -> str:
        return self.name
