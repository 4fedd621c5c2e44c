"""Lifting an order: the checklist, the signature, and what ends with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Member
from compounds.places import Place
from households.models import INSIDE, Household, Presence, Resident
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.actions import locked, stop_work
from seals.lift import Finding, checklist
from seals.models import OrderState, SealOrder
from seals.planning import place_of

NAMED = 3  # of those behind a condition, in the sentence of a refusal


@transaction.atomic
def lift(*, order: SealOrder, statements: dict[str, str], by: Member) -> SealOrder:
    """Lift after the checklist: computed conditions pass, the others are stated by the signer.

    `statements` maps the key of each condition that the data do not show as met to the signer's
    words. Refused, with their names, while one has none; and an order that reaches beyond the
    limits of `by`. Cancels what remains; everyone is told,
    the closing report is frozen and the clock of retention starts.
    """
    order = locked(order)
    refuse_outside(by, order)
    now = timezone.now()
    findings = checklist(order, now)
    missing = [one for one in findings if not one.is_met and not _words(statements, one)]
    if missing:
        raise Refused(
            _("Not settled yet: %(names)s. State for each what you know, or settle it first.")
            % {"names": "、".join(_named(one) for one in missing)},
            code="not_ready",
        )
    order.state = OrderState.LIFTED
    order.lifted_at = now
    order.lifted_by = by
    order.lift_statement = [finding.signed(statements) for finding in findings]
    order.save(update_fields=["state", "lifted_at", "lifted_by", "lift_statement"])
    stop_work(order, now)
    data = {"place": order.place_label, **_people(place_of(order))}
    record("OrderLifted", compound=order.compound_id, by=by, order=order.pk, data=data)
    return order


def _words(statements: dict[str, str], finding: Finding) -> str:
    return statements.get(finding.key, "").strip()


def _named(finding: Finding) -> str:
    """ "Every household verified (502 杨**, 503 李** and 4 more)"."""
    names = "、".join(one.label for one in finding.behind[:NAMED])
    if not names:
        return str(finding.label)
    left = finding.count - min(NAMED, len(finding.behind))
    if left > 0:
        names = _("%(names)s and %(count)s more") % {"names": names, "count": left}
    return _("%(condition)s (%(names)s)") % {"condition": finding.label, "names": names}


def _people(place: Place) -> dict[str, Any]:
    """How many lived there at the moment of lifting: presence is known for now only, so that a
    report made later reads it from the entry. Numbers, no names."""
    homes = place.filter("household__home__")
    living = Resident.objects.filter(moved_out_at=None, household__closed_at=None, **homes)
    counts = living.aggregate(
        inside=Count("id", filter=Q(presence__in=INSIDE)),
        out=Count("id", filter=Q(presence__in=(Presence.AWAY, Presence.RECALLED))),
        elsewhere=Count("id", filter=Q(presence=Presence.TRANSFERRED)),
    )
    files = Household.objects.filter(closed_at=None, **place.filter("home__"))
    return {"homes": place.homes().count(), "households": files.count(), **counts}
