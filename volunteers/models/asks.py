"""What a household asks for: itself, through a relative outside, or by a call to the staff."""

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


class AskKind(models.TextChoices):
    MEDICINE = "medicine", _("medicine")
    ADVICE = "advice", _("medical advice")
    COUNSELLING = "counselling", _("somebody to talk to")
    FOOD = "food", _("food and daily goods")
    ERRAND = "errand", _("an errand")
    REPAIR = "repair", _("a repair")
    OTHER = "other", _("something else")


# Seen by the household and by those who may see medical requests, by nobody else.
MEDICAL = (AskKind.MEDICINE, AskKind.ADVICE, AskKind.COUNSELLING)


class AskOutcome(models.TextChoices):
    OPEN = "", _("open")
    DONE = "done", _("done")
    CANNOT = "cannot", _("cannot be done")


class AskState(models.TextChoices):
    """Where a request stands, told by its times; the words of the asker's page."""

    ASKED = "asked", _("received")
    GIVEN = "given", _("given to somebody")
    UNDER_WAY = "under_way", _("being done")
    DONE = "done", _("done")
    CANNOT = "cannot", _("cannot be done")
    CANCELLED = "cancelled", _("taken back")


class Ask(Work):
    """One request. asked → accepted → under way → done, or cannot with the reason and what next.

    It has an assignee from the first moment; `accepted_at` is when that person took it on.
    """

    GRACE: ClassVar[timedelta] = timedelta(hours=4)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("home",)

    household = TenantKey(Household, related_name="asks")
    home = TenantKey(Home, related_name="+")
    kind = models.CharField(_("what is needed"), max_length=12, choices=AskKind.choices)
    text = models.CharField(_("in your words"), max_length=500)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    wanted_at = models.DateTimeField(_("needed by"), null=True, blank=True)
    # The number that the asker gave for this request; whoever sees the request may ring it.
    call_back = models.CharField(_("ring us at"), max_length=20, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    # Who really asked: a phone of the home or of a relative, or staff who had it on the phone.
    access = TenantKey(Access, null=True, blank=True, related_name="+")
    member = TenantKey(Member, null=True, blank=True, related_name="+")
    asked_by = models.CharField(max_length=80)
    form_key = models.CharField(max_length=40)
    accepted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=AskOutcome.choices, blank=True)
    answer = models.CharField(_("what was done, or why not"), max_length=300, blank=True)
    next_step = models.CharField(_("what next"), max_length=300, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("request for help")
        constraints = [
            # The same form sent twice is one request.
            models.UniqueConstraint(
                fields=["compound", "household", "form_key"], name="one_ask_a_form"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, outcome="")
                | Q(finished_at__isnull=False, outcome__in=["done", "cannot"]),
                name="ask_finished_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="cannot") | ~Q(answer="") & ~Q(next_step=""),
                name="ask_cannot_says_why",
            ),
            models.CheckConstraint(
                condition=Q(access__isnull=True) | Q(member__isnull=True), name="one_asker_an_ask"
            ),
            *work_constraints("ask"),
        ]
        indexes = [
            models.Index(fields=["compound", "household", "-asked_at"], name="ask_by_household"),
            models.Index(fields=["compound", "-asked_at"], name="ask_by_time"),
            *work_indexes("ask"),
        ]

    def __str__(self) -> str:
        return f"ask {self.pk} {self.kind}"

    @property
    def is_medical(self) -> bool:
        return self.kind in MEDICAL

    @property
    def standing(self) -> AskState:
        if self.cancelled_at:
            return AskState.CANCELLED
        if self.finished_at:
            return AskState.CANNOT if self.outcome == AskOutcome.CANNOT else AskState.DONE
        if self.started_at:
            return AskState.UNDER_WAY
        return AskState.GIVEN if self.assignee_id else AskState.ASKED

    def may_reopen(self, now: datetime) -> bool:
        """Within a day after it was answered."""
        return self.finished_at is not None and now - self.finished_at <= timedelta(days=1)

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": self.home.label}
