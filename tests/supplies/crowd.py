"""Those who order from a round at the same moment, each in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from lockdown.kernel.lean import Question
from lockdown.kernel.tenancy import scope
from supplies import till
from supplies.placing import Answer, Sent, place_alone, place_together
from tests.cast import Site

WAIT = 10.0


def at_the_till(site: Site, deed: Callable[[], Any]) -> Any:
    """Where a request stands that has found its access: in a scope whose transaction is over."""
    try:
        with scope([site.compound.pk], Question("SELECT 1", ()), ends=True):
            return deed()
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


class Crowd:
    """Carts that come while the first is being written."""

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site, self.batches, self.alone = site, [], []
        self.free = threading.Event()
        monkeypatch.setattr(till, "place_alone", self._alone)
        monkeypatch.setattr(till, "place_together", self._together)

    def _alone(self, sent: Sent) -> Answer:
        self.alone.append(sent.household)
        if len(self.alone) == 1:
            assert self.free.wait(WAIT)
        return place_alone(sent)

    def _together(self, carts: list[Sent]) -> dict[int, Answer]:
        self.batches.append(len(carts))
        return place_together(carts)

    def order(self, carts: list[Sent]) -> list[Answer]:
        """The first is at the till until all others wait."""
        with ThreadPoolExecutor(len(carts)) as pool:
            asked = []
            for number, sent in enumerate(carts):
                asked.append(pool.submit(at_the_till, self.site, lambda sent=sent: till.take(sent)))
                self.until(lambda number=number: self._waiting(carts[0].buy) == number)
            self.free.set()
            return [one.result(WAIT) for one in asked]

    def _waiting(self, buy: int) -> int:
        return len(till._queues.get(buy, "-" if not self.alone else []))

    def until(self, is_so: Callable[[], bool]) -> None:
        for _try in range(1000):
            if is_so() and self.alone:
                return
            threading.Event().wait(0.005)
        raise AssertionError("the queue does not fill")
