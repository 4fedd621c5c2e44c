"""Who works here and where: joining, limits, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import is_within, part_of, reaches
from compounds.models import Building, Compound, Member, Unit, User
from compounds.roles import Role
from compounds.signin.accounts import end_where_ours
from compounds.signin.rules import second_factor_day
from compounds.sweeps import work_models
from journal.actions import Actor, record
from journal.events import plain
from lockdown.kernel.errors import Refused


@transaction.atomic
def add_member(
    *,
    compound: Compound,
    user: User,
    role: Role,
    by: Actor,
    unit: Unit | None = None,
    buildings: Iterable[int] = (),
    phone: str = "",
) -> Member:
    """Give a user a role in the compound; asked again, the role is brought up to date.

    Refused for a manager of a part: somebody who would see more than they do, or does already.
    """
    buildings = _clean(unit, buildings)
    _refuse_widening(unit, buildings, by)
    present = Member.objects.select_for_update(of=("self",)).filter(user=user, left_at=None).first()
    if present is not None:
        _refuse_unreached(present, by)
        _refuse_self(present, by)
    changed = present is None or present.role != role
    fields: dict[str, Any] = {
        "role": role,
        "unit": unit,
        "buildings": buildings,
        "phone": phone,
        "name": user.name,
    }
    if changed:
        fields["second_factor_from"] = second_factor_day(role, timezone.now())
    member, made = Member.objects.update_or_create(
        compound=compound, user=user, left_at=None, defaults=fields
    )
    if changed:
        data = {"name": member.name, "role": plain(Role(role).label)}
        event = "MemberJoined" if made else "MemberRoleChanged"
        record(event, compound=compound.pk, by=by, data=data)
    if present is not None and (present.unit_id, present.buildings) != _limits(member):
        _after_limits(member, by)
    return member


@transaction.atomic
def limit_member(
    *, member: Member, unit: Unit | None, buildings: Iterable[int] = (), by: Member
) -> Member:
    """Let a member see one stair, some buildings, or (neither) the whole compound.

    Open work outside goes to whoever limits, so that nothing is left without a person. Refused:
    one's own limits, and for a manager of a part anybody or anything beyond it.
    """
    buildings = _clean(unit, buildings)
    row: Member = (
        Member.objects.select_for_update(of=("self",))
        .select_related("unit__building", "user", "compound")
        .get(pk=member.pk)
    )
    if row.left_at is not None:
        raise Refused(_("%(name)s does not work here any more.") % {"name": row.name})
    if row.pk == by.pk:
        raise Refused(_("You cannot change your own limits. Ask another manager."))
    _refuse_unreached(row, by)
    _refuse_widening(unit, buildings, by)
    if _limits(row) == (unit.pk if unit else None, buildings):
        return row
    row.unit, row.buildings = unit, buildings
    row.save(update_fields=["unit", "buildings"])
    _after_limits(row, by)
    return row


@transaction.atomic
def end_membership(*, member: Member, by: Member) -> Member:
    """End it, and the sessions with it. Refused: one's own, and anybody beyond one's limits."""
    if member.pk == by.pk:
        raise Refused(_("You cannot end your own membership. Ask another manager."))
    row: Member = (
        Member.objects.select_for_update(of=("self",))
        .select_related("unit", "user")
        .get(pk=member.pk)
    )
    _refuse_unreached(row, by)
    if row.left_at is None:
        row.left_at = timezone.now()
        row.save(update_fields=["left_at"])
        record("MemberLeft", compound=row.compound_id, by=by, data={"name": row.name})
        end_where_ours(row)
    return row


def _limits(member: Member) -> tuple[int | None, list[int]]:
    return member.unit_id, member.buildings


def _clean(unit: Unit | None, buildings: Iterable[int]) -> list[int]:
    """Ids of the scope's buildings, in order; a stair already says its building."""
    wanted = set(buildings)
    if unit is not None and wanted:
        raise Refused(_("Choose buildings or one unit, not both."), field="unit")
    known = set(Building.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        raise Refused(_("This building is not in the compound. Choose again."), field="buildings")
    return sorted(known)


def _refuse_widening(unit: Unit | None, buildings: list[int], by: Actor) -> None:
    if isinstance(by, Member) and not is_within(unit, buildings, by):
        raise Refused(
            _("You look after %(part)s; others can be limited to that or to less.")
            % {"part": part_of(by)},
            code="beyond_limits",
            field="buildings",
        )


def _refuse_unreached(member: Member, by: Actor) -> None:
    if isinstance(by, Member) and not reaches(by, member):
        raise Refused(
            _("%(name)s works beyond %(part)s. Ask a manager of the whole compound.")
            % {"name": member.name, "part": part_of(by)},
            code="beyond_limits",
        )


def _refuse_self(member: Member, by: Actor) -> None:
    if isinstance(by, Member) and member.pk == by.pk:
        raise Refused(_("You cannot change your own role. Ask another manager."))


def _after_limits(member: Member, by: Actor) -> None:
    if isinstance(by, Member) and member.is_limited:
        _hand_back(member, by)
    part = part_of(member) if member.is_limited else "the whole compound"
    data = {"name": member.name, "part": part}
    record("MemberLimited", compound=member.compound_id, by=by, data=data)


def _hand_back(member: Member, by: Member) -> None:
    """Open work that the member cannot see any more."""
    for model in work_models():
        names = {field.name for field in model._meta.fields}
        if "home" in names:
            inside = member.within("home__")
        elif "unit" in names:
            inside = member.within_units("unit__")
        else:
            continue
        rows = model.objects.open().filter(~Q(pk__in=model.objects.filter(inside).values("pk")))
        rows.filter(assignee=member).update(assignee=by)
