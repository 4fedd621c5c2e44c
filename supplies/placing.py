"""The one statement of an order: the function of migration 0005_place_order_by_key.

It claims the request's key, then takes the round's row, then the goods, and is the last before
commit. It refuses by an answer, not by an error, so the transaction around it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from lockdown.kernel.lean import first_row, last_row
from lockdown.kernel.tenancy import in_one

PLACE = (
    "SELECT * FROM supplies_place_order(%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, "
    "%s::jsonb, %s, %s, %s::bigint, %s::bigint, %s, %s, %s::timestamptz, %s, %s::jsonb)"
)
PLACE_TOGETHER = (
    "SELECT * FROM supplies_place_orders(%s::bigint, %s::bigint, %s::jsonb, %s::timestamptz)"
)
TOGETHER = (
    *("household", "home", "key", "cart", "by", "via", "access", "member", "for_whom", "note"),
    *("event", "data"),
)


@dataclass(frozen=True)
class Sent:
    """A cart with who sent it; in the order of the function's parameters.

    With an `event` the function writes the journal's entry itself.
    """

    compound: int
    buy: int
    household: int
    home: int
    key: str
    cart: Mapping[str, list[int]]
    by: str
    via: str
    access: int | None
    member: int | None
    for_whom: str
    note: str
    now: datetime
    event: str
    data: Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """`code`: placed, again (this key was answered before), closed, line (one that cannot be
    taken), busy."""

    code: str
    line: int | None
    order: int | None
    number: int | None


def place(sent: Sent, *, is_last: bool = False) -> Answer:
    """`is_last`: committed with the same message, if the transaction is the caller's own."""
    return Answer(*(last_row if is_last else first_row)(PLACE, _values(sent)))


def place_alone(sent: Sent) -> Answer:
    """The same as a transaction of its own, where the scope's has ended."""
    return Answer(*in_one(PLACE, _values(sent))[0])


def place_together(carts: Sequence[Sent]) -> dict[int, Answer]:
    """Carts of one round, each of another household, in a transaction of its own: household to
    answer. All or nothing: empty when one of them needs a second look."""
    one = carts[0]
    sent = Jsonb([{name: getattr(cart, name) for name in TOGETHER} for cart in carts])
    rows = in_one(PLACE_TOGETHER, [one.compound, one.buy, sent, max(cart.now for cart in carts)])
    return {household: Answer("placed", None, *placed) for household, *placed in rows}


def _values(sent: Sent) -> list[Any]:
    return [Jsonb(one) if isinstance(one, dict) else one for one in vars(sent).values()]
