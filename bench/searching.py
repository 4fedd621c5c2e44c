"""The one search box: a compound of 3,000 homes, and a reviewer in an installation of a city."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from time import perf_counter

from bench.city import COMPOUNDS, HOMES, city
from bench.measure import Result, Target, alternate, at_most
from bench.queries import asked_by
from bench.scenes import site_of_3000
from bench.stubs import replay
from compounds.models import Home
from households.models import Phone, Resident
from households.search import find
from lockdown.kernel.tenancy import scope

ROUNDS = 5
NOBODY = "查无此人"


def search() -> Iterator[Result]:
    """Each figure is the slowest of its questions, scope and hydration included."""
    ours = [site_of_3000().compound.pk]
    yield _search("search_3000", ours, at_most(0.05), "3,000 homes")
    every = city()
    note = f"of {COMPOUNDS:,} compounds, {COMPOUNDS * HOMES:,} homes"
    yield _search("search_city_50", every[::260], at_most(0.2), f"granted 50 {note}")
    yield _search("search_city_all", every, at_most(0.2), f"granted all {note}")


def _questions(compounds: Sequence[int]) -> list[str]:
    """A door in two spellings, a phone's tail, a person's initials, pinyin, name and surname."""
    with scope(compounds[-1:]):
        home = Home.objects.select_related("unit__building").last()
        person = Resident.objects.last()
        tail = Phone.objects.last().last_four
    spelled = f"{home.unit.building.number}号楼{home.unit.number}单元{home.number}室"
    names = [person.initials, person.pinyin, person.name, person.name[0]]
    return [home.label, spelled, tail, *names, NOBODY]


def _search(name: str, compounds: Sequence[int], target: Target, note: str) -> Result:
    questions, raw = _questions(compounds), {}
    for one in questions:
        hits, raw[one] = asked_by(partial(_find, compounds, one))
        if bool(hits) == (one == NOBODY):
            raise AssertionError(f"{one} finds {len(hits)}")
    slowest = max(questions, key=lambda one: _seconds(partial(_find, compounds, one)))
    pairs = alternate(
        partial(_slowest, [partial(_find, compounds, one) for one in questions]),
        partial(_slowest, [partial(_raw, compounds, raw[one]) for one in questions]),
        rounds=ROUNDS,
    )
    limit = "its statements, rows fetched"
    return Result(name, "s", pairs, target, limit, f"{note}; slowest is {slowest}")


def _find(compounds: Sequence[int], text: str) -> list[object]:
    with scope(compounds):
        return list(find(text))


def _raw(compounds: Sequence[int], statements: list[str]) -> None:
    with scope(compounds):
        replay([one for one in statements if not one.startswith("SET LOCAL")])


def _slowest(calls: Sequence[partial]) -> float:
    return max(_seconds(call) for call in calls)


def _seconds(call: partial) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began
