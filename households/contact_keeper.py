"""How a household was found and signed in: for its export, and for the purge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Access, Household, Invitation, Verification


class ContactKeeper:
    """Verifications, phones that may open the home's page, links that were sent out."""

    name = "contact"

    def export(self, household: Household) -> list[Section]:
        return [_verified(household), _signed_in(household), _invited(household)]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Notes and the names that people gave go; that a door was verified stays."""
        found = Verification.objects.filter(household__in=households, due_at__lt=before)
        touched = found.exclude(note="").update(note="")
        # A phone that still opens the page keeps its name, so that the household knows it.
        ended = Access.objects.filter(household__in=households, ended_at__lt=before)
        return int(touched + ended.exclude(said_name="").update(said_name=""))


def _verified(household: Household) -> Section:
    rows = Verification.objects.filter(household=household).select_related("finished_by")
    return Section(
        _("Verification"),
        (_("outcome"), _("at"), _("by"), _("note")),
        [
            (row.get_outcome_display(), row.finished_at or row.tried_at, row.finished_by, row.note)
            for row in rows.order_by("pk")
        ],
    )


def _signed_in(household: Household) -> Section:
    rows = Access.objects.filter(household=household).order_by("pk")
    return Section(
        _("Sign-ins"),
        (_("who says so"), _("asked at"), _("since"), _("ended"), _("last seen")),
        [(r.said_name, r.asked_at, r.granted_at, r.ended_at, r.last_seen_at) for r in rows],
    )


def _invited(household: Household) -> Section:
    rows = Invitation.objects.filter(household=household).select_related("made_by")
    return Section(
        _("Links for relatives"),
        (_("made at"), _("by"), _("good until"), _("used at"), _("ended")),
        [
            (row.made_at, row.made_by, row.expires_at, row.used_at, row.ended_at)
            for row in rows.order_by("pk")
        ],
    )
