"""What sanitation adds to the handover of a shift."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.utils.translation import gettext_lazy as _

from lockdown.kernel.packed import Lists, packed, unpacked
from seals.handover import Figure, Span
from waste.models import DisinfectionRound


def rounds_of_next(span: Span) -> dict[str, ArraySubquery]:
    rows = DisinfectionRound.objects.open().filter(
        compound=span.compound, due_at__gte=span.next.begins_at, due_at__lt=span.next.ends_at
    )
    return {"rounds": packed(rows.order_by("due_at", "unit__position"), "unit__building")}


def rounds_ahead(span: Span, lists: Lists) -> Iterable[Figure]:
    """Disinfection that falls due in the next shift."""
    found = unpacked(DisinfectionRound, lists["rounds"])
    yield Figure(
        "rounds",
        _("Disinfection rounds in the next shift"),
        len(found),
        "",
        tuple(f"{row.due_at.astimezone(span.compound.tz):%H:%M} {row.unit}" for row in found),
        "waste:day",
    )
