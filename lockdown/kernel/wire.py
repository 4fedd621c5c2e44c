"""What is said to PostgreSQL in one message, below psycopg's cursors.

A cursor costs more than the small statements that run all the time, and each message wakes two
processes. A statement is prepared once a connection; statements that always follow one another
go together, as a pipeline with one sync.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg import abc, pq
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.types.datetime import TimestamptzLoader

FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.PIPELINE_ABORTED)
# A column has changed its type under a plan, or somebody has thrown the plans away.
STALE = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)
MARKS = ("BEGIN", "COMMIT")
Row = tuple[Any, ...]
Prepared = tuple[bytes, abc.Transformer]  # the name that a connection knows a statement by
_names = count(1)


def say(link: psycopg.Connection, statement: str) -> None:
    """Statements without parameters or rows, separated by semicolons."""
    _checked(link, link.pgconn.exec_(statement.encode()))


def ask(
    link: psycopg.Connection,
    statement: str,
    parameters: Sequence[Any],
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Row | None:
    """The first row of a statement; the others return no rows. BEGIN and COMMIT are prepared, too.

    When one fails, those after it do not run, and its error is raised. As in a cursor, %s stands
    for a parameter and %% for a percent sign.
    """
    result, changer = _answer(link, statement, parameters, before, after)
    return changer.load_row(0, tuple) if result.ntuples else None


def ask_all(
    link: psycopg.Connection,
    statement: str,
    parameters: Sequence[Any],
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> list[Row]:
    """All rows of a statement; else as `ask`."""
    result, changer = _answer(link, statement, parameters, before, after)
    return changer.load_rows(0, result.ntuples, tuple)


def _answer(
    link: psycopg.Connection,
    statement: str,
    parameters: Sequence[Any],
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> tuple[pq.abc.PGresult, abc.Transformer]:
    name, changer = _prepared(link, statement)
    # Any: psycopg's types forget that a parameter may be NULL.
    values: Any = changer.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters))
    try:
        if before or after:
            result = _pipelined(link, name, values, before, after)
        else:
            result = _checked(link, link.pgconn.exec_prepared(name, values))
    except STALE:
        known: Any = link
        known.prepared_by_us.clear()  # the next request prepares anew
        raise
    changer.set_pgresult(result)
    return result, changer


def _prepared(link: Any, statement: str) -> Prepared:
    known: dict[str, Prepared] | None = getattr(link, "prepared_by_us", None)
    if known is None:
        known = link.prepared_by_us = {}
    prepared = known.get(statement)
    if prepared is None:
        name = f"lockdown_{next(_names)}".encode()
        _checked(link, link.pgconn.prepare(name, _numbered(statement)))
        prepared = known[statement] = name, _transformer(link)
    return prepared


def _transformer(link: psycopg.Connection) -> abc.Transformer:
    """As Django has set the connection up, but for times with a zone: every session is in UTC, in
    which psycopg's own loader, written in C, reads them."""
    adapters = AdaptersMap(link.adapters)
    adapters.register_loader("timestamptz", TimestamptzLoader)
    return Transformer(adapters)


@lru_cache
def _numbered(statement: str) -> bytes:
    """PostgreSQL's own placeholders: $1, $2 …"""
    numbers = count(1)
    return re.sub(
        "%([%s])", lambda found: "%" if found[1] == "%" else f"${next(numbers)}", statement
    ).encode()


def _pipelined(
    link: psycopg.Connection,
    name: bytes,
    values: Sequence[Any],
    before: Sequence[str],
    after: Sequence[str],
) -> pq.abc.PGresult:
    pgconn = link.pgconn
    known = {mark: _prepared(link, mark)[0] for mark in MARKS}
    pgconn.enter_pipeline_mode()
    _send(pgconn, before, known)
    pgconn.send_query_prepared(name, values)
    _send(pgconn, after, known)
    pgconn.pipeline_sync()
    results = list(_results(link))
    pgconn.exit_pipeline_mode()
    for result in results:
        _checked(link, result)
    return results[len(before)]


def _send(pgconn: Any, statements: Sequence[str], known: Mapping[str, bytes]) -> None:
    for one in statements:
        if one in known:
            pgconn.send_query_prepared(known[one], None)
        else:
            pgconn.send_query_params(one.encode(), None)


def _results(link: psycopg.Connection) -> Iterator[pq.abc.PGresult]:
    """Each statement's, up to the sync. Other threads run while we wait."""
    pgconn = link.pgconn
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    while pgconn.flush():
        select.select([], [pgconn.socket], [])
    while True:
        while pgconn.is_busy():
            poll.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError(pgconn.get_error_message())
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return
        else:
            yield result


def _checked(link: psycopg.Connection, result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in FAILED:
        if link.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(link.pgconn.get_error_message())
        raise psycopg.errors.error_from_result(result)
    return result
