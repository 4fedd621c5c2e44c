"""Sanitation: disinfection rounds, and rubbish windows that wait for them."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compounds.models import Unit
from compounds.work import Work, work_constraints, work_indexes
from lockdown.kernel.fields import TenantKey
from seals.models import SealOrder


class Agent(models.TextChoices):
    CHLORINE = "chlorine", _("chlorine disinfectant")
    ALCOHOL = "alcohol", _("75 % alcohol")
    PEROXIDE = "peroxide", _("hydrogen peroxide")
    QUAT = "quat", _("quaternary ammonium")


class DisinfectionRound(Work):
    """One disinfection of one unit: planned → due → in progress → done | missed."""

    GRACE: ClassVar[timedelta] = timedelta(hours=2)
    MISS_EVENT: ClassVar[str] = "RoundMissed"
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("unit__building",)

    order = TenantKey(SealOrder, null=True, blank=True, related_name="rounds")
    unit = TenantKey(Unit, related_name="rounds")
    points = models.CharField(_("points"), max_length=200, blank=True)
    # What the plan asks for; the done_ fields are what was used.
    agent = models.CharField(max_length=12, choices=Agent.choices, default=Agent.CHLORINE)
    mg_per_litre = models.PositiveIntegerField(default=1000)
    contact_minutes = models.PositiveSmallIntegerField(default=30)
    started_at = models.DateTimeField(null=True, blank=True)
    done_agent = models.CharField(max_length=12, choices=Agent.choices, blank=True)
    done_mg_per_litre = models.PositiveIntegerField(null=True, blank=True)
    done_contact_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    batch = models.CharField(_("batch"), max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "unit", "due_at"], name="one_round_a_time"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(done_mg_per_litre__isnull=False),
                name="round_done_with_figures",
            ),
            *work_constraints("round"),
        ]
        indexes = [
            models.Index(fields=["compound", "due_at"], name="round_by_time"),
            *work_indexes("round"),
        ]

    def missed_data(self) -> dict[str, object]:
        return {"place": str(self.unit), "due": self.due_at.isoformat()}

    def __str__(self) -> str:
        return f"round {self.unit_id} {self.due_at:%F %H:%M}"


class Phase(models.TextChoices):
    """What residents do with their rubbish now."""

    KEEP_IN = "keep_in", _("keep it in")
    PUT_OUT = "put_out", _("put it out now")
    COLLECTING = "collecting", _("being collected")
    CLOSED = "closed", _("collected")


class Scheme(models.TextChoices):
    """Three official orders of steps; the plan template chooses one."""

    DISINFECT_FIRST = "disinfect_first", _("keep in, disinfect, put out, collect")  # Yujingwan
    BAG_THEN_DISINFECT = "bag_then_disinfect", _("put out, disinfect, collect")  # Dandong
    BOX_AT_DOOR = "box_at_door", _("put out, collect")  # Tianchang


# From phase to the next, and whether the gate round must be done before that move.
MOVES: dict[str, dict[str, tuple[str, bool]]] = {
    Scheme.DISINFECT_FIRST: {
        Phase.KEEP_IN: (Phase.PUT_OUT, True),
        Phase.PUT_OUT: (Phase.COLLECTING, False),
        Phase.COLLECTING: (Phase.CLOSED, False),
    },
    Scheme.BAG_THEN_DISINFECT: {
        Phase.KEEP_IN: (Phase.PUT_OUT, False),
        Phase.PUT_OUT: (Phase.COLLECTING, True),
        Phase.COLLECTING: (Phase.CLOSED, False),
    },
    Scheme.BOX_AT_DOOR: {
        Phase.KEEP_IN: (Phase.PUT_OUT, False),
        Phase.PUT_OUT: (Phase.COLLECTING, False),
        Phase.COLLECTING: (Phase.CLOSED, False),
    },
}


class RubbishWindow(Work):
    """One unit's rubbish on one day. `due_at` is when it is to be collected."""

    GRACE: ClassVar[timedelta] = timedelta(hours=2)
    MISS_EVENT: ClassVar[str] = "WindowMissed"
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("unit__building",)

    order = TenantKey(SealOrder, null=True, blank=True, related_name="windows")
    unit = TenantKey(Unit, related_name="windows")
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    gate = TenantKey(DisinfectionRound, null=True, blank=True, related_name="windows")
    phase = models.CharField(max_length=12, choices=Phase.choices, default=Phase.KEEP_IN)
    put_out_at = models.DateTimeField(_("planned put-out"))
    opened_at = models.DateTimeField(null=True, blank=True)  # "put out" was said
    collecting_at = models.DateTimeField(null=True, blank=True)
    bags = models.PositiveSmallIntegerField(_("bags"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "unit", "due_at"], name="one_window_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(phase="closed"),
                name="window_closed_when_finished",
            ),
            *work_constraints("window"),
        ]
        indexes = [
            models.Index(fields=["compound", "due_at"], name="window_by_time"),
            *work_indexes("window"),
        ]

    def missed_data(self) -> dict[str, object]:
        return {"place": str(self.unit), "due": self.due_at.isoformat()}

    def __str__(self) -> str:
        return f"window {self.unit_id} {self.due_at:%F %H:%M}"

    @property
    def next_move(self) -> tuple[str, bool] | None:
        """(next phase, whether the gate round must be done first), or None when closed."""
        return MOVES[self.scheme].get(self.phase)
