"""Whom a notice is for: places, floors and care marks, as kept in a notice's JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from compounds.models import Building, Home, Unit
from compounds.places import Place
from households.models import Access, CareFlag, CareKind, Household, Phone
from notices.models import ON_A_PAGE, OWN_ONLY, Route

LABEL_LENGTH = 120
APP_ONLY = "app_only"


@dataclass(frozen=True)
class Audience:
    """Homes of the places named; none named is the whole compound. Ids of the scope's rows."""

    buildings: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    homes: tuple[int, ...] = ()
    floors: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    app_only: bool = False  # only those with a page, their own or a relative's; nobody rings
    own_only: bool = False  # for the households themselves, not for relatives who act for them

    @classmethod
    def of_place(cls, place: Place, *, app_only: bool = False) -> Audience:
        match place.kind:
            case "building":
                return cls(buildings=(_pk(place.building),), app_only=app_only)
            case "unit":
                return cls(units=(_pk(place.unit),), app_only=app_only)
            case "floor":
                floors = (int(place.floor or 0),)
                return cls(units=(_pk(place.unit),), floors=floors, app_only=app_only)
            case "home":
                return cls(homes=(_pk(place.home),), app_only=app_only)
        return cls(app_only=app_only)

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Audience:
        return cls(
            buildings=tuple(data.get("building", ())),
            units=tuple(data.get("unit", ())),
            homes=tuple(data.get("home", ())),
            floors=tuple(data.get("floors", ())),
            flags=tuple(data.get("flags", ())),
            app_only=bool(data.get(APP_ONLY)),
            own_only=bool(data.get(OWN_ONLY)),
        )

    def as_json(self) -> dict[str, Any]:
        named: dict[str, Any] = {
            "building": list(self.buildings),
            "unit": list(self.units),
            "home": list(self.homes),
            "floors": list(self.floors),
            "flags": list(self.flags),
            APP_ONLY: self.app_only,
            OWN_ONLY: self.own_only,
        }
        kept = {name: value for name, value in named.items() if value}
        if not (self.buildings or self.units or self.homes):
            kept["compound"] = True
        return kept

    def _where(self, prefix: str) -> Q:
        """The condition on a home; `prefix` is the path to it."""
        place = Q()
        if self.buildings:
            place |= Q(**{f"{prefix}building__in": self.buildings})
        if self.units:
            place |= Q(**{f"{prefix}unit__in": self.units})
        if self.homes:
            place |= Q(**{f"{prefix}pk__in": self.homes})
        if self.floors:
            place &= Q(**{f"{prefix}floor__in": self.floors})
        return place

    def households(self) -> QuerySet[Any]:
        """The households there now, in walking order, each with its `route`."""
        rows = Household.objects.filter(self._where("home__"), closed_at=None)
        if self.flags:
            marks = CareFlag.objects.filter(
                household=OuterRef("pk"), kind__in=self.flags, ended_at=None
            )
            rows = rows.filter(Exists(marks))
        rows = rows.annotate(route=route_of("pk", own_only=self.own_only))
        if self.app_only:
            rows = rows.filter(route__in=ON_A_PAGE)
        return rows.order_by("home__unit_id", "-home__floor", "home__position")

    def doors(self) -> QuerySet[Home]:
        """The homes there, with a file or without."""
        return Home.objects.filter(self._where(""))

    def label(self) -> str:
        """The audience in words, in the language in force."""
        words = [*self._places(), *self._limits()]
        text = "、".join(words)
        return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 1]}…"

    def _places(self) -> list[str]:
        if not (self.buildings or self.units or self.homes):
            return [_("whole compound")]
        names = [str(one) for one in Building.objects.filter(pk__in=self.buildings)]
        units = Unit.objects.filter(pk__in=self.units).select_related("building")
        return [
            *names,
            *(str(one) for one in units),
            *Home.objects.filter(pk__in=self.homes).values_list("label", flat=True),
        ]

    def _limits(self) -> list[str]:
        words = []
        if self.floors:
            words.append(_("floors %(floors)s") % {"floors": spans(self.floors)})
        words += [str(CareKind(flag).label) for flag in self.flags]
        if self.app_only:
            words.append(_("phone page only"))
        return words


def _pk(row: Any) -> int:
    return int(row.pk)


def spans(numbers: Iterable[int]) -> str:
    """1, 2, 3, 8 as "1-3, 8"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def signed_in(household: str, *, relatives: bool) -> QuerySet[Access]:
    """Phones that may open the page of the outer query's household: its own, or its relatives'."""
    return Access.objects.filter(
        household=OuterRef(household),
        is_proxy=relatives,
        granted_at__isnull=False,
        ended_at=None,
    )


def route_of(household: str, *, own_only: bool = False) -> Case:
    """The first way that can work: their phone page, a relative's page, a telephone, the door.

    `own_only` leaves the relatives out.
    """
    own = When(Exists(signed_in(household, relatives=False)), then=Value(Route.APP.value))
    through = When(Exists(signed_in(household, relatives=True)), then=Value(Route.RELATIVE.value))
    return Case(
        own,
        *([] if own_only else [through]),
        When(
            Exists(Phone.objects.filter(household=OuterRef(household))),
            then=Value(Route.CALL.value),
        ),
        default=Value(Route.KNOCK.value),
    )


@dataclass(frozen=True)
class Count:
    """How many households an audience has and how they will be told."""

    routes: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.routes.total()

    @property
    def app(self) -> int:
        return self.routes[Route.APP]

    @property
    def relative(self) -> int:
        return self.routes[Route.RELATIVE]

    @property
    def call(self) -> int:
        return self.routes[Route.CALL]

    @property
    def knock(self) -> int:
        return self.routes[Route.KNOCK]


def count(audience: Audience) -> Count:
    """The households by route, without writing; one query."""
    return Count(Counter(audience.households().values_list("route", flat=True)))
