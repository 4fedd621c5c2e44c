"""Notices on the page of a relative who acts for a household: read by him, passed on by him."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from households.models import Access, Household
from households.proxies import standing
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from notices.models import OWN_ONLY, Notice, Reading, Receipt, Told


def for_relatives(household: Household) -> QuerySet[Receipt]:
    """What relatives receive of a household's notices: all but what is for the household alone."""
    rows = Receipt.objects.filter(household=household, cancelled_at=None)
    return rows.filter(notice__cancelled_at=None).exclude(notice__audience__has_key=OWN_ONLY)


def mark_seen(*, access: Access, now: datetime) -> int:
    """The relative has the page before him. It says nothing about the household itself.

    One statement for all notices; those that he has read before stay as they are.
    """
    rows = for_relatives(access.household).filter(notice__sent_at__lte=now)
    known = Reading.objects.filter(access=access).values("receipt")
    select, parameters = (
        rows.exclude(pk__in=known).order_by().values_list("pk").query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_reading (compound_id, receipt_id, access_id, read_at)"
            f" SELECT %s, one.receipt, %s, %s FROM ({select}) AS one (receipt)"
            " ON CONFLICT DO NOTHING",
            [access.compound_id, access.pk, now, *parameters],
        )
        return cursor.rowcount


@transaction.atomic
def pass_on(*, notice: Notice, by: Access) -> Receipt:
    """The relative has told the household: its receipt is finished as told through a relative.

    Twice is once; a household that was reached before keeps how. Refused: somebody of the home, a
    notice for others or for the household alone, a relative who no longer acts for it.
    """
    standing(by)
    if not by.is_proxy:
        raise Refused(_("This is your own page: say that you have read it."), code="not_yours")
    rows = for_relatives(by.household).select_for_update(of=("self",))
    receipt = rows.select_related("notice", "home").filter(notice=notice).first()
    if receipt is None:
        raise Refused(_("This notice is not on your page any more."), code="not_yours")
    now = timezone.now()
    reading, _made = Reading.objects.get_or_create(
        compound_id=by.compound_id, receipt=receipt, access=by, defaults={"read_at": now}
    )
    if reading.passed_on_at is None:
        reading.passed_on_at = now
        reading.save(update_fields=["passed_on_at"])
    if receipt.finished_at is None:
        receipt.finished_at, receipt.told_how = now, Told.RELATIVE
        receipt.save(update_fields=["finished_at", "told_how"])
        _record(receipt, by)
    return receipt


def _record(receipt: Receipt, by: Access) -> None:
    record(
        "HouseholdTold",
        compound=receipt.compound_id,
        by=by,
        household=receipt.household_id,
        order=receipt.notice.order_id,
        data={
            "door": receipt.home.label,
            "title": receipt.notice.title,
            "how": plain(Told.RELATIVE.label),
        },
    )
