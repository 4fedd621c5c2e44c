"""How the households of a sealed stair order: on their own phone, through a child in another city,
on the telephone, in the chat group, and too late.

Who has which way follows from the roster: care marks, telephones, relatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db.models import Exists, OuterRef
from django.utils import timezone

from compounds.roles import Role
from households import proxies, signin
from households.models import (
    INSIDE,
    Access,
    CareFlag,
    CareKind,
    HomeOf,
    Household,
    Phone,
    Relation,
    Relative,
    Resident,
)
from households.proxies import acted_for, standing
from households.queries import files_of
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions.orders import Wanted, place_order
from supplies.actions.waiting import ask_to_wait, grant_waiting
from supplies.food import plan_food_calls
from supplies.models import GroupBuy, OfferLine
from supplies.pasted import cart_of, household_of, key_of, open_sheet, propose
from supplies.views.home_order import ORDERED
from volunteers.actions import record_call
from volunteers.models import CareOutcome, CareVisit

LATE = 6  # households that miss the first cut-off
T = TypeVar("T")
Pieces = dict[int, int]  # by the item's place in the round


@dataclass
class Ways:
    """The households with somebody inside, by the way in which they order; in walking order."""

    own: list[Household] = field(default_factory=list)
    relative: list[Household] = field(default_factory=list)
    call: list[Household] = field(default_factory=list)
    chat: list[Household] = field(default_factory=list)
    late: list[Household] = field(default_factory=list)


def ways_of(first: bool) -> Ways:
    """Elders alone: a child orders, or they ring. No phone: a neighbour writes it in the group."""
    elders = set(_marked(CareKind.LONE_ELDER))
    reachable = set(Phone.objects.values_list("household_id", flat=True))
    found, alone, rest = Ways(), 0, 0
    for one in inside():
        if one.pk in elders:
            alone += 1
            through = alone % 3 == 1 or one.pk not in reachable
            (found.relative if through else found.call).append(one)
        elif one.pk not in reachable or rest % 12 == 1:
            found.chat.append(one)
            rest += one.pk in reachable
        else:
            is_late = first and rest % 9 == 6 and len(found.late) < LATE
            (found.late if is_late else found.own).append(one)
            rest += 1
    return found


def inside() -> list[Household]:
    people = Resident.objects.filter(
        household=OuterRef("pk"), moved_out_at=None, presence__in=INSIDE
    )
    rows = Household.objects.filter(Exists(people), closed_at=None)
    return list(rows.select_related("home__unit__building").order_by("home__position"))


def _marked(kind: CareKind) -> Iterable[int]:
    flags = CareFlag.objects.filter(kind=kind, ended_at=None)
    return flags.values_list("household_id", flat=True)


def in_turn(site: Site, rows: Sequence[T], *, seconds: float) -> Iterator[tuple[int, T]]:
    """One after the other on the story's clock, so many seconds apart; ten share a transaction."""
    began = timezone.now()
    for start in range(0, len(rows), 10):
        with scope([site.compound.pk]):
            for number, row in enumerate(rows[start : start + 10], start):
                with at(began + timedelta(seconds=seconds * number)):
                    yield number, row


def cart(household: Household, lines: list[OfferLine], *, first: bool) -> Wanted:
    """Every household its own: more of the vegetables, a few of what keeps."""
    wanted = {}
    for place, count in pieces(household, first=first).items():
        line = lines[place]
        more = line.tolerance and household.home.position % 3 == 0
        wanted[line.pk] = (count, count + bool(more))
    return wanted


def lines_of(site: Site, buy: GroupBuy) -> list[OfferLine]:
    with scope([site.compound.pk]):
        return list(buy.lines.all())


def pieces(household: Household, *, first: bool) -> Pieces:
    n = household.home.position
    if first:
        found = {0: 1 + n % 2, 1: int(n % 3 > 0), 2: int(n % 4 == 0), 3: 2 * (n % 5 == 1)}
    else:
        found = {0: 1 + n % 2, 1: int(n % 3 < 2), 2: int(n % 2 == 0), 3: int(n % 4 == 1)}
    return {place: count for place, count in found.items() if count}


def by_own_phone(site: Site, buy: GroupBuy, homes: list[Household], *, first: bool) -> None:
    """Signed in at the door's code with the last four digits."""
    lines = lines_of(site, buy)
    for _number, one in in_turn(site, homes, seconds=80):
        place_order(
            buy=buy,
            household=one,
            wanted=cart(one, lines, first=first),
            key=f"story-own-{buy.pk}-{one.pk}",
            by=phone_of(one),
        )


def phone_of(household: Household) -> Access:
    known = Access.objects.filter(household=household, is_proxy=False, ended_at=None).first()
    if known is not None:
        return known
    number = Phone.objects.filter(household=household).order_by("pk")[0]
    head = Resident.objects.filter(household=household, moved_out_at=None).order_by("position")[0]
    access, _secret = signin.prove(
        household=household, resident=head, name="", digits=number.last_four
    )
    return access


def by_children(site: Site, buy: GroupBuy, homes: list[Household], *, first: bool) -> None:
    lines = lines_of(site, buy)
    for number, one in in_turn(site, homes, seconds=360):
        access = _child_of(site, one, number)
        standing(access)
        placed = place_order(
            buy=buy,
            household=one,
            wanted=cart(one, lines, first=first),
            key=f"story-child-{buy.pk}-{one.pk}",
            by=access,
        )
        acted_for(access=access, what=ORDERED, cause=f"order:{placed.order_id}")


def _child_of(site: Site, household: Household, number: int) -> Access:
    """The child on the roster, let in once by a link."""
    known = Access.objects.filter(household=household, is_proxy=True, ended_at=None).first()
    if known is not None:
        return known
    relative = Relative.objects.filter(household=household).order_by("pk")[0]
    _made, code = proxies.invite(household=household, relative=relative, by=site.manager)
    invitation = proxies.find_invitation(code, timezone.now())
    if invitation is None:
        raise LookupError(code)
    elder = Resident.objects.filter(household=household).order_by("position")[0]
    access, _secret = proxies.ask(
        invitation=invitation,
        name=elder.name[0] + ("志远", "晓梅")[number % 2],
        phone=relative.phone,
        relation=(Relation.SON, Relation.DAUGHTER)[number % 2],
        home_of=HomeOf.PARENTS,
    )
    return signin.grant(access=access, by=site.manager)


def by_telephone(site: Site, buy: GroupBuy, homes: list[Household], *, first: bool) -> None:
    """Elders whom nobody orders for ring; a volunteer fills in the same cart."""
    lines = lines_of(site, buy)
    for _number, one in in_turn(site, homes, seconds=150):
        place_order(
            buy=buy,
            household=one,
            wanted=cart(one, lines, first=first),
            key=f"story-call-{buy.pk}-{one.pk}",
            for_whom="本人来电",
            by=site.of(Role.VOLUNTEER),
        )


def by_chat_list(site: Site, buy: GroupBuy, homes: list[Household], *, first: bool) -> None:
    """The list of the chat group, read into proposals and confirmed row by row."""
    captain = site.of(Role.CAPTAIN)
    with scope([site.compound.pk]):
        files = {one.pk: one for one in files_of(captain)}
        sheet = open_sheet(buy, files_of(captain))
        text = chat_list(homes, [line.name for line in sheet.lines], first=first)
        rows = propose(text, sheet).rows
    for _number, row in in_turn(site, rows, seconds=5):
        household = household_of(row, sheet)
        wanted = cart_of(row, household, sheet)
        place_order(
            buy=buy,
            household=files[household],
            wanted=wanted,
            key=key_of(f"story-{buy.pk}", row, household, wanted),
            for_whom="群接龙",
            by=captain,
        )


def chat_list(homes: list[Household], names: list[str], *, first: bool) -> str:
    """As it stands in the group; a neighbour writes for whoever has no phone."""
    reachable = set(Phone.objects.values_list("household_id", flat=True))
    said = ["#接龙", "1 栋 1 单元集中采购，今天截单"]
    for number, one in enumerate(homes, start=1):
        goods = "，".join(f"{names[n]} {count}" for n, count in pieces(one, first=first).items())
        helped = "" if one.pk in reachable else "帮"
        said.append(f"{number}. {helped}{one.home.number} {goods}")
    return "\n".join(said)


def call_the_hungry(site: Site) -> int:
    """What the beat plans after the cut-off: who has ordered nothing is rung the same day."""
    with scope([site.compound.pk]):
        return plan_food_calls(compound=site.compound.pk, now=timezone.now())


def let_in_late(site: Site) -> None:
    """They are called, say what they need, and get it from the waiting list."""
    with scope([site.compound.pk]):
        buy, homes = buy_of(first=True), ways_of(first=True).late
        line = buy.lines.all()[0]
    for _number, one in in_turn(site, homes, seconds=240):
        visit = CareVisit.objects.open().select_related("assignee").get(household=one)
        by = visit.assignee or site.manager
        record_call(visit=visit, outcome=CareOutcome.NEEDS, needs="忘了接龙，要蔬菜", by=by)
        request = ask_to_wait(buy=buy, line=line, household=one, quantity=1, by=by)
        grant_waiting(request=request, by=site.of(Role.WAREHOUSE))


def buy_of(*, first: bool) -> GroupBuy:
    return GroupBuy.objects.select_related("compound").order_by("number")[0 if first else 1]


ORDER = {
    "own": by_own_phone,
    "relative": by_children,
    "call": by_telephone,
    "chat": by_chat_list,
}


def order(site: Site, way: str, *, first: bool) -> None:
    """All households of one way of ordering."""
    with scope([site.compound.pk]):
        buy, homes = buy_of(first=first), getattr(ways_of(first), way)
    ORDER[way](site, buy, homes, first=first)
