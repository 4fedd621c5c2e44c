"""Many clients in one thread: sockets that send a prepared request, and wait for the answer.

Threads with http.client would be the bottleneck at 256; here a request costs the generator about
40 µs.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles

HOST = "127.0.0.1"
Prepare = Callable[[int], bytes]  # the number of the request to its bytes


@dataclass
class Answers:
    """Status to how many; seconds that each took; seconds of the whole."""

    statuses: dict[int, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    @property
    def p95_ms(self) -> float:
        return 1000 * quantiles(self.times, n=20)[-1] if len(self.times) > 1 else 0.0


@dataclass
class _Client:
    link: socket.socket
    sent_at: float = 0.0
    got: bytes = b""


def ask(port: int, clients: int, prepare: Prepare, *, seconds: float, first: int = 0) -> Answers:
    """Each client sends its next request when the last is answered; what is under way at the end
    is waited for, so that every request that was sent is counted."""
    answers = Answers()
    chooser = selectors.DefaultSelector()
    number, waiting = first, 0
    links = [_connect(port) for _one in range(clients)]
    began = time.perf_counter()
    for link in links:
        client = _Client(link)
        chooser.register(link, selectors.EVENT_READ, client)
        _send(client, prepare(number))
        number, waiting = number + 1, waiting + 1
    while waiting:
        ready = chooser.select(timeout=30)
        if not ready:
            raise RuntimeError("the server has stopped answering")
        for key, _mask in ready:
            status = _receive(key.data)
            if status is None:
                continue
            now = time.perf_counter()
            answers.times.append(now - key.data.sent_at)
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
            waiting -= 1
            if now - began < seconds:
                _send(key.data, prepare(number))
                number, waiting = number + 1, waiting + 1
    answers.seconds = time.perf_counter() - began
    for link in links:
        link.close()
    chooser.close()
    return answers


def _connect(port: int) -> socket.socket:
    link = socket.create_connection((HOST, port), timeout=20)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _send(client: _Client, request: bytes) -> None:
    client.got, client.sent_at = b"", time.perf_counter()
    client.link.sendall(request)


def _receive(client: _Client) -> int | None:
    """The status when the whole answer is here."""
    part = client.link.recv(65_536)
    if not part:
        raise RuntimeError("the server closed a connection")
    client.got += part
    head, found, body = client.got.partition(b"\r\n\r\n")
    if not found or len(body) < _length(head):
        return None
    return int(head[9:12])


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0
