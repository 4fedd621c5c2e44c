"""The till of a round: while one cart is being written, those that come meanwhile wait together.

A round's row is locked by every order. Those who wait for it in the database cost a message, a
lock and a commit each; those who wait here are written in one transaction by the next of them. A
cart that comes alone is not kept waiting. Each process has its own till; the lock stays the truth.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.db import DatabaseError

from supplies.placing import Answer, Sent, place_alone, place_together

MOST = 32  # carts in one transaction
PATIENCE = 15.0  # seconds; those who serve wait two for a lock


@dataclass(eq=False)
class _Waiting:
    """A cart in the queue. Its lock is freed when it is answered, or is to serve the others."""

    sent: Sent
    gate: threading.Lock = field(default_factory=threading.Lock)
    answer: Answer | None = None
    is_alone: bool = False  # written by nobody else; its own thread does it


_mutex = threading.Lock()
_queues: dict[int, list[_Waiting]] = {}  # round to those who wait while somebody serves


def take(sent: Sent) -> Answer:
    """Write the cart, alone or with others; committed when it returns.

    In a scope whose transaction has ended. `busy` when nobody came to serve it; what became of it
    then is found out with the same key.
    """
    mine = _Waiting(sent)
    if _is_first(mine) or _is_called(mine):
        _serve(mine)
    if mine.answer is None and not mine.is_alone:
        return Answer("busy", None, None, None)
    return mine.answer or place_alone(sent)


def _is_first(mine: _Waiting) -> bool:
    """Whether nobody serves; else it stands in the queue."""
    with _mutex:
        queue = _queues.get(mine.sent.buy)
        if queue is None:
            _queues[mine.sent.buy] = []
            return True
        mine.gate.acquire()
        queue.append(mine)
        return False


def _is_called(mine: _Waiting) -> bool:
    """Whether, after waiting, it is to serve the others."""
    if not mine.gate.acquire(timeout=PATIENCE):
        with _mutex:
            queue = _queues.get(mine.sent.buy, [])
            if mine in queue:
                queue.remove(mine)
                return False
        mine.gate.acquire()  # it was called in this very moment
    return mine.answer is None and not mine.is_alone


def _serve(mine: _Waiting) -> None:
    carts = [mine]
    try:
        carts += _others(mine)
        _write(carts)
    finally:
        _hand_over(mine, carts)


def _others(mine: _Waiting) -> list[_Waiting]:
    """Those who wait, one of each household: two of its phones come one after the other."""
    chosen = {mine.sent.household: mine}
    with _mutex:
        queue = _queues[mine.sent.buy]
        for one in queue:
            if len(chosen) < MOST:
                chosen.setdefault(one.sent.household, one)
        others = list(chosen.values())[1:]
        _queues[mine.sent.buy] = [one for one in queue if one not in others]
    return others


def _write(carts: list[_Waiting]) -> None:
    if len(carts) == 1:
        carts[0].answer = place_alone(carts[0].sent)
        return
    try:
        answers = place_together([one.sent for one in carts])
    except DatabaseError:
        answers = {}  # whose fault it was is found out alone
    for one in carts:
        one.answer = answers.get(one.sent.household)


def _hand_over(mine: _Waiting, carts: list[_Waiting]) -> None:
    for one in carts:
        one.is_alone = one.answer is None
        if one is not mine:
            one.gate.release()
    with _mutex:
        queue = _queues[mine.sent.buy]
        if queue:
            queue.pop(0).gate.release()
        else:
            del _queues[mine.sent.buy]
