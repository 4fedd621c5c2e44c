"""Members who look after a part of a compound: which part, and what lies inside it.

`Member.within`, `within_units` and `covers` narrow lists and records; here is what is asked of
places, of other members, and in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from compounds.models import Building, Member, Unit
from compounds.places import Place
from lockdown.kernel.errors import Refused


def encloses(member: Member, place: Any) -> bool:
    """Whether the whole place is within the limits: a Place, or a row with the same columns."""
    if not member.is_limited:
        return True
    kind = place.kind if isinstance(place, Place) else place.place_kind
    if kind == "compound":
        return False
    if member.unit_id is not None:
        return kind != "building" and _id(place, "unit") == member.unit_id
    return _id(place, "building") in member.buildings


def _id(place: Any, name: str) -> int | None:
    if isinstance(place, Place):
        row = getattr(place, name)
        return row.pk if row else None
    return getattr(place, f"{name}_id")


def covers_unit(member: Member, unit: Unit) -> bool:
    """Whether the member may work on this stair."""
    if member.unit_id is not None:
        return unit.pk == member.unit_id
    return not member.buildings or unit.building_id in member.buildings


def refuse_outside(member: Any, place: Any) -> None:
    """For actions on a place: refused when it reaches beyond the actor's limits."""
    if isinstance(member, Member) and not encloses(member, place):
        raise Refused(
            _("This reaches beyond %(part)s. Ask a manager of the whole compound.")
            % {"part": part_of(member)},
            code="beyond_limits",
        )


def refuse_limited(member: Any) -> None:
    """For what concerns the compound as a whole."""
    if isinstance(member, Member) and member.is_limited:
        raise Refused(
            _("This concerns the whole compound; you look after %(part)s. Ask another manager.")
            % {"part": part_of(member)},
            code="beyond_limits",
        )


def touching(member: Member, prefix: str = "") -> Q:
    """The condition on rows with an order's place: those that touch the member's part."""
    whole = Q(**{f"{prefix}place_kind": "compound"})
    if member.unit_id is not None:
        around = Unit.objects.filter(pk=member.unit_id).values("building")
        building = Q(
            **{f"{prefix}place_kind": "building", f"{prefix}building__in": around},
        )
        return whole | building | Q(**{f"{prefix}unit_id": member.unit_id})
    if member.buildings:
        return whole | Q(**{f"{prefix}building_id__in": member.buildings})
    return Q()


def touches(member: Member, row: Any) -> bool:
    """`touching` for a row that is at hand."""
    if not member.is_limited or row.place_kind == "compound":
        return True
    if member.unit is not None:
        around = row.place_kind == "building" and row.building_id == member.unit.building_id
        return around or row.unit_id == member.unit_id
    return row.building_id in member.buildings


def is_within(unit: Unit | None, buildings: Iterable[int], by: Member) -> bool:
    """Whether limits (one unit, or buildings, or neither) lie inside those of another member."""
    buildings = set(buildings)
    if not by.is_limited:
        return True
    if by.unit_id is not None:
        return unit is not None and unit.pk == by.unit_id
    if unit is not None:
        return unit.building_id in by.buildings
    return bool(buildings) and buildings <= set(by.buildings)


def reaches(by: Member, member: Member) -> bool:
    """Whether `by` may manage this member: nobody beyond one's own limits."""
    return is_within(member.unit, member.buildings, by)


def reached(by: Member, prefix: str = "") -> Q:
    """The condition on rows with a member that `by` reaches, or is; `prefix` leads to it."""
    me = Q(**{f"{prefix}pk": by.pk})
    if by.unit_id is not None:
        return me | Q(**{f"{prefix}unit": by.unit_id})
    if not by.buildings:
        return Q()
    stairs = Q(**{f"{prefix}unit__building__in": by.buildings})
    whole = Q(
        **{
            f"{prefix}unit": None,
            f"{prefix}buildings__len__gt": 0,
            f"{prefix}buildings__contained_by": by.buildings,
        }
    )
    return me | stairs | whole


def is_near(by: Member, member: Member) -> bool:
    """Whether the two work in one place: then `by` may know of the other and hand work over."""
    if not by.is_limited or not member.is_limited or reaches(by, member):
        return True
    return by.unit is not None and covers_unit(member, by.unit)


def colleagues(by: Member) -> list[Member]:
    """The present members whom `by` may know of: those near, and those of the whole compound."""
    found = Member.objects.filter(left_at=None).select_related("user", "unit__building")
    return [one for one in found if is_near(by, one)]


def part_of(member: Member) -> str:
    """The part that the member looks after, in words; "the whole compound" without limits."""
    return parts_of([member])[member.pk]


def part_among(member: Member, units: Iterable[Unit]) -> str:
    """`part_of` from stairs that are read already, with their buildings."""
    units = list(units)
    return _words(
        member,
        {one.building_id: str(one.building) for one in units},
        {one.pk: str(one) for one in units},
    )


def parts_of(members: Iterable[Member]) -> dict[int, str]:
    """The same for many; two queries at most."""
    members = list(members)
    buildings = _named(Building.objects.all(), {pk for one in members for pk in one.buildings})
    stairs = {one.unit_id for one in members if one.unit_id is not None}
    units = _named(Unit.objects.select_related("building"), stairs)
    return {one.pk: _words(one, buildings, units) for one in members}


def _named(rows: Any, wanted: set[int]) -> dict[int, str]:
    return {row.pk: str(row) for row in rows.filter(pk__in=wanted)} if wanted else {}


def _words(member: Member, buildings: dict[int, str], units: dict[int, str]) -> str:
    if member.unit_id is not None:
        return units.get(member.unit_id, "–")
    names = [name for pk, name in buildings.items() if pk in member.buildings]
    return "、".join(names) or _("the whole compound")
