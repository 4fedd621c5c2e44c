"""What care adds to the lift checklist."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from seals.lift import Behind, Finding, Look, holder, named, waiting
from volunteers.models import TO_KNOCK, CareVisit


def calls_made(look: Look) -> Finding:
    """Today's care calls of the order; one query."""
    order = look.order
    rows = CareVisit.objects.filter(
        order=order, cancelled_at=None, day=order.compound.today(look.now)
    )
    found = waiting(rows.select_related("home", "resident", "assignee"), "home__position", "id")
    slug = order.compound.slug
    return Finding(
        "care",
        gettext_lazy("Today's care calls made"),
        not found.open,
        found.fact,
        tuple(
            Behind(
                named(order, row.home, row.resident.name),
                _note(row),
                reverse("volunteers:care-record", args=[slug, row.pk]),
                holder(row),
            )
            for row in found.rows
        ),
        count=found.open,
        url=reverse("volunteers:care-list", args=[slug]),
        short=gettext_lazy("Care calls"),
    )


def _note(row: CareVisit) -> str:
    if row.needs_knock:
        return _(TO_KNOCK)
    tries = ngettext("tried %(count)s time", "tried %(count)s times", row.attempts)
    return tries % {"count": row.attempts} if row.attempts else ""
