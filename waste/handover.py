"""What sanitation adds to the handover of a shift."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from seals.handover import Figure, Span
from waste.models import DisinfectionRound


def rounds_ahead(span: Span) -> Iterable[Figure]:
    """Disinfection that falls due in the next shift; one query."""
    rows = DisinfectionRound.objects.open().filter(
        due_at__gte=span.next.begins_at, due_at__lt=span.next.ends_at
    )
    found = list(rows.select_related("unit__building").order_by("due_at", "unit__position"))
    yield Figure(
        "rounds",
        _("Disinfection rounds in the next shift"),
        len(found),
        "",
        tuple(f"{row.due_at.astimezone(span.compound.tz):%H:%M} {row.unit}" for row in found),
        "waste:day",
    )
