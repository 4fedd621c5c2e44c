"""What must hold after a fault, asked in SQL, and for each a mutant that only it forbids.

Mutants are changes that the owner makes in the scratch database and takes back. `ANSWERS` and
`MEASURES` are tables of the run: what the phones were answered, and what was timed or counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supplies.reconciling import INVARIANTS

TABLES = """
CREATE TABLE IF NOT EXISTS faults_answer (
    household_id bigint, key text, cart jsonb, status int, says bool,
    began timestamptz, ended timestamptz
);
CREATE TABLE IF NOT EXISTS faults_measure (
    name text, value double precision, at_most double precision
);
TRUNCATE faults_answer, faults_measure;
"""


@dataclass(frozen=True)
class Check:
    """`breach` gives a row for every breach; after `mutant` this check trips and no other."""

    name: str
    breach: str
    mutant: tuple[str, ...]


def copied(table: str, where: str, **changed: str) -> tuple[str, ...]:
    """Statements that add one row of a table again, with other values in some columns."""
    columns = "".join(f", {name} = {value}" for name, value in changed.items())
    return (
        "DROP TABLE IF EXISTS one_row",
        f"CREATE TEMP TABLE one_row AS SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT 1",
        f"UPDATE one_row SET id = (SELECT max(id) + 1000000 FROM {table}){columns}",
        f"INSERT INTO {table} SELECT * FROM one_row",
    )


ORDERED = "event IN ('OrderPlaced', 'OrderPlacedFor')"
COPIED_ENTRY = copied("journal_entry", ORDERED)
# The oldest request that was answered and that another one followed, of a home that orders for
# itself: it is nobody's cart any more.
OLDEST = """
    SELECT r.id, r.household_id FROM supplies_orderrequest r
    JOIN faults_answer a ON a.key = r.key AND a.status = 302
    WHERE EXISTS (
        SELECT 1 FROM supplies_orderrequest later
        WHERE later.household_id = r.household_id AND later.buy_id = r.buy_id
            AND later.id > r.id
    ) AND EXISTS (
        SELECT 1 FROM journal_entry e
        WHERE e.household_id = r.household_id AND e.event = 'OrderPlaced'
    )
    ORDER BY r.id LIMIT 1
"""
# Of an earlier round, which nobody orders from any more.
EARLIER = "(SELECT min(id) FROM supplies_groupbuy WHERE state = 'locked')"

OF_THE_BOOKS: Mapping[str, tuple[str, ...]] = {
    "orders and left are the stock": (
        "UPDATE supplies_offerline SET ordered = ordered + 1, cap_total = cap_total + 1",
    ),
    "caps of households hold": ("UPDATE supplies_offerline SET cap_household = 1",),
    "one order a household, numbers without a gap": (
        "UPDATE supplies_order SET number = number + 1000 WHERE number = 2",
    ),
    "one answer a key": (
        "ALTER TABLE supplies_orderrequest DROP CONSTRAINT one_answer_an_order_key",
        *copied("supplies_orderrequest", "true"),
        *COPIED_ENTRY,
    ),
    "the cart is one that was sent": (
        f"UPDATE supplies_orderrequest SET cart = '{{\"1\": [9, 9]}}' WHERE buy_id = {EARLIER}",
    ),
    "an entry for each request": COPIED_ENTRY,
    "charged is what is locked": copied(
        "supplies_ledgerentry",
        f"kind = 'charge' AND buy_id = {EARLIER}",
        cause="'mutant'",
        amount_fen="1",
    ),
    "given up is paid back": (
        "UPDATE supplies_groupbuy SET state = 'cancelled' WHERE state = 'locked'",
    ),
    "ordered is allocated and paid back": (
        f"UPDATE supplies_groupbuy SET allocated_at = now() WHERE id = {EARLIER}",
    ),
    "fewer than ordered is money back": (
        *copied(
            "supplies_groupbuy",
            "true",
            number="9999",
            state="'draft'",
            cause="NULL",
            source_id="NULL",
            opened_at="NULL",
            locked_at="NULL",
            allocated_at="now()",
        ),
        "INSERT INTO supplies_ledgerentry (compound_id, household_id, buy_id, kind, amount_fen, "
        "cause, note, at, by) SELECT e.compound_id, e.household_id, b.id, 'refund', -1, "
        "'allocate:' || b.id, '', e.at, e.by FROM supplies_ledgerentry e, supplies_groupbuy b "
        "WHERE b.number = 9999 LIMIT 1",
    ),
    "no row of another compound's parent": (
        "UPDATE supplies_offerline SET name = '?', position = 9, buy_id = (SELECT max(id) "
        "FROM supplies_groupbuy) "
        f"WHERE name = '鸡蛋' AND buy_id = {EARLIER}",
    ),
}
BOOKS = tuple(Check(name, breach, OF_THE_BOOKS[name]) for name, breach in INVARIANTS.items())

ANSWERS = (
    Check(
        "answered orders are in the book",
        """
        SELECT a.key FROM faults_answer a WHERE a.status = 302 AND NOT EXISTS (
            SELECT 1 FROM supplies_orderrequest r
            WHERE r.household_id = a.household_id AND r.key = a.key AND r.cart = a.cart
        )
        """,
        (
            f"CREATE TEMP TABLE oldest AS {OLDEST}",
            "DELETE FROM supplies_orderrequest WHERE id = (SELECT id FROM oldest)",
            """
            DELETE FROM journal_entry WHERE id = (
                SELECT max(e.id) FROM journal_entry e JOIN oldest USING (household_id)
                WHERE e.event = 'OrderPlaced'
            )
            """,
        ),
    ),
    Check(
        "nothing is in the book that nobody sent",
        """
        SELECT r.id FROM supplies_orderrequest r
        WHERE r.at >= (SELECT min(began) FROM faults_answer)
            AND NOT EXISTS (SELECT 1 FROM faults_answer a WHERE a.key = r.key)
        """,
        (
            *copied(
                "supplies_orderrequest",
                "key IN (SELECT key FROM faults_answer)",
                key="'mutant'",
            ),
            *COPIED_ENTRY,
        ),
    ),
    Check(
        "nobody is left without an answer",
        """
        SELECT key FROM faults_answer GROUP BY key
        HAVING bool_and(status IN (0, 500, 502, 503))
        """,
        ("INSERT INTO faults_answer VALUES (0, 'mutant', '{}', 0, false, now(), now())",),
    ),
    Check(
        "taken, refused, or come again; no other answer",
        "SELECT key FROM faults_answer WHERE status NOT IN (0, 302, 409, 422, 503)",
        (
            "INSERT INTO faults_answer SELECT household_id, key, cart, 500, true, began, ended "
            "FROM faults_answer WHERE status = 302 LIMIT 1",
        ),
    ),
    Check(
        "each answer says a sentence",
        "SELECT key FROM faults_answer WHERE status <> 0 AND NOT says",
        ("UPDATE faults_answer SET says = false WHERE status <> 0",),
    ),
)

TOLD = (
    Check(
        "one receipt per household and notice",
        """
        SELECT notice_id FROM notices_receipt GROUP BY notice_id, household_id HAVING count(*) > 1
        """,
        (
            "ALTER TABLE notices_receipt DROP CONSTRAINT one_receipt",
            *copied("notices_receipt", "true"),
        ),
    ),
    Check(
        "everybody of a round is told",
        """
        SELECT n.id FROM notices_notice n
        JOIN households_household h ON h.compound_id = n.compound_id AND h.closed_at IS NULL
            AND (n.audience ? 'compound' OR n.audience -> 'home' @> to_jsonb(h.home_id))
        WHERE n.cause LIKE 'buy:%' AND n.cancelled_at IS NULL AND n.send_at <= now()
            AND NOT EXISTS (
                SELECT 1 FROM notices_receipt r
                WHERE r.notice_id = n.id AND r.household_id = h.id
            )
        """,
        (
            "DELETE FROM notices_receipt WHERE id = (SELECT min(r.id) FROM notices_receipt r "
            "JOIN notices_notice n ON n.id = r.notice_id AND n.cause LIKE 'buy:%')",
        ),
    ),
    Check(
        "each fact about a round is told by one notice",
        """
        SELECT e.id FROM journal_entry e
        LEFT JOIN notices_notice n ON n.compound_id = e.compound_id AND n.cause = format(
            'buy:%s:%s', e.data ->> 'buy',
            CASE e.event WHEN 'GroupBuyOpened' THEN 'opened' ELSE 'not_formed' END
        )
        WHERE e.event IN ('GroupBuyOpened', 'GroupBuyNotFormed')
            AND (e.event = 'GroupBuyOpened' OR e.data -> 'homes' <> '[]')
        GROUP BY e.id HAVING count(n.id) <> 1
        """,
        (
            "UPDATE notices_notice SET cause = cause || '!' "
            "WHERE id = (SELECT min(id) FROM notices_notice WHERE cause LIKE 'buy:%:opened')",
        ),
    ),
    Check(
        "the outbox is empty",
        "SELECT id FROM journal_delivery WHERE done_at IS NULL",
        (
            "UPDATE journal_delivery SET done_at = NULL "
            "WHERE id = (SELECT min(id) FROM journal_delivery)",
        ),
    ),
)
ALWAYS = (*BOOKS, *ANSWERS, *TOLD)


@dataclass(frozen=True)
class Measure:
    """What was timed or counted; `says` is the invariant that it stays within the bound."""

    says: str
    value: float
    at_most: float


def of_measures(measures: Iterable[Measure]) -> tuple[Check, ...]:
    return tuple(
        Check(
            one.says,
            f"SELECT name FROM faults_measure WHERE name = '{one.says}' AND value > at_most",
            (f"UPDATE faults_measure SET value = at_most + 1 WHERE name = '{one.says}'",),
        )
        for one in measures
    )
