"""Counting in SQL what is too much to fetch: one query, whatever the size of the compound."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import CharField, Count, Q, QuerySet, Value

from compounds.models import Compound, Member
from households.models import Access, Verification
from notices.models import Receipt
from reports import rows
from reports.prepared import prepared
from seals.models import SealOrder

DONE = Count("id", filter=Q(finished_at__isnull=False))


def for_board(compound: Compound, member: Member) -> dict[str, tuple[int, int]]:
    """(done, all) of the open sweeps, of the seal notices in force, and of sign-ins waiting.

    Of the member's own part. Each building is a number to be filled in, so that there is one
    statement for each number of buildings, not for each choice of them.
    """
    limits = {f"b{place}": pk for place, pk in enumerate(member.buildings)}
    if member.unit_id is not None:
        limits = {"unit": member.unit_id}
    return {what: (done, total) for what, done, total in _counts(compound=compound.pk, **limits)}


@prepared
def _counts(compound: int, unit: int | None = None, **buildings: int) -> QuerySet:
    in_force = SealOrder.objects.in_force().values("pk")
    verify = Verification.objects.filter(sweep__closed_at=None, cancelled_at=None)
    tell = Receipt.objects.filter(
        notice__kind="seal", notice__order_id__in=in_force, cancelled_at=None
    )
    waiting = Access.objects.filter(granted_at=None, ended_at=None, household__compound_id=compound)
    near = Member(unit_id=unit, buildings=list(buildings.values()))
    verify, tell = verify.filter(near.within("home__")), tell.filter(near.within("home__"))
    waiting = waiting.filter(near.within("household__home__"))
    arms = [
        _arm(rows.VERIFY, verify, DONE),
        _arm(rows.TELL, tell, DONE),
        _arm("waiting", waiting, Count("granted_at")),
    ]
    return _together(arms)


def _arm(what: str, found: QuerySet, done: Count) -> QuerySet:
    name = Value(what, output_field=CharField())
    grouped = found.order_by().values("compound_id").annotate(what=name, done=done, all=Count("id"))
    return grouped.values_list("what", "done", "all")


def _together(arms: Iterable[QuerySet]) -> QuerySet:
    first, *rest = arms
    return first.union(*rest, all=True)
