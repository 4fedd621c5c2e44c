"""Following up, set-wise across all compounds: nobody stays untold without a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, Q

from compounds.models import Member
from compounds.pace import longer_ago, quickened
from compounds.rota import Rota, Spot
from households.models import Phone
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope_of_every_compound
from notices.audience import APP_ONLY, signed_in
from notices.models import OWN_ONLY, Notice, NoticeKind, Receipt, Route
from notices.sending import time_to_tell

log = structlog.get_logger(__name__)

OPEN_WITHIN = timedelta(minutes=30)  # our default: an emergency not opened is rung up after this
STILL_FRESH = timedelta(hours=48)  # older notices do not appear on a page opened later
BATCH = 2000
TO_A_PERSON = (Route.CALL, Route.KNOCK)


def due_notices(now: datetime) -> list[tuple[int, int]]:
    """(compound, notice) of what is to be sent and is not, across all compounds."""
    with scope_of_every_compound():
        due = Notice.objects.filter(sent_at=None, cancelled_at=None, send_at__lte=now)
        return list(due.order_by("send_at").values_list("compound_id", "id")[:BATCH])


def chase(*, now: datetime) -> tuple[int, int]:
    """Returns (put on a phone page, given to a person). Twice changes nothing more."""
    with scope_of_every_compound():
        return chase_here(now)


def chase_here(now: datetime) -> tuple[int, int]:
    """The same within the scope in force."""
    return show_on_page(now), _hand_to_people(now)


def show_on_page(now: datetime, **where: int) -> int:
    """Households that signed in after the notice get it on their page, while it is open; so do
    relatives who act for a household without a page of its own.

    Once: what fell back from an unread page to a person stays with the person.
    """
    fresh = (
        Receipt.objects.open()
        .filter(
            sent_at=None,
            notice__cancelled_at=None,
            notice__sent_at__gt=now - STILL_FRESH,
            **where,
        )
        .order_by()
    )
    own = (
        fresh.filter(_phones(relatives=False))
        .exclude(route=Route.APP)
        .update(route=Route.APP, sent_at=now, assignee=None)
    )
    through = (
        fresh.filter(_phones(relatives=True), relayed_at=None, route__in=TO_A_PERSON)
        .exclude(notice__audience__has_key=OWN_ONLY)
        .update(route=Route.RELATIVE, relayed_at=now, assignee=None)
    )
    return own + through


def _phones(*, relatives: bool) -> Exists:
    """Whether a phone of the household, or of a relative who acts for it, may open its page."""
    found = signed_in("household", relatives=relatives)
    return Exists(found.filter(compound=OuterRef("compound")))


def _hand_to_people(now: datetime) -> int:
    """Pages not opened in time become calls, or knocks where there is no telephone.

    A relative who read it has told nobody yet: only his word that he has passed it on counts. When
    he no longer acts for the household, nobody waits for him.
    """
    paces = quickened()
    urgent = Q(notice__is_emergency=True)
    late = Q(due_at__lt=now)
    unopened = longer_ago("sent_at", OPEN_WITHIN, now, paces)
    not_passed_on = longer_ago("relayed_at", OPEN_WITHIN, now, paces)
    own = Q(route=Route.APP, read_at=None) & (urgent & unopened | late)
    through = Q(route=Route.RELATIVE) & (urgent & not_passed_on | late | ~_phones(relatives=True))
    rows = list(
        Receipt.objects.open()
        .filter(own | (through & ~Q(notice__audience__has_key=APP_ONLY)))
        .filter(notice__cancelled_at=None)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("home", "notice")
        .annotate(
            has_phone=Exists(
                Phone.objects.filter(compound=OuterRef("compound"), household=OuterRef("household"))
            )
        )
        .order_by("compound_id", "home__unit_id", "-home__floor")[:BATCH]
    )
    by_compound = defaultdict(list)
    for row in rows:
        by_compound[row.compound_id].append(row)
    rotas = _rotas(list(by_compound))
    pace_of = {key: pace for pace, keys in paces.items() for key in keys}
    return sum(
        _give(some, rotas[key], now, pace_of.get(key, 1)) for key, some in by_compound.items()
    )


def _rotas(compounds: list[int]) -> dict[int, Rota]:
    members: dict[int, list[Member]] = {key: [] for key in compounds}
    for member in Member.objects.filter(compound_id__in=compounds, left_at=None):
        members[member.compound_id].append(member)
    return {key: Rota(some) for key, some in members.items()}


def _give(rows: list[Receipt], people: Rota, now: datetime, pace: int) -> int:
    """One compound's rows to its people: one UPDATE for each person, route and urgency."""
    try:
        chosen = people.share("reach", [Spot(row.home.unit_id, row.home.floor) for row in rows])
    except Refused:
        log.warning("nobody_to_tell", compound=rows[0].compound_id, households=len(rows))
        return 0
    alike: dict[tuple[int, str, bool], list[int]] = defaultdict(list)
    for row, member in zip(rows, chosen, strict=True):
        route = Route.CALL if row.has_phone else Route.KNOCK  # type: ignore[attr-defined]
        alike[member.pk, route, row.notice.is_emergency].append(row.pk)
    for (member_id, way, urgent), keys in alike.items():
        Receipt.objects.filter(compound_id=rows[0].compound_id, pk__in=keys).update(
            route=way, assignee_id=member_id, due_at=now + time_to_tell(urgent) / pace
        )
    return len(rows)


def drop_open(order_id: int, now: datetime) -> int:
    """Nobody needs to be told of a lifted order's earlier notices any more."""
    return (
        Receipt.objects.open()
        .filter(~Q(notice__kind=NoticeKind.LIFT), notice__order_id=order_id)
        .order_by()
        .update(cancelled_at=now)
    )
