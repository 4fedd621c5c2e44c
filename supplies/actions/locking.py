"""The cut-off: formed, extended, or not formed; prices and quantities are locked."""

from __future__ import annotations

from journal.actions import Actor
from supplies.models import GroupBuy


def close(*, buy: GroupBuy, by: Actor) -> GroupBuy:
    """Lock a round that formed, extend it once when it may be, else tell everyone it did not.

    The organiser may close early; the sweep closes at the cut-off. Each order is charged for
    what is locked, and the fee is split without a lost fen.
    """
    raise NotImplementedError
