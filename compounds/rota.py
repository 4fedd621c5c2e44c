"""Who does what: sharing work out so that no item is without a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from compounds.models import Member, Unit
from compounds.roles import Role
from lockdown.kernel.errors import Refused

# For each kind of work, the roles that do it, best first. The manager is always the last resort.
WHO = {
    "verify": (Role.CAPTAIN, Role.VOLUNTEER),
    "recall": (Role.CAPTAIN, Role.VOLUNTEER),
    "care": (Role.VOLUNTEER, Role.CAPTAIN),
    "reach": (Role.CAPTAIN, Role.VOLUNTEER),
    "disinfect": (Role.CLEANER,),
    "rubbish": (Role.CLEANER,),
    "gate": (Role.GUARD,),
    "repair": (Role.TECHNICIAN,),
    "supply": (Role.WAREHOUSE, Role.VOLUNTEER),
    "manage": (Role.MANAGER,),
    "ask": (Role.VOLUNTEER, Role.CAPTAIN),
    "medical": (Role.ADVISER,),
    "lodge": (Role.CAPTAIN,),
}


@dataclass(frozen=True)
class Spot:
    """Where an item of work is, for sharing it out: unit and floor, in walking order."""

    unit_id: int | None
    floor: int = 0


class Rota:
    """The members of one compound, asked once and shared among many items."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = list(members)
        self.load: Counter[int] = Counter()
        self._buildings: dict[int, int] | None = None

    def share(self, kind: str, spots: Iterable[Spot]) -> list[Member]:
        """One member per spot. A floor stays with one person; floors go round by load."""
        chosen: dict[tuple[int | None, int], Member] = {}
        answer = []
        for spot in spots:
            key = (spot.unit_id, spot.floor)
            if key not in chosen:
                chosen[key] = self._least_loaded(self._candidates(kind, spot))
            member = chosen[key]
            self.load[member.pk] += 1
            answer.append(member)
        return answer

    def _candidates(self, kind: str, spot: Spot) -> list[Member]:
        for role in (*WHO[kind], Role.MANAGER):
            of_role = [one for one in self.members if one.role == role]
            near = [one for one in of_role if one.is_limited and self._looks_after(one, spot)]
            anywhere = [one for one in of_role if not one.is_limited]
            if near or anywhere:
                return near or anywhere
        raise Refused(_("This compound has no manager yet. Add one before starting work."))

    def _looks_after(self, member: Member, spot: Spot) -> bool:
        """Whether the spot is on the member's own stair or in one of their buildings."""
        if spot.unit_id is None:
            return False
        if member.unit_id is not None:
            return member.unit_id == spot.unit_id
        if self._buildings is None:  # asked only where somebody is limited to buildings
            self._buildings = dict(Unit.objects.values_list("pk", "building_id"))
        return self._buildings.get(spot.unit_id) in member.buildings

    def _least_loaded(self, members: list[Member]) -> Member:
        return min(members, key=lambda one: (self.load[one.pk], one.pk))


def rota() -> Rota:
    """The rota of the scope's present members; one query."""
    return Rota(Member.objects.filter(left_at=None))
