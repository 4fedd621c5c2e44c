"""What rooms above have to say about one door on its file's page, in a line each.

An app registers a facet in its `AppConfig.ready()`: one query at most, since the page asks all of
them. `households` does not know who speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from compounds.models import Member
from households.models import Household


@dataclass(frozen=True)
class Facet:
    """One line: a word for what it is about, what applies, and the page that explains it."""

    title: str
    text: str
    state: str = "wait"  # one of the marks: now, next, done, late, wait, iso
    tag: str = ""
    url: str = ""


Ask = Callable[[Household, Member, datetime], Facet | None]
_askers: dict[str, Ask] = {}


def register_facet(name: str, ask: Ask) -> None:
    _askers[name] = ask


def facets(household: Household, member: Member, now: datetime) -> list[Facet]:
    """In the order of their names; those with nothing to say are left out."""
    found = (_askers[name](household, member, now) for name in sorted(_askers))
    return [one for one in found if one is not None]
