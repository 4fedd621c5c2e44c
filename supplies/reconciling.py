"""What must hold after every sale, whatever was killed in it: asked in SQL, not of the ORM.

Benchmarks and fault tests end with it; it may be run on an installation at any time.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from lockdown.kernel.tenancy import scope

# Each gives a row for every breach.
INVARIANTS = {
    "orders and left are the stock": """
        SELECT l.id FROM supplies_offerline l
        LEFT JOIN supplies_orderline ol ON ol.line_id = l.id
        GROUP BY l.id
        HAVING coalesce(sum(ol.quantity), 0) <> l.ordered
            OR l.ordered + l."left" <> l.cap_total OR l."left" < 0
    """,
    "caps of households hold": """
        SELECT ol.id FROM supplies_orderline ol
        JOIN supplies_offerline l ON l.id = ol.line_id
        WHERE greatest(ol.quantity, coalesce(ol.locked, 0)) > l.cap_household
    """,
    "one order a household, numbers without a gap": """
        SELECT buy_id FROM supplies_order GROUP BY compound_id, buy_id
        HAVING count(*) <> count(DISTINCT household_id) OR count(*) <> max(number)
            OR min(number) <> 1
    """,
    "one answer a key": """
        SELECT household_id, key FROM supplies_orderrequest
        GROUP BY household_id, key HAVING count(*) > 1
    """,
    # Of two carts at once either may be the last; never a mixture of both. What was granted from
    # the waiting list after the cut-off comes on top of what was sent, or stands alone. What staff
    # took out after the cut-off is nobody's cart any more; its refund says so.
    "the cart is one that was sent": """
        SELECT o.id FROM supplies_order o
        WHERE NOT EXISTS (
            SELECT 1 FROM supplies_orderrequest r
            WHERE r.buy_id = o.buy_id AND r.household_id = o.household_id
            AND r.cart = coalesce((
                SELECT jsonb_object_agg(ol.line_id, jsonb_build_array(ol.quantity, ol.up_to))
                FROM supplies_orderline ol WHERE ol.order_id = o.id AND ol.quantity > 0
            ), '{}')
        )
        AND NOT EXISTS (
            SELECT 1 FROM (
                SELECT coalesce(jsonb_object_agg(ol.line_id, ol.quantity - coalesce(g.pieces, 0))
                    FILTER (WHERE ol.quantity <> coalesce(g.pieces, 0)), '{}') AS sent,
                    count(g.pieces) AS granted
                FROM supplies_orderline ol
                LEFT JOIN (
                    SELECT w.line_id, sum(w.quantity) AS pieces FROM supplies_waitingrequest w
                    WHERE w.buy_id = o.buy_id AND w.household_id = o.household_id
                    AND w.granted_at IS NOT NULL GROUP BY w.line_id
                ) g ON g.line_id = ol.line_id
                WHERE ol.order_id = o.id
            ) cart
            WHERE cart.granted > 0 AND (cart.sent = '{}' OR EXISTS (
                SELECT 1 FROM supplies_orderrequest r
                WHERE r.buy_id = o.buy_id AND r.household_id = o.household_id
                AND cart.sent = (SELECT jsonb_object_agg(key, value -> 0) FROM jsonb_each(r.cart))
            ))
        )
        AND NOT EXISTS (
            SELECT 1 FROM supplies_ledgerentry e
            WHERE e.buy_id = o.buy_id AND e.household_id = o.household_id
            AND e.kind = 'refund' AND starts_with(e.cause, 'takeout:' || o.id || ':')
        )
    """,
    "an entry for each request": """
        SELECT r.compound_id FROM supplies_orderrequest r GROUP BY r.compound_id
        HAVING count(*) <> (
            SELECT count(*) FROM journal_entry e
            WHERE e.compound_id = r.compound_id AND e.event IN ('OrderPlaced', 'OrderPlacedFor')
        )
    """,
    "charged is what is locked": """
        SELECT b.id FROM supplies_groupbuy b
        WHERE b.state = 'locked' AND (
            SELECT coalesce(sum(e.amount_fen), 0) FROM supplies_ledgerentry e
            WHERE e.buy_id = b.id AND e.kind IN ('charge', 'refund')
        ) <> (
            SELECT coalesce(sum(ol.locked * l.price_fen), 0)
            FROM supplies_orderline ol
            JOIN supplies_order o ON o.id = ol.order_id AND o.buy_id = b.id
            JOIN supplies_offerline l ON l.id = ol.line_id
        )
    """,
    "given up is paid back": """
        SELECT b.id FROM supplies_groupbuy b
        JOIN supplies_ledgerentry e ON e.buy_id = b.id AND e.kind <> 'payment'
        WHERE b.state IN ('cancelled', 'supplier_failed', 'not_formed')
        GROUP BY b.id HAVING sum(e.amount_fen) <> 0
    """,
    "ordered is allocated and paid back": """
        SELECT ol.id FROM supplies_orderline ol
        JOIN supplies_order o ON o.id = ol.order_id
        JOIN supplies_groupbuy b ON b.id = o.buy_id AND b.allocated_at IS NOT NULL
        LEFT JOIN supplies_allocation a ON a.order_id = ol.order_id AND a.line_id = ol.line_id
        WHERE coalesce(ol.locked, 0) <> coalesce(a.allocated + a.refunded, 0)
    """,
    "fewer than ordered is money back": """
        SELECT b.id FROM supplies_groupbuy b
        WHERE b.allocated_at IS NOT NULL AND (
            SELECT coalesce(sum(a.refunded * a.price_fen), 0) FROM supplies_allocation a
            WHERE a.buy_id = b.id
        ) <> (
            SELECT coalesce(-sum(e.amount_fen), 0) FROM supplies_ledgerentry e
            WHERE e.buy_id = b.id AND e.cause = 'allocate:' || b.id
        )
    """,
    "no row of another compound's parent": """
        SELECT ol.id FROM supplies_orderline ol
        JOIN supplies_order o ON o.id = ol.order_id
        JOIN supplies_groupbuy b ON b.id = o.buy_id
        JOIN supplies_offerline l ON l.id = ol.line_id
        WHERE ol.compound_id <> o.compound_id OR o.compound_id <> b.compound_id
            OR l.buy_id <> b.id
    """,
}


def broken(*compounds: int) -> list[str]:
    """The names of the invariants that do not hold in these compounds."""
    with scope(compounds), connection.cursor() as cursor:
        return breaches(cursor)


def breaches(cursor: Any) -> list[str]:
    """The same on a cursor whose connection admits the compounds."""
    found = []
    for name, breach in INVARIANTS.items():
        cursor.execute(f"SELECT 1 FROM ({breach}) AS breach LIMIT 1")
        if cursor.fetchone():
            found.append(name)
    return found
