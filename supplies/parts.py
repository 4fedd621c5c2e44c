"""What a member who looks after a part of a compound sees of rounds, hand-outs and stock.

A round is there for whoever it touches, with the doors of one's own part. What decides for every
household of a round (its terms, the purchase, the shares, the books) is for members whose part
holds the whole round. Suppliers and the store are the compound's.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from compounds.limits import colleagues, encloses, touching
from compounds.models import Building, Compound, Member
from compounds.places import Place
from supplies.models import (
    GroupBuy,
    GroupBuyQuerySet,
    HandOut,
    HandOutDoor,
    StockItem,
    StockMove,
)
from supplies.queries import hand_outs, rounds


def rounds_of(member: Member) -> GroupBuyQuerySet:
    """The rounds that touch the member's part, with place and supplier, newest first."""
    return rounds().filter(touching(member))


def round_of(member: Member, pk: int) -> GroupBuy:
    """With all that the pages of one round name; 404 when it touches no door of the member's."""
    rows = rounds_of(member).select_related(
        "compound",
        "building",
        "unit__building",
        "home__unit__building",
        "supplier",
        "drafted_by__user",
        "submitted_by__user",
        "reviewed_by__user",
        "allocated_by__user",
        "source",
    )
    return get_object_or_404(rows, pk=pk)


def whole_round_of(member: Member, pk: int) -> GroupBuy:
    """The same, and 404 when the round reaches beyond the member's part: what is decided on such
    a page is decided for every household of the round."""
    found = round_of(member, pk)
    if not encloses(member, found):
        raise Http404
    return found


def own_place(member: Member, compound: Compound) -> Place:
    """Where a round begins that this member drafts: the compound, or the member's part."""
    if member.unit is not None:
        return Place(compound, "unit", building=member.unit.building, unit=member.unit)
    if member.buildings:
        first = Building.objects.filter(pk__in=member.buildings).first()
        return Place(compound, "building", building=first)
    return Place(compound, "compound")


def hand_outs_of(member: Member) -> QuerySet[HandOut]:
    """With the doors of the member's part, counted; without any they are not there."""
    if not member.is_limited:
        return hand_outs()
    mine = HandOutDoor.objects.filter(member.within("home__"), hand_out=OuterRef("pk"))
    return hand_outs(member.within("doors__home__")).filter(Exists(mine))


def moves_of(item: StockItem, member: Member) -> QuerySet[StockMove]:
    """All that moved, but for what went to households or people of another part."""
    rows = StockMove.objects.filter(item=item).select_related("household__home", "member", "by")
    if not member.is_limited:
        return rows
    near = [one.pk for one in colleagues(member)]
    home = Q(household=None) | member.within("household__home__")
    return rows.filter(home, Q(member=None) | Q(member__in=near), Q(by=None) | Q(by__in=near))
