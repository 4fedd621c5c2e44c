"""Phones that order over HTTP; a request without an answer is sent again with the same key."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Barrier, Thread
from urllib.parse import urlencode

from bench.faults_scene import Phone, Scene
from bench.web import HOST

TOKEN = "c" * 32
SENTENCE = re.compile(r'role="alert".*?<div>\s*\S|<h1>\s*\S', re.DOTALL)
AGAIN = frozenset({0, 500, 502, 503})  # no answer, or "come again": the same request once more
PATIENCE = 60.0  # seconds in which the last request of a phone has to be answered
PAUSE = 0.03
AGAIN_AFTER = 0.3
Cart = Mapping[int, int]  # item: pieces
Choose = Callable[[int, int], Cart]  # the phone's place and the number of its order: a cart


@dataclass(frozen=True)
class Answer:
    """What one sending came to. `status` 0: the connection was refused or broke."""

    household: int
    key: str
    cart: dict[str, list[int]]
    status: int
    says: bool  # a sentence for the person, and for 503 when to come again
    began: datetime
    ended: datetime
    at: float  # of the answer, on the monotonic clock
    sent_at: float


@dataclass
class Crowd:
    """`asks_to_wait`: who is refused asks for a place on the waiting list."""

    scene: Scene
    port: int
    phones: list[Phone]
    choose: Choose
    headers: Callable[[int], dict[str, str]] = lambda place: {}
    asks_to_wait: bool = False
    pause: float = PAUSE  # seconds between an answer and the next order
    answers: list[Answer] = field(default_factory=list)
    stopped: bool = False

    @contextmanager
    def ordering(self) -> Iterator[None]:
        """They order for as long as the block; each finishes what it has begun."""
        threads = [
            Thread(target=self._order, args=[place, phone])
            for place, phone in enumerate(self.phones)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped = True
            for thread in threads:
                thread.join(PATIENCE + 30)

    def _order(self, place: int, phone: Phone) -> None:
        number = 0
        while not self.stopped:
            number += 1
            last = self.order_until_answered(place, phone, self.choose(place, number))
            if self.asks_to_wait and last.status == 422:
                line = next(iter(self.scene.lines.values()))
                wait = self.scene.path.replace("order", "wait")
                post(self.port, wait, {"line": line, f"w-{line}": 1}, phone.session)
            time.sleep(self.pause)

    def order_until_answered(self, place: int, phone: Phone, cart: Cart) -> Answer:
        key, given_up = uuid.uuid4().hex, 0.0
        while True:
            last = self.order(place, phone, cart, key)
            if last.status not in AGAIN or (given_up and time.monotonic() > given_up):
                return last
            if self.stopped and not given_up:
                given_up = time.monotonic() + PATIENCE
            time.sleep(AGAIN_AFTER)

    def order(self, place: int, phone: Phone, cart: Cart, key: str) -> Answer:
        """Send once and keep what came."""
        fields = {"key": key} | {f"q-{line}": count for line, count in cart.items()}
        began, sent_at = datetime.now(UTC), time.monotonic()
        status, says = post(self.port, self.scene.path, fields, phone.session, self.headers(place))
        kept = {str(line): [count, count] for line, count in cart.items() if count}
        answer = Answer(
            phone.household.pk,
            key,
            kept,
            status,
            says,
            began,
            datetime.now(UTC),
            time.monotonic(),
            sent_at,
        )
        self.answers.append(answer)
        return answer

    def all_at_once(self, deeds: list[Callable[[], object]]) -> None:
        """Each in a thread of its own, begun together."""
        gate = Barrier(len(deeds))

        def run(deed: Callable[[], object]) -> None:
            gate.wait(30)
            deed()

        threads = [Thread(target=run, args=[deed]) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)

    def taken(self, since: float = 0.0) -> int:
        """How many orders sent after this moment were taken."""
        return sum(one.status == 302 and one.sent_at >= since for one in list(self.answers))

    def recovered_after(self, moment: float) -> float | None:
        """Seconds from this moment until each phone had an answer to a request that was sent, or
        sent again, after it. None while one has none."""
        first: dict[int, float] = {}
        for one in list(self.answers):
            if one.sent_at >= moment and one.status not in AGAIN:
                first.setdefault(one.household, one.at)
        if len(first) < len(self.phones):
            return None
        return max(first.values()) - moment

    def sent_again(self) -> int:
        return sum(one.status in AGAIN for one in self.answers)


def of_placed(scene: Scene) -> list[Answer]:
    """The orders that the run placed itself, as answers."""
    return [
        Answer(household, key, cart, 302, True, at, at, 0.0, 0.0)
        for household, key, cart, at in scene.placed
    ]


def post(
    port: int,
    path: str,
    fields: Mapping[str, object],
    session: str,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bool]:
    """The status and whether the answer says something; (0, False) when there is none."""
    body = urlencode({"csrfmiddlewaretoken": TOKEN} | dict(fields))
    kind = "application/x-www-form-urlencoded"
    return send(port, path, body.encode(), kind, session, headers)


def send(
    port: int,
    path: str,
    body: bytes,
    kind: str,
    session: str,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bool]:
    link = http.client.HTTPConnection(HOST, port, timeout=20)
    said = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "Content-Type": kind}
    try:
        link.request("POST", path, body, said | dict(headers or {}))
        answer = link.getresponse()
        text = answer.read().decode(errors="replace")
        says = bool(SENTENCE.search(text)) or answer.status == 302
        if answer.status == 503:
            says = says and bool(answer.headers["Retry-After"])
        return answer.status, says
    except (OSError, http.client.HTTPException):
        return 0, False
    finally:
        link.close()
