"""One household's own rows, read lean: what it is told, who lives there, its stair's day."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from households.models import Access, Resident
from notices.models import OWN_ONLY, NoticeKind, Receipt
from notices.queries import MOST_SHOWN, RUBBISH_FOR, SHOWN_FOR, HomeNotice
from reports import rows
from reports.days import DaySpan
from reports.prepared import prepared
from reports.rows import Row, due_within, is_open, work_query


def notices_of(household: int, now: datetime, *, relative: bool = False) -> list[HomeNotice]:
    """What stands on the household's page, as `notices.queries.home_notices`; one query.

    `relative`: as a relative outside gets it, without what is for the household alone.
    """
    found = _notices(
        household=household, after=now - SHOWN_FOR, fresh=now - RUBBISH_FOR, relative=relative
    )
    return [HomeNotice(*values) for values in found]


@prepared
def _notices(household: int, after: datetime, fresh: datetime, relative: bool) -> QuerySet:
    hidden = Q(notice__audience__has_key=OWN_ONLY) if relative else Q(pk__in=[])
    return (
        Receipt.objects.filter(
            ~hidden,
            household=household,
            cancelled_at=None,
            notice__cancelled_at=None,
            notice__sent_at__gt=after,
        )
        .exclude(notice__kind=NoticeKind.RUBBISH, notice__sent_at__lt=fresh)
        .order_by("-notice__sent_at", "-notice_id")
        .values_list(
            "notice_id",
            "notice__kind",
            "notice__title",
            "notice__body",
            "notice__sent_at",
            "notice__is_emergency",
            "notice__needs_acknowledging",
            "acknowledged_at",
            "read_at",
            "finished_at",
            "told_how",
        )[:MOST_SHOWN]
    )


def relatives_of(household: int) -> list[tuple[str, bool]]:
    """(儿子 李**, may he act) of each relative who acts for the household or asks to; one query."""
    return [(name, granted is not None) for name, granted in _relatives(household=household)]


@prepared
def _relatives(household: int) -> QuerySet:
    found = Access.objects.filter(household=household, is_proxy=True, ended_at=None)
    return found.order_by("asked_at").values_list("said_name", "granted_at")


def names_of(household: int) -> list[str]:
    """Who lives there, the head first; one query."""
    return [name for (name,) in _names(household=household)]


@prepared
def _names(household: int) -> QuerySet:
    living = Resident.objects.filter(household=household, moved_out_at=None)
    return living.order_by("-is_head", "position", "id").values_list("name")


def today_of(household: int, unit: int, span: DaySpan) -> list[Row]:
    """This stair's rounds and windows of today, a call to somebody of this household, and what it
    asked for and waits for."""
    found = _today(household=household, unit=unit, begin=span.begin, end=span.end)
    return [Row._make(values) for values in found]


@prepared
def _today(household: int, unit: int, begin: datetime, end: datetime) -> QuerySet:
    today = due_within(begin, end)
    stair = today & Q(unit_id=unit)
    return work_query(
        {
            rows.ROUND: stair,
            rows.WINDOW: stair,
            rows.CARE: today & Q(household=household),
            rows.ASK: is_open() & Q(household=household),
        }
    )
