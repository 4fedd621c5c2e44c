"""The two statements of an order: claim the key, then take the goods.

The first touches only what is the household's own: the request's key, and its order. The second
takes the hot rows and is the last before commit: the round's row, which says that it is open and
gives the number, then its items, by a conditional UPDATE that the round's row drives. Every cart
of a round takes the round's row first, so two carts in opposite order cannot lock each other out,
and the cut-off, which locks the same row, has a before and an after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# A key that is under way elsewhere is waited for; when it commits, the claim comes back empty.
CLAIM = """
WITH claim AS (
    INSERT INTO supplies_orderrequest (compound_id, buy_id, household_id, key, cart, by, at)
    VALUES (%(compound)s, %(buy)s, %(household)s, %(key)s, %(cart)s, %(label)s, %(now)s)
    ON CONFLICT (compound_id, household_id, key) DO NOTHING
    RETURNING id
), mine AS (
    INSERT INTO supplies_order (compound_id, buy_id, household_id, home_id, via, access_id,
        member_id, for_whom, note, is_flagged, placed_at, changed_at)
    SELECT %(compound)s, %(buy)s, %(household)s, %(home)s, %(via)s, %(access)s,
        %(member)s, %(for_whom)s, %(note)s, false, %(now)s, %(now)s
    FROM claim
    ON CONFLICT (compound_id, buy_id, household_id) DO UPDATE
    SET via = EXCLUDED.via, access_id = EXCLUDED.access_id, member_id = EXCLUDED.member_id,
        for_whom = EXCLUDED.for_whom, note = EXCLUDED.note, changed_at = EXCLUDED.changed_at
    RETURNING id
), had AS (
    SELECT ol.line_id, ol.quantity
    FROM supplies_orderline ol
    JOIN supplies_order o ON o.compound_id = ol.compound_id AND o.id = ol.order_id
    WHERE o.compound_id = %(compound)s AND o.buy_id = %(buy)s AND o.household_id = %(household)s
)
SELECT set_config('lock_timeout', '2s', true), (SELECT id FROM mine),
    EXISTS (
        SELECT 1 FROM households_careflag f
        WHERE f.compound_id = %(compound)s AND f.household_id = %(household)s
        AND f.ended_at IS NULL
    ),
    l.id, l.name, l.unit, l.minimum, l.cap_household, l.tolerance, l."left", l.reserved,
    l.ordered_flagged, coalesce(had.quantity, 0)
FROM supplies_offerline l LEFT JOIN had ON had.line_id = l.id
WHERE l.compound_id = %(compound)s AND l.buy_id = %(buy)s
"""

TAKE = """
WITH wanted AS (
    SELECT * FROM unnest(%(lines)s::bigint[], %(quantities)s::int[], %(up_to)s::int[])
        AS w (line_id, quantity, up_to)
), mine AS (
    SELECT is_flagged::int AS flag FROM supplies_order
    WHERE compound_id = %(compound)s AND id = %(order)s
), delta AS (
    SELECT line_id, coalesce(w.quantity, 0) AS quantity, coalesce(w.up_to, 0) AS up_to,
        coalesce(w.quantity, 0) - coalesce(had.quantity, 0) AS change,
        coalesce(w.quantity, 0) * %(flag)s::int - coalesce(had.quantity, 0) * mine.flag AS flagged
    FROM wanted w
    FULL JOIN (
        SELECT line_id, quantity FROM supplies_orderline
        WHERE compound_id = %(compound)s AND order_id = %(order)s
    ) had USING (line_id)
    CROSS JOIN mine
), gate AS (
    UPDATE supplies_groupbuy b
    SET next_number = next_number + (o.number IS NULL)::int
    FROM (
        SELECT number FROM supplies_order
        WHERE compound_id = %(compound)s AND id = %(order)s
    ) o
    WHERE b.compound_id = %(compound)s AND b.id = %(buy)s
        AND b.state = 'open' AND b.closes_at > %(now)s
    RETURNING coalesce(o.number, b.next_number - 1) AS number,
        b.reserve_until IS NULL OR b.reserve_until <= %(now)s AS free
), taken AS (
    UPDATE supplies_offerline l
    SET "left" = l."left" - d.change, ordered = l.ordered + d.change,
        ordered_flagged = l.ordered_flagged + d.flagged
    FROM delta d, gate
    WHERE l.compound_id = %(compound)s AND l.buy_id = %(buy)s AND l.id = d.line_id
        AND (d.change <> 0 OR d.flagged <> 0)
        AND (
            l."left" IS NULL OR d.change <= 0 OR (
                l."left" >= d.change AND (
                    %(flag)s OR gate.free
                    OR l."left" - d.change >= greatest(l.reserved - l.ordered_flagged, 0)
                )
            )
        )
    RETURNING l.id
), lines AS (
    INSERT INTO supplies_orderline
        (compound_id, order_id, line_id, quantity, up_to, cap_household)
    SELECT %(compound)s, %(order)s, d.line_id, d.quantity, d.up_to, l.cap_household
    FROM delta d
    JOIN supplies_offerline l ON l.compound_id = %(compound)s AND l.id = d.line_id
    CROSS JOIN gate
    ON CONFLICT (compound_id, order_id, line_id) DO UPDATE
    SET quantity = EXCLUDED.quantity, up_to = EXCLUDED.up_to
), numbered AS (
    UPDATE supplies_order o
    SET number = gate.number, is_flagged = %(flag)s,
        withdrawn_at = CASE WHEN %(is_empty)s THEN %(now)s END
    FROM gate
    WHERE o.compound_id = %(compound)s AND o.id = %(order)s
    RETURNING o.number
)
SELECT (SELECT number FROM numbered),
    (SELECT array_agg(d.line_id) FROM delta d
        WHERE (d.change <> 0 OR d.flagged <> 0)
        AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.id = d.line_id))
"""


@dataclass(frozen=True)
class Shelf:
    """One item as it stood when the cart came."""

    line: int
    name: str
    unit: str
    minimum: int
    cap_household: int | None
    tolerance: bool
    left: int | None
    reserved: int
    ordered_flagged: int
    had: int


@dataclass(frozen=True)
class Claimed:
    order_id: int | None  # None: this key was answered before
    is_flagged: bool
    shelves: dict[int, Shelf]


def claim(values: Mapping[str, Any], cart: Mapping[str, list[int]]) -> Claimed:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {**values, "cart": json.dumps(cart, sort_keys=True)})
        rows = cursor.fetchall()
    if not rows:
        return Claimed(None, False, {})
    _timeout, order, is_flagged = rows[0][:3]
    return Claimed(order, is_flagged, {row[3]: Shelf(*row[3:]) for row in rows})


@dataclass(frozen=True)
class Taken:
    number: int | None  # None: the round takes no orders any more
    lacking: list[int]  # lines of which there was not enough


def take(
    *,
    compound: int,
    buy: int,
    order: int,
    wanted: Mapping[int, tuple[int, int]],
    is_flagged: bool,
    now: datetime,
) -> Taken:
    """The last statement: nothing slow may follow it before commit."""
    values: dict[str, Any] = {
        "compound": compound,
        "buy": buy,
        "order": order,
        "lines": list(wanted),
        "quantities": [quantity for quantity, _up_to in wanted.values()],
        "up_to": [up_to for _quantity, up_to in wanted.values()],
        "flag": is_flagged,
        "is_empty": not any(quantity for quantity, _up_to in wanted.values()),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        number, lacking = cursor.fetchone()
    return Taken(number, lacking or [])
