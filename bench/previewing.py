"""Previewing a plan: everything that confirming would start, worked out by the planners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from time import perf_counter

from django.utils import timezone

from bench.measure import Result, Target, alternate, at_most
from bench.queries import asked_by
from bench.scenes import Site, place_of, site, site_of_3000
from bench.stubs import replay
from compounds.models import Unit
from seals import preview as previews
from seals.builtin import BUILT_IN
from seals.models import Level

ROUNDS = 5


def preview() -> Iterator[Result]:
    """A unit of 90 homes against its target, and a compound of 3,000 for information."""
    small = site("preview-90", units=1, floors=18, doors=5)
    yield _preview("preview", small, small.units[0], at_most(0.3))
    yield _preview("preview_3000", site_of_3000(), None, None)


def _preview(name: str, made: Site, unit: Unit | None, target: Target | None) -> Result:
    with made.open():
        work_out = partial(_work_out, made, unit)
        seen, statements = asked_by(work_out)
        if any(line.error for line in seen.lines):
            raise AssertionError("a step could not be worked out")
        pairs = alternate(
            partial(_seconds, work_out),
            partial(_seconds, partial(replay, statements)),
            rounds=ROUNDS,
        )
    limit = f"its {len(statements)} statements, rows fetched"
    return Result(name, "s", pairs, target, limit, f"{seen.homes} homes, {len(seen.lines)} steps")


def _work_out(made: Site, unit: Unit | None) -> previews.Preview:
    now = timezone.now()
    return previews.preview(
        compound=made.compound,
        place=place_of(made, unit),
        level=Level.SEALED,
        steps=BUILT_IN[0].steps,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        by=made.manager,
    )


def _seconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began
