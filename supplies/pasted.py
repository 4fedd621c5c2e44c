"""The table between a pasted list and the orders: what is proposed, edited, and not yet certain.

It lives in the form alone. The text is not stored; what is not confirmed is gone with the page.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import Household, Resident
from lockdown.kernel.errors import Refused
from supplies.models import GroupBuy, OfferLine, OrderLine
from supplies.pasting.doors import Context, Doors
from supplies.pasting.goods import Shelf
from supplies.pasting.kinds import Door, Doubt, Fate, Goods, Proposal, Step
from supplies.pasting.lines import CANCELS
from supplies.pasting.reading import read
from supplies.pasting.tidy import tidy

MOST_ROWS = 120  # of one page; six fields each
LONGEST = 20_000  # characters of a pasted text

WHY = {
    Doubt.NO_DOOR: gettext_lazy("Which door?"),
    Doubt.WHICH_DOOR: gettext_lazy("Several doors have this number. Which one?"),
    Doubt.UNKNOWN_DOOR: gettext_lazy("No such door here. Which one?"),
    Doubt.MANY_DOORS: gettext_lazy("Several doors in one line. Is it for each?"),
    Doubt.WHICH_GOODS: gettext_lazy("Which item?"),
    Doubt.HOW_MANY: gettext_lazy("How many?"),
    Doubt.OTHER_UNIT: gettext_lazy("Another unit than ours. Is the number right?"),
    Doubt.TWICE: gettext_lazy("Ordered twice, differently; the last one stands here."),
    Doubt.PLUS: gettext_lazy("+1: one more, or one in all? One more stands here."),
    Doubt.NOTHING_BEFORE: gettext_lazy("Changes or takes back an order that is not in this list."),
}


@dataclass
class Row:
    """One line of the table. `cart` is edited as text: 鸡蛋 × 2、牛奶 × 1."""

    place: int
    door: str = ""
    cart: str = ""
    source: str = ""
    ticked: bool = False
    candidates: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    refused: str = ""
    number: int | None = None  # placed: its number in the round

    @property
    def is_certain(self) -> bool:
        return not (self.why or self.refused)

    @property
    def reasons(self) -> str:
        """For the hidden field that brings them back."""
        return "|".join(self.why)


@dataclass
class Sheet:
    """Everything that one page of the table needs of the round; five queries."""

    buy: GroupBuy
    lines: list[OfferLine]
    doors: list[Door]
    had: dict[int, dict[int, OrderLine]]

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.goods)

    @property
    def goods(self) -> list[Goods]:
        return [Goods(line.pk, line.name, line.unit) for line in self.lines]


def open_sheet(buy: GroupBuy, files: QuerySet[Household]) -> Sheet:
    """`files` are the households that the member may order for."""
    names: dict[int, list[str]] = defaultdict(list)
    people = Resident.objects.filter(moved_out_at=None, household__in=files).order_by("position")
    for household, name in people.values_list("household_id", "name"):
        names[household].append(name)
    doors = [
        Door(
            one.pk,
            one.home.unit.building.number,
            one.home.unit.number,
            one.home.number,
            one.home.label,
            tuple(names[one.pk]),
        )
        for one in files.order_by("home__position")
        if buy.covers(one.home)
    ]
    had: dict[int, dict[int, OrderLine]] = defaultdict(dict)
    ordered = OrderLine.objects.filter(order__buy=buy, quantity__gt=0).select_related("order")
    for row in ordered:
        had[row.order.household_id][row.line_id] = row
    return Sheet(buy, list(OfferLine.objects.filter(buy=buy)), doors, had)


@dataclass
class Proposed:
    rows: list[Row]
    left_out: list[Step]  # lines that are no orders, for whoever wants to check
    too_many: int  # rows beyond those that fit on one page


def propose(text: str, sheet: Sheet) -> Proposed:
    """The rows for a text, what needs a look first."""
    reading = read(text[:LONGEST], sheet.doors, sheet.goods)
    source = {step.line: step.text for step in reading.steps}
    rows = [
        row
        for one in reading.proposals
        if (row := _row(one, source, sheet)) is not None
    ]  # fmt: skip
    _flag_what_is_over(rows, sheet)
    rows.sort(key=lambda row: row.is_certain)
    for place, row in enumerate(rows[:MOST_ROWS]):
        row.place, row.ticked = place, row.is_certain
    used = {line for one in reading.proposals for line in one.lines}
    shown = (Fate.HEAD, Fate.TALK, Fate.SAME, Fate.SENDER)
    left_out = [step for step in reading.steps if step.line not in used and step.fate in shown]
    return Proposed(rows[:MOST_ROWS], left_out, max(0, len(rows) - MOST_ROWS))


def _row(one: Proposal, source: Mapping[int, str], sheet: Sheet) -> Row | None:
    labels = {door.id: door.label for door in sheet.doors}
    had = sheet.had.get(one.door or 0, {})
    if one.door is not None and not one.wanted and not one.doubts and not had:
        return None  # ordered and taken back within the list: nothing is to be done
    wanted = {pk: row.quantity for pk, row in had.items()} | dict(one.wanted)
    why = [str(WHY[doubt]) for doubt in one.doubts]
    is_taken_back = (
        one.door is not None and not one.wanted and not (set(one.doubts) - {Doubt.NOTHING_BEFORE})
    )
    if had:
        why.append(
            _("Has ordered already: %(cart)s")
            % {"cart": words({k: r.quantity for k, r in had.items()}, sheet)}
        )
    return Row(
        place=0,
        door=labels.get(one.door or 0, ""),
        cart=_("not wanted any more") if is_taken_back else words(wanted, sheet),
        source="\n".join(source[line] for line in one.lines),
        candidates=[labels[pk] for pk in one.candidates if pk in labels],
        why=why,
    )  # fmt: skip


def words(wanted: Mapping[int, int], sheet: Sheet) -> str:
    """鸡蛋 30 枚 × 2、牛奶 × 1: read back by `cart_of`."""
    names = {line.pk: line.name for line in sheet.lines}
    return "、".join(f"{names[pk]} × {count}" for pk, count in wanted.items() if count)


def _flag_what_is_over(rows: list[Row], sheet: Sheet) -> None:
    """Caps and what is left, before anybody confirms: in the list's order, as orders would come."""
    shelf = sheet.shelf
    taken: dict[int, int] = defaultdict(int)
    ids = {door.label: door.id for door in sheet.doors}
    for row in rows:
        had = sheet.had.get(ids.get(row.door, 0), {})
        for goods, count in dict(shelf.amounts(tidy(row.cart)).wanted).items():
            line = next(line for line in sheet.lines if line.pk == goods)
            said = {"item": line.name, "cap": line.cap_household, "least": line.minimum}
            if line.cap_household is not None and count > line.cap_household:
                row.why.append(_("%(item)s: at most %(cap)s a household") % said)
            if count < line.minimum:
                row.why.append(_("%(item)s: at least %(least)s") % said)
            before = had[goods].quantity if goods in had else 0
            taken[goods] += count - before
            if line.left is not None and count > before and taken[goods] > line.left:
                row.why.append(_("%(item)s: not enough is left") % said)


def rows_of(data: Mapping[str, str]) -> list[Row]:
    """The table as it was sent."""
    many = data.get("rows", "")
    count = min(int(many), MOST_ROWS) if many.isdecimal() and len(many) < 5 else 0
    return [
        Row(
            place=n,
            door=data.get(f"door-{n}", "").strip()[:32],
            cart=data.get(f"cart-{n}", "").strip()[:600],
            source=data.get(f"source-{n}", "")[:600],
            ticked=f"ok-{n}" in data,
            why=[one for one in data.get(f"why-{n}", "")[:600].split("|") if one],
            candidates=[one for one in data.get(f"may-{n}", "")[:300].split() if one],
        )
        for n in range(count)
    ]


def household_of(row: Row, sheet: Sheet) -> int:
    """The household of the door that stands in the row. Refused: none, or several."""
    found = Doors(sheet.doors).find(tidy(row.door), Context())
    fitting = [door for one in found for door in one.fitting]
    if len(fitting) != 1:
        row.candidates = [door.label for door in fitting]
        raise Refused(_("Write the door with building and unit, such as 1-1-502."))
    row.door = fitting[0].label
    return fitting[0].id


def cart_of(row: Row, household: int, sheet: Sheet) -> dict[int, tuple[int, int]]:
    """What stands in the row as a cart; "up to" of an earlier order stays. Refused: unreadable."""
    text = tidy(row.cart)
    found = sheet.shelf.amounts(text)
    if not found.wanted and CANCELS.search(text):
        return {}
    only = sheet.lines[0].pk if len(sheet.lines) == 1 else None
    wanted = dict(found.wanted)
    if found.loose is not None and only is not None and not wanted:
        wanted = {only: found.loose}
    if not wanted or found.doubts or (found.loose is not None and only is None):
        raise Refused(_("Write each item with its number, such as %(example)s × 2.") % {
            "example": sheet.lines[0].name if sheet.lines else ""
        })  # fmt: skip
    had = sheet.had.get(household, {})
    return {
        pk: (count, max(count, had[pk].up_to) if pk in had and had[pk].quantity == count else count)
        for pk, count in wanted.items()
    }


def key_of(page: str, row: Row, household: int, cart: Mapping[int, Sequence[int]]) -> str:
    """The same row of the same page again is the same order; another cart is a change."""
    said = f"{page}:{row.place}:{household}:{sorted(cart.items())}"
    return hashlib.sha256(said.encode()).hexdigest()[:48]
