"""Notices, and for each household whether and how it was reached."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member
from compounds.work import Work, work_constraints, work_indexes
from households.models import Access, Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class NoticeKind(models.TextChoices):
    SEAL = "seal", _("seal notice")
    LIFT = "lift", _("lift notice")
    CHANGE = "change", _("change of the order")
    RUBBISH = "rubbish", _("rubbish")
    DISINFECTION = "disinfection", _("disinfection")
    GENERAL = "general", _("notice")


class NoticeState(models.TextChoices):
    """Derived from times, never stored."""

    SCHEDULED = "scheduled", _("scheduled")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    ENDED = "ended", _("no longer valid")
    CANCELLED = "cancelled", _("withdrawn before sending")


class Notice(TenantModel):
    """What is said, to whom. draft → scheduled → sending → sent, told by its times."""

    kind = models.CharField(max_length=14, choices=NoticeKind.choices)
    is_emergency = models.BooleanField(_("emergency"), default=False)
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"), max_length=2000)
    # {"compound": true} or {"unit": [ids]} or {"building": [ids]} or {"home": [ids]}, with an
    # optional {"floors": [numbers]} and {"flags": [kinds]}. With {"own_only": true} it is for the
    # household itself and not for the relatives who act for it.
    audience = models.JSONField(default=dict)
    audience_label = models.CharField(max_length=120, blank=True)
    order_id = models.BigIntegerField(null=True, blank=True)
    cause = models.CharField(max_length=80)  # unique: the same cause sends one notice
    needs_acknowledging = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey(Member, null=True, blank=True, related_name="+")
    send_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-send_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "cause"], name="one_notice_a_cause")
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                name="notice_to_send",
                condition=Q(sent_at__isnull=True, cancelled_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def at(self) -> datetime:
        """When it went out, or is to go out."""
        return self.sent_at or self.send_at

    def state(self, now: datetime | None = None) -> NoticeState:
        if self.cancelled_at:
            return NoticeState.ENDED if self.sent_at else NoticeState.CANCELLED
        if self.sent_at:
            return NoticeState.SENT
        later = self.send_at > (now or timezone.now())
        return NoticeState.SCHEDULED if later else NoticeState.SENDING


class Route(models.TextChoices):
    """How a household is to be reached; each failing falls to the next."""

    APP = "app", _("on their phone page")
    RELATIVE = "relative", _("by a relative outside, on his page")
    CALL = "call", _("by phone")
    KNOCK = "knock", _("knock on the door")


# It stands on a page and waits there for somebody to open it; not on anybody's list yet.
ON_A_PAGE = (Route.APP, Route.RELATIVE)
# Notices that a household hears by itself, never through those who act for it.
OWN_ONLY = "own_only"


class Told(models.TextChoices):
    """How a person told them, when the page did not."""

    CALL = "call", _("by phone")
    DOOR = "door", _("at the door")
    NEIGHBOUR = "neighbour", _("through a neighbour")
    RELATIVE = "relative", _("through a relative")
    GROUP = "group", _("in the chat group, they answered")


class Receipt(Work):
    """One household and one notice: finished when read, acknowledged or told.

    While it is open and the route is call or knock, it is on somebody's list. A notice that
    needs no acknowledging is finished as soon as it stands on the household's phone page. On the
    page of a relative it is finished when he says that he has passed it on.
    """

    GRACE: ClassVar[timedelta] = timedelta(hours=12)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("home",)

    notice = TenantKey(Notice, related_name="receipts")
    household = TenantKey(Household, related_name="receipts")
    home = TenantKey(Home, related_name="+")
    route = models.CharField(max_length=8, choices=Route.choices)
    sent_at = models.DateTimeField(null=True, blank=True)  # put on their phone page
    relayed_at = models.DateTimeField(null=True, blank=True)  # put on a relative's page
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    told_how = models.CharField(max_length=10, choices=Told.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("telling a household")
        constraints = [
            models.UniqueConstraint(fields=["compound", "notice", "household"], name="one_receipt"),
            *work_constraints("receipt"),
        ]
        indexes = [
            models.Index(fields=["compound", "household", "notice"], name="receipt_by_household"),
            *work_indexes("receipt"),
        ]

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": self.home.label}

    @property
    def reason(self) -> str:
        """Why somebody has to go or ring, in one short sentence."""
        if self.route == Route.APP:
            return str(_("on their phone page, not opened yet"))
        if self.route == Route.RELATIVE:
            return str(_("on a relative's page, not passed on yet"))
        if self.attempts:
            return str(_("no answer %(times)s times")) % {"times": self.attempts}
        if self.relayed_at and not self.sent_at:
            return str(_("the relative has not passed it on"))
        if self.sent_at:
            return str(_("phone page not opened"))
        if self.route == Route.CALL:
            return str(_("not signed in on a phone"))
        return str(_("no phone registered"))

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.household_id}"


class Reading(TenantModel):
    """A relative and a notice of the home he acts for: when he read it, when he passed it on.

    Kept apart from the receipt, which says how the household itself was reached.
    """

    receipt = TenantKey(Receipt, related_name="readings")
    access = TenantKey(Access, related_name="+")
    read_at = models.DateTimeField(default=timezone.now)
    passed_on_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "receipt", "access"], name="one_reading_a_relative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.access_id} read {self.receipt_id}"
