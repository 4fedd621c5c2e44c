"""What households are told when days are counted anew, a stage eases, an order was a mistake."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound
from journal.actions import SYSTEM
from journal.models import Delivery
from notices.actions import send_notice
from notices.audience import Audience
from notices.models import Notice, NoticeKind, Receipt
from notices.texts import Text, in_words_of_the_place, moment
from seals.means import household_lines
from seals.models import Level, SealOrder
from seals.planning import place_of

Change = tuple[NoticeKind, bool, bool, Text]


def restarted(order: SealOrder, label: str, reason: str) -> Change:
    lines = [
        _("The days of %(place)s are counted anew from %(start)s, planned until %(end)s.")
        % {"place": label, "start": moment(order.clock), "end": moment(order.ends_at)},
        _("Reason: %(reason)s") % {"reason": reason},
        _("Disinfection, rubbish, food and calls go on as before."),
        *_ring(order.compound),
    ]
    title = _("%(place)s: the days are counted anew") % {"place": label}
    return NoticeKind.CHANGE, True, True, Text(title, "\n".join(lines))


def eased(order: SealOrder, label: str, reason: str) -> Change:
    data = {"place": label, "level": Level(order.level).label}
    lines = [
        _("From %(start)s, planned until %(end)s, %(place)s is: %(level)s.")
        % {**data, "start": moment(order.since), "end": moment(order.ends_at)},
        *(f"{one['ask']} {one['answer']}" for one in household_lines(order)),
        *_ring(order.compound),
    ]
    title = _("%(place)s: now %(level)s") % data
    return NoticeKind.CHANGE, False, True, Text(title, "\n".join(lines))


def cancelled(delivery: Delivery) -> None:
    """Whoever was told of the order is told that it was a mistake; the others are not troubled."""
    entry = delivery.entry
    order = SealOrder.objects.select_related(
        "compound", "building", "unit__building", "home__unit__building"
    ).get(pk=entry.order_id)
    notices = Notice.objects.filter(order_id=order.pk)
    told = Receipt.objects.filter(
        Q(finished_at__isnull=False) | Q(sent_at__isnull=False), notice__in=notices
    )
    homes = tuple(sorted(set(told.order_by().values_list("home_id", flat=True))))
    if homes:
        _say_it_was_a_mistake(order, homes, f"entry:{entry.pk}")
    # What was said of the order no longer stands on anybody's page.
    notices.exclude(cause=f"entry:{entry.pk}").filter(cancelled_at=None).update(
        cancelled_at=timezone.now()
    )


def _say_it_was_a_mistake(order: SealOrder, homes: tuple[int, ...], cause: str) -> None:
    with in_words_of_the_place(order.compound):
        label = place_of(order).label
        text = _cancelled_text(order, label, order.cancelled_at or timezone.now())
        send_notice(
            compound=order.compound,
            kind=NoticeKind.CHANGE,
            title=text.title,
            body=text.body,
            audience=Audience(homes=homes),
            cause=cause,
            is_emergency=True,
            needs_acknowledging=True,
            order_id=order.pk,
            by=SYSTEM,
        )


def _cancelled_text(order: SealOrder, label: str, at: datetime) -> Text:
    lines = [
        _("The order for %(place)s was issued by mistake and is cancelled from %(time)s.")
        % {"place": label, "time": moment(at)},
        _("We are sorry for the trouble. Other orders for your home, if any, stay in force."),
        *_ring(order.compound),
    ]
    return Text(_("%(place)s: the order is cancelled") % {"place": label}, "\n".join(lines))


def _ring(compound: Compound) -> list[str]:
    if not compound.duty_phone:
        return []
    return [_("Questions: duty desk %(phone)s.") % {"phone": compound.duty_phone}]
