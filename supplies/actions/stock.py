"""Relief goods and protective equipment: receive, give out, count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from households.models import Household
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from supplies.models import HandOut, HandOutDoor, MoveKind, StockItem, StockKind, StockMove

K = MoveKind
MOST = 1_000_000


@transaction.atomic
def add_item(
    *, compound: Compound, name: str, unit: str, kind: StockKind, minimum: int = 0, by: Member
) -> StockItem:
    """The same name again is the same item, with the new unit and minimum."""
    if not name.strip() or not unit.strip():
        raise Refused(_("Write the item and its unit, for example 口罩 and 只."), field="name")
    if not 0 <= minimum <= MOST:
        raise Refused(_("The minimum is a whole number, 0 or more."), field="minimum")
    item, _made = StockItem.objects.update_or_create(
        compound=compound,
        name=name.strip()[:60],
        defaults={"unit": unit.strip()[:12], "kind": kind, "minimum": minimum},
    )
    return item


@transaction.atomic
def receive(
    *, item: StockItem, quantity: int, source: str = "", request_key: str, by: Member
) -> StockMove:
    """Into the store. The same request is the same move."""
    _check(quantity)
    return _move(item, K.RECEIVED, quantity, request_key, by, source=source.strip()[:80])


@transaction.atomic
def issue(
    *,
    item: StockItem,
    quantity: int,
    household: Household | None = None,
    member: Member | None = None,
    note: str = "",
    request_key: str,
    by: Member,
) -> StockMove:
    """To a household or to a member; refused when less is there."""
    _check(quantity)
    if (household is None) == (member is None):
        raise Refused(_("Say who gets it: one household, or one member."))
    kind = K.TO_HOUSEHOLD if household is not None else K.TO_MEMBER
    return _move(
        item,
        kind,
        -quantity,
        request_key,
        by,
        household=household,
        member=member,
        note=note.strip()[:120],
    )


@transaction.atomic
def count(
    *, item: StockItem, found: int, note: str = "", request_key: str, by: Member
) -> StockMove:
    """A stocktake: the difference becomes a move, also when it is none."""
    if not 0 <= found <= MOST:
        raise Refused(_("Write how many were found: a whole number, 0 or more."), field="found")
    locked = StockItem.objects.select_for_update().get(pk=item.pk)
    return _move(
        locked, K.COUNTED, found - locked.on_hand, request_key, by, note=note.strip()[:120]
    )


def take_over(
    *,
    compound: Compound,
    name: str,
    unit: str,
    quantity: int,
    source: str,
    request_key: str,
    by: Member,
) -> StockMove:
    """What came beyond an order goes into the relief stock, under the item's own name."""
    item, _made = StockItem.objects.get_or_create(
        compound=compound, name=name, defaults={"unit": unit, "kind": StockKind.RELIEF}
    )
    return _move(item, K.RECEIVED, quantity, request_key, by, source=source[:80])


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MOST:
        raise Refused(_("Write a whole number, 1 or more."), field="quantity")


def _move(
    item: StockItem, kind: MoveKind, quantity: int, key: str, by: Member, **more: Any
) -> StockMove:
    """The item's row is locked, so that the number on hand is the sum of its moves."""
    item = StockItem.objects.select_for_update().get(pk=item.pk)
    twin = StockMove.objects.filter(request_key=key).first()
    if twin is not None:
        return twin
    if item.on_hand + quantity < 0:
        raise Refused(
            _("Only %(count)s %(unit)s of %(item)s are there.")
            % {"count": item.on_hand, "unit": item.unit, "item": item.name},
            code="stock_short",
            field="quantity",
        )
    was_short = item.is_short
    item.on_hand += quantity
    item.save(update_fields=["on_hand"])
    move = StockMove.objects.create(
        compound_id=item.compound_id,
        item=item,
        kind=kind,
        quantity=quantity,
        request_key=key,
        by=by,
        **more,
    )
    _tell(item, move, was_short, by)
    return move


def _tell(item: StockItem, move: StockMove, was_short: bool, by: Member) -> None:
    data: dict[str, Any] = {"item": item.name, "quantity": f"{move.quantity:+}"}
    data["kind"] = plain(MoveKind(move.kind).label)
    record("StockMoved", compound=item.compound_id, by=by, household=move.household_id, data=data)
    if item.is_short and not was_short:
        data = {"item": item.name, "on_hand": item.on_hand, "minimum": item.minimum}
        record("StockShort", compound=item.compound_id, by=by, data=data)


@transaction.atomic
def plan_hand_out(
    *, item: StockItem, title: str, each: int, households: Sequence[Household], by: Member
) -> HandOut:
    """A door list; the goods leave the store at each door. Households need their home.

    More doors than there are goods is allowed: the list says so, and more may still come.
    """
    _check(each)
    if not title.strip():
        raise Refused(_("Give the hand-out a title."), field="title")
    if not households:
        raise Refused(_("No household fits. Choose other marks or another place."))
    made = HandOut.objects.create(
        compound_id=item.compound_id, item=item, title=title.strip()[:60], each=each, made_by=by
    )
    HandOutDoor.objects.bulk_create(
        HandOutDoor(compound_id=item.compound_id, hand_out=made, household=one, home_id=one.home_id)
        for one in {one.pk: one for one in households}.values()
    )
    data: dict[str, Any] = {"title": made.title, "households": len(households)}
    record("HandOutPlanned", compound=item.compound_id, by=by, data=data)
    return made


@transaction.atomic
def hand_to_door(*, door: HandOutDoor, by: Member) -> HandOutDoor:
    """Given at this door; refused when the store is empty. Twice is once."""
    door = (
        HandOutDoor.objects.select_for_update(of=("self",))
        .select_related("hand_out__item", "home")
        .get(pk=door.pk)
    )
    if door.given_at:
        return door
    hand_out = door.hand_out
    _move(
        hand_out.item,
        K.TO_HOUSEHOLD,
        -hand_out.each,
        f"hand-out:{door.pk}",
        by,
        household_id=door.household_id,
        hand_out=hand_out,
    )
    door.given_at, door.given_by = timezone.now(), by
    door.save(update_fields=["given_at", "given_by"])
    data: dict[str, Any] = {"door": door.home.label, "item": hand_out.item.name}
    record("HandedOut", compound=door.compound_id, by=by, household=door.household_id, data=data)
    return door
