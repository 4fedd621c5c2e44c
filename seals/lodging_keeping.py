"""What lodging keeps about people: for a household's own export, and for the purge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from households.keeping import Section, register_keeper
from households.models import Household
from seals.models import DutyTask, Guest, LodgingOffer

GUEST_BLANK = {"name": "", "phone": "", "with_whom": "", "employer": "", "needs_note": ""}
OFFER_BLANK = {"contact": "", "phone": "", "conditions": "", "made_by": ""}


class LodgingKeeper:
    """Guests of a household's file or under its roof, and the beds it offered."""

    name = "lodging"

    def export(self, household: Household) -> list[Section]:
        """Two queries."""
        guests = _guests([household.pk]).order_by("registered_at")
        offers = LodgingOffer.objects.filter(household=household).order_by("made_at")
        return [
            Section(
                _("Lodging: guests"),
                (_("Name"), _("Phone"), _("With whom"), _("Employer"), _("Needs"), _("Registered")),
                [
                    (g.name, g.phone, g.with_whom, g.employer, " ".join(g.needs), g.registered_at)
                    for g in guests
                ],
            ),
            Section(
                _("Lodging: beds offered"),
                (_("Beds"), _("First night"), _("Last night"), _("Contact"), _("Phone")),
                [(o.beds, o.first_night, o.last_night, o.contact, o.phone) for o in offers],
            ),
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Guests who are gone and offers that have ended lose everything personal.

        A guest who never was in a home's file belongs to no household, and goes with any purge.
        """
        gone = Guest.objects.filter(gone_at__lt=before).exclude(name="")
        keys = set(_guests(households, gone).values_list("pk", flat=True))
        keys |= set(gone.filter(resident=None, stays=None).values_list("pk", flat=True))
        touched = Guest.objects.filter(pk__in=keys).update(**GUEST_BLANK)
        DutyTask.objects.filter(guest__in=keys).exclude(title="").update(title="", note="")
        ended = Q(withdrawn_at__lt=before) | Q(last_night__lt=before.date())
        offers = LodgingOffer.objects.filter(ended, household__in=households, made_at__lt=before)
        return touched + offers.exclude(**OFFER_BLANK).update(**OFFER_BLANK)


def _guests(households: Sequence[int], among: QuerySet[Guest] | None = None) -> QuerySet[Guest]:
    rows = Guest.objects.all() if among is None else among
    mine = Q(resident__household__in=households) | Q(stays__offer__household__in=households)
    return rows.filter(mine).distinct()


def connect() -> None:
    """Called when the app is ready."""
    register_keeper(LodgingKeeper())
