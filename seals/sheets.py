"""An order on paper: the numbered document, and the notice for a unit door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compounds.models import Member
from households.views.labels import qr
from seals.history import dates, what_then
from seals.means import household_lines, level_text
from seals.models import SealOrder
from seals.planning import Step, place_of, steps_of
from seals.words import said


def step_line(step: Step) -> dict[str, str]:
    days = "、".join(map(str, step.days))
    when = " ".join(step.at)
    if step.repeat == "days":
        when = _("Day %(days)s %(times)s") % {"days": days, "times": when}
    elif step.repeat == "daily":
        when = _("every day %(times)s") % {"times": when}
    else:
        when = _("at once")
    return {"when": when, "title": said(step.title), "detail": said(step.detail)}


def document_context(order: SealOrder, member: Member, now: datetime) -> dict[str, Any]:
    return {
        **_sheet(order, member, now),
        "homes": place_of(order).homes().count(),
        "lines": [step_line(step) for step in sorted(steps_of(order), key=_in_order)],
        "means": household_lines(order),
        "dates": dates(order, full_date),
        "then": what_then(order, now),
        "number": document_number(order),
    }


def notice_context(order: SealOrder, member: Member, now: datetime, address: str) -> dict[str, Any]:
    """The notice for the doors of a stair; `address` is the page behind the QR."""
    return {
        **_sheet(order, member, now),
        "means": household_lines(order),
        "days": order.days,
        "number": document_number(order),
        "qr": qr(address),
    }


def _in_order(step: Step) -> tuple[int, tuple[str, ...]]:
    """At once, then every day by the hour, then on certain days."""
    return ("once", "daily", "days").index(step.repeat), step.at


def full_date(moment: datetime) -> str:
    """Paper is read on other days than it is printed: no "today"."""
    return date_format(timezone.localtime(moment), "Y-n-j H:i")


def _sheet(order: SealOrder, member: Member, now: datetime) -> dict[str, Any]:
    return {
        "order": order,
        "place": order.compound.name
        if order.place_kind == "compound"
        else f"{order.compound.name} {order.place_label}",
        "level": level_text(order.level),
        "printed_by": member.name,
        "printed_at": now,
        "compound_name": order.compound.name,
        "back_url": reverse("seals:order", args=[order.compound.slug, order.pk]),
    }


def document_number(order: SealOrder) -> str:
    """ "2021-3": the year of issue in the compound's zone and the order's number."""
    at = (order.issued_at or order.starts_at).astimezone(order.compound.tz)
    return f"{at:%Y}-{order.number or 0}"
