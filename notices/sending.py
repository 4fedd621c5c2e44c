"""Writing a notice's receipts: everybody of the audience, once, whatever happens to the worker.

One INSERT … SELECT makes all receipts, in the transaction that marks the notice as sent and
records the fact. A worker killed in the middle leaves nothing behind; the outbox or the sweep
starts again, and a notice already sent is left alone. One compound has at most 20,000 homes, so
one statement is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count as CountRows
from django.utils import timezone

from compounds.models import Member
from compounds.rota import Rota, Spot, rota
from journal.actions import SYSTEM, Actor, record
from journal.models import Delivery
from notices.audience import Audience
from notices.models import ON_A_PAGE, Notice, Receipt

TO_TELL = timedelta(hours=3)  # our default: everybody is told within three hours,
TO_TELL_NOW = timedelta(hours=1)  # in an emergency within one


def time_to_tell(is_emergency: bool) -> timedelta:
    return TO_TELL_NOW if is_emergency else TO_TELL


def send_handler(delivery: Delivery) -> None:
    """The outbox hands a written notice over."""
    deliver(delivery.payload["notice"], now=timezone.now())


def deliver(notice_id: int, *, now: datetime) -> int:
    """Write the receipts of a notice that is due; returns how many households it has.

    Nothing happens when it is sent, withdrawn, not due yet, or in another worker's hands.
    """
    notice = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=notice_id, sent_at=None, cancelled_at=None, send_at__lte=now)
        .select_related("compound", "made_by")
        .first()
    )
    if notice is None:
        return Receipt.objects.filter(notice_id=notice_id).count()
    audience = Audience.of_json(notice.audience)
    _insert(notice, audience, floors_shared(audience, rota()), now)
    count = Receipt.objects.filter(notice=notice).count()
    notice.sent_at = now
    notice.save(update_fields=["sent_at"])
    by: Actor = notice.made_by or SYSTEM
    record(
        "NoticeSent",
        compound=notice.compound_id,
        by=by,
        at=now,
        order=notice.order_id,
        data={"title": notice.title, "households": count, "notice": notice.pk},
    )
    return count


def floors_shared(audience: Audience, people: Rota) -> dict[tuple[int, int], Member]:
    """Who rings and knocks on each floor; floors go round by the number of households on them."""
    floors = (
        audience.households()
        .exclude(route__in=ON_A_PAGE)
        .order_by("home__unit_id", "-home__floor")
        .values_list("home__unit_id", "home__floor")
        .annotate(households=CountRows("pk"))
    )
    spots = [Spot(unit, floor) for unit, floor, number in floors for _each in range(number)]
    chosen = people.share("reach", spots) if spots else []
    return {
        (int(spot.unit_id or 0), spot.floor): member
        for spot, member in zip(spots, chosen, strict=True)
    }


def _insert(
    notice: Notice,
    audience: Audience,
    floors: dict[tuple[int, int], Member],
    now: datetime,
) -> None:
    source = audience.households().values_list(
        "pk", "home_id", "home__unit_id", "home__floor", "route"
    )
    select, params = source.query.sql_with_params()
    # A notice that asks for no answer is done when it stands on the page.
    finished = None if notice.needs_acknowledging else now
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO notices_receipt (compound_id, notice_id, household_id, home_id, route,
                sent_at, relayed_at, finished_at, assignee_id, due_at, told_how, note, attempts)
            SELECT %s, %s, one.household, one.home, one.route,
                CASE WHEN one.route = 'app' THEN %s::timestamptz END,
                CASE WHEN one.route = 'relative' THEN %s::timestamptz END,
                CASE WHEN one.route = 'app' THEN %s::timestamptz END,
                CASE WHEN one.route NOT IN ('app', 'relative') THEN who.member END,
                %s, '', '', 0
            FROM ({select}) AS one (household, home, unit, floor, route)
            LEFT JOIN unnest(%s::bigint[], %s::int[], %s::bigint[]) AS who (unit, floor, member)
                ON who.unit = one.unit AND who.floor = one.floor
            ON CONFLICT DO NOTHING
            """,
            [
                notice.compound_id,
                notice.pk,
                now,
                now,
                finished,
                now + time_to_tell(notice.is_emergency) / notice.compound.pace,
                *params,
                *_columns((unit, floor, one.pk) for (unit, floor), one in floors.items()),
            ],
        )


def _columns(rows: Iterable[tuple[int, int, int]]) -> list[list[int]]:
    rows = list(rows)
    return [[row[place] for row in rows] for place in range(3)]
