"""The states of a round of buying and the one table of what may follow what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BuyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("with the committee")
    REJECTED = "rejected", _("rejected")
    APPROVED = "approved", _("approved, opens later")
    OPEN = "open", pgettext_lazy("group-buy", "open")
    LOCKED = "locked", _("closed, to be ordered")
    ORDERED = "ordered", _("ordered from the supplier")
    ARRIVED = "arrived", _("at the gate")
    COUNTED = "counted", _("counted")
    ALLOCATED = "allocated", _("allocated")
    DELIVERING = "delivering", _("on the way to the doors")
    DELIVERED = "delivered", _("delivered")
    SETTLED = "settled", pgettext_lazy("group-buy", "settled")
    NOT_FORMED = "not_formed", _("did not form")
    CANCELLED = "cancelled", _("cancelled")
    SUPPLIER_FAILED = "supplier_failed", _("the supplier failed")


S = BuyState
# Extending is no state: the round stays open until a later time.
TRANSITIONS: dict[BuyState, frozenset[BuyState]] = {
    S.DRAFT: frozenset({S.IN_REVIEW, S.CANCELLED}),
    S.IN_REVIEW: frozenset({S.APPROVED, S.OPEN, S.REJECTED, S.DRAFT, S.CANCELLED}),
    S.REJECTED: frozenset({S.DRAFT, S.CANCELLED}),
    S.APPROVED: frozenset({S.OPEN, S.DRAFT, S.CANCELLED}),
    S.OPEN: frozenset({S.LOCKED, S.NOT_FORMED, S.CANCELLED}),
    S.LOCKED: frozenset({S.ORDERED, S.CANCELLED, S.SUPPLIER_FAILED}),
    S.ORDERED: frozenset({S.ARRIVED, S.CANCELLED, S.SUPPLIER_FAILED}),
    S.ARRIVED: frozenset({S.COUNTED}),
    S.COUNTED: frozenset({S.ALLOCATED}),
    S.ALLOCATED: frozenset({S.DELIVERING}),
    S.DELIVERING: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset({S.SETTLED}),
    S.SETTLED: frozenset(),
    S.NOT_FORMED: frozenset(),
    S.CANCELLED: frozenset(),
    S.SUPPLIER_FAILED: frozenset(),
}
