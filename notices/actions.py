"""Sending notices, and recording for each household whether and how it was reached."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from compounds.places import Place
from compounds.roles import Permission
from households.models import Access, Household
from journal.actions import Actor, HandTo, record
from journal.events import plain
from lockdown.kernel.errors import Refused
from notices.audience import Audience, count
from notices.models import ON_A_PAGE, Notice, NoticeKind, Receipt, Route, Told
from notices.parts import refuse_beyond

SEND = "notices.send"
CALLS_BEFORE_KNOCK = 2  # our default: two calls without an answer, then the door
LONGEST_WAIT_DAYS = 30


@transaction.atomic
def send_notice(
    *,
    compound: Compound,
    kind: NoticeKind,
    title: str,
    body: str,
    cause: str,
    by: Actor,
    place: Place | None = None,
    audience: Audience | None = None,
    is_emergency: bool = False,
    needs_acknowledging: bool = True,
    order_id: int | None = None,
    send_at: datetime | None = None,
) -> Notice:
    """Write a notice and hand it over to be sent, at once or at `send_at`.

    The same cause again gives the same notice. Refused: an audience of nobody, when a person
    chose it; a time more than 30 days away.
    """
    now = timezone.now()
    notice, made = write_notice(
        compound=compound,
        kind=kind,
        title=title,
        body=body,
        cause=cause,
        audience=audience or Audience.of_place(place or Place(compound, "compound")),
        is_emergency=is_emergency,
        needs_acknowledging=needs_acknowledging,
        order_id=order_id,
        send_at=max(send_at or now, now),  # a time that has passed means now
        by=by,
    )
    if made and notice.send_at <= now:
        _hand_over(notice, by)
    return notice


def write_notice(
    *,
    compound: Compound,
    kind: NoticeKind,
    title: str,
    body: str,
    cause: str,
    audience: Audience,
    is_emergency: bool,
    needs_acknowledging: bool,
    order_id: int | None,
    send_at: datetime,
    by: Actor,
) -> tuple[Notice, bool]:
    """The notice of this cause, and whether it is new. Two at once: the unique cause decides."""
    twin = Notice.objects.filter(cause=cause).first()
    if twin is not None:
        return twin, False
    if isinstance(by, Member):
        _refuse_unsendable(audience, send_at)
        refuse_beyond(by, audience)
    return Notice.objects.get_or_create(
        compound=compound,
        cause=cause[:80],
        defaults={
            "kind": kind,
            "title": title[:80],
            "body": body[:2000],
            "audience": audience.as_json(),
            "audience_label": audience.label(),
            "is_emergency": is_emergency,
            "needs_acknowledging": needs_acknowledging,
            "order_id": order_id,
            "send_at": send_at,
            "made_by": by if isinstance(by, Member) else None,
        },
    )


def _refuse_unsendable(audience: Audience, send_at: datetime) -> None:
    if (send_at - timezone.now()).days > LONGEST_WAIT_DAYS:
        raise Refused(
            _("Choose a time within %(days)s days.") % {"days": LONGEST_WAIT_DAYS}, field="send_at"
        )
    if not audience.households().exists():
        raise Refused(_("No household matches. Choose another place, floor or care mark."))


def _hand_over(notice: Notice, by: Actor) -> None:
    record(
        "NoticeWritten",
        compound=notice.compound_id,
        by=by,
        order=notice.order_id,
        data={"title": notice.title, "households": count_of(notice)},
        hand_to=[HandTo(SEND, payload={"notice": notice.pk})],
    )


def count_of(notice: Notice) -> int:
    return count(Audience.of_json(notice.audience)).total


@transaction.atomic
def withdraw(*, notice: Notice, by: Member) -> Notice:
    """Take back a notice that waits for its time. Refused once it is sent."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.cancelled_at:
        return notice
    if notice.sent_at:
        raise Refused(_("This notice has been sent. Send a new one that corrects it."))
    refuse_beyond(by, Audience.of_json(notice.audience))
    notice.cancelled_at = timezone.now()
    notice.save(update_fields=["cancelled_at"])
    record("NoticeWithdrawn", compound=notice.compound_id, by=by, data={"title": notice.title})
    return notice


@transaction.atomic
def acknowledge(*, notice: Notice, by: Access) -> Receipt:
    """A household says that it has read the notice.

    Refused when it was for others, and to a relative: he passes it on (`proxies.pass_on`).
    """
    if by.is_proxy:
        raise Refused(_("Say that you have passed it on, once they know it."), code="not_yours")
    receipt = _receipts().filter(notice=notice, household_id=by.household_id).first()
    if receipt is None:
        raise Refused(_("This notice is not on your page any more."), code="not_yours")
    if receipt.acknowledged_at or receipt.cancelled_at:
        return receipt
    now = timezone.now()
    receipt.acknowledged_at = now
    receipt.read_at = receipt.read_at or now
    receipt.sent_at = receipt.sent_at or now
    receipt.finished_at = receipt.finished_at or now
    receipt.save(update_fields=["acknowledged_at", "read_at", "sent_at", "finished_at"])
    _record(receipt, "NoticeAcknowledged", by)
    return receipt


def mark_read(*, household: Household, now: datetime) -> int:
    """What stands on the household's page has been read; called when the page is shown.

    Read is told: an open receipt is finished by it, whoever had it on their list.
    """
    return (
        Receipt.objects.filter(
            household=household,
            read_at=None,
            cancelled_at=None,
            notice__sent_at__lte=now,
            notice__cancelled_at=None,
        )
        .order_by()
        .update(
            read_at=now,
            sent_at=Coalesce(F("sent_at"), now),
            finished_at=Coalesce(F("finished_at"), now),
        )
    )


@transaction.atomic
def told(*, receipt: Receipt, how: str, note: str = "", by: Member) -> Receipt:
    """A person told the household. Refused: an unknown way, a notice that no longer holds."""
    if how not in Told.values:
        raise Refused(_("Say how they were told."), field="how")
    receipt = _receipts().get(pk=receipt.pk)
    if receipt.finished_at:
        return receipt
    _refuse_cancelled(receipt)
    receipt.finished_at, receipt.finished_by = timezone.now(), by
    receipt.told_how, receipt.note = how, note.strip()[:300]
    receipt.save(update_fields=["finished_at", "finished_by", "told_how", "note"])
    _record(receipt, "HouseholdTold", by, how=plain(Told(how).label))
    return receipt


@transaction.atomic
def no_answer(*, receipt: Receipt, seen: int, by: Member) -> Receipt:
    """Nobody answered. `seen` is how many tries the person saw, so that a second press adds none.

    After two calls the household falls to a knock on the door, on the same person's list or, for
    want of one, on that of whoever has the floor.
    """
    receipt = _receipts().get(pk=receipt.pk)
    if receipt.finished_at or receipt.attempts != seen:
        return receipt
    _refuse_cancelled(receipt)
    receipt.attempts += 1
    if receipt.route == Route.CALL and receipt.attempts >= CALLS_BEFORE_KNOCK:
        receipt.route = Route.KNOCK
    receipt.assignee = receipt.assignee or by
    receipt.save(update_fields=["attempts", "route", "assignee"])
    _record(receipt, "HouseholdNotReached", by, attempts=receipt.attempts)
    return receipt


@transaction.atomic
def assign(*, receipt: Receipt, member: Member, whole_floor: bool, by: Member) -> int:
    """Give a household, or all that is open of its floor, to another person.

    Returns how many changed hands. Refused: somebody who has left or does no such work.
    """
    receipt = _receipts().get(pk=receipt.pk)
    if not member.may(Permission.WORK_DO) or not member.covers(receipt.home):
        raise Refused(_("Choose somebody who works here now."), field="member")
    rows = Receipt.objects.open().exclude(route__in=ON_A_PAGE)
    if whole_floor:
        place = Q(home__unit_id=receipt.home.unit_id, home__floor=receipt.home.floor)
        rows = rows.filter(place)
    else:
        rows = rows.filter(pk=receipt.pk)
    moved = rows.exclude(assignee=member).update(assignee=member)
    if moved:
        what = f"{receipt.home.label} +{moved - 1}" if moved > 1 else receipt.home.label
        record(
            "WorkAssigned",
            compound=receipt.compound_id,
            by=by,
            data={"what": what, "name": member.name},
        )
    return moved


def _receipts() -> QuerySet[Receipt]:
    return Receipt.objects.select_for_update(of=("self",)).select_related(
        "notice", "home", "assignee"
    )


def _refuse_cancelled(receipt: Receipt) -> None:
    if receipt.cancelled_at:
        raise Refused(_("This notice no longer holds; nobody needs to be told."), code="cancelled")


def _record(receipt: Receipt, event: str, by: Actor, **data: object) -> None:
    record(
        event,
        compound=receipt.compound_id,
        by=by,
        household=receipt.household_id,
        order=receipt.notice.order_id,
        data={"door": receipt.home.label, "title": receipt.notice.title} | data,
    )
