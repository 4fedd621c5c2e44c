"""Opening compounds, building homes, members, tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.digests import base36, digest_of
from compounds.limits import refuse_limited
from compounds.membership import add_member, end_membership, limit_member
from compounds.models import (
    ApiToken,
    Building,
    Compound,
    Home,
    Member,
    Officer,
    Organization,
    Unit,
    User,
)
from compounds.roles import Role
from journal.actions import Actor, record
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope

MAX_HOMES = 20_000

__all__ = [
    "MAX_HOMES",
    "UnitPattern",
    "add_member",
    "base36",
    "build_homes",
    "digest_of",
    "end_membership",
    "issue_token",
    "limit_member",
    "open_compound",
    "revoke_token",
]


@dataclass(frozen=True)
class UnitPattern:
    """One entrance as a pattern: floors from `first_floor` up, the same doors on each."""

    building: str
    unit: str
    floors: int
    doors: int
    first_floor: int = 1

    def numbers(self) -> Iterable[tuple[int, str]]:
        """(floor, door number) in walking order; door 2 of floor 5 is "502"."""
        for floor in range(self.first_floor, self.first_floor + self.floors):
            for door in range(1, self.doors + 1):
                yield floor, f"{floor}{door:02d}"


@transaction.atomic
def open_compound(
    *, organization: Organization, name: str, slug: str, duty_phone: str, by: User
) -> Compound:
    """Open a compound for a company; the officer who does it becomes its manager."""
    if not Officer.objects.filter(organization=organization, user=by).exists():
        raise Refused(
            _("Only an officer of %(company)s can open a compound.")
            % {"company": organization.name}
        )
    try:
        with transaction.atomic():
            compound = Compound.objects.create(
                organization=organization, name=name, slug=slug, duty_phone=duty_phone
            )
    except IntegrityError:
        raise Refused(
            _("The short name %(slug)s is taken. Choose another one.") % {"slug": slug},
            field="slug",
        ) from None
    with scope([compound.pk]):
        manager = Member.objects.create(
            compound=compound, user=by, role=Role.MANAGER, name=by.name or by.username
        )
        record("CompoundCreated", compound=compound.pk, by=manager, data={"homes": 0})
    return compound


@transaction.atomic
def build_homes(*, compound: Compound, patterns: Iterable[UnitPattern], by: Actor) -> int:
    """Add the homes of the patterns; those that exist stay. Returns how many are new."""
    refuse_limited(by)
    # Two people building at once: the compound's row is the queue.
    Compound.objects.select_for_update().get(pk=compound.pk)
    patterns = list(patterns)
    total = sum(one.floors * one.doors for one in patterns)
    if total > MAX_HOMES:
        raise Refused(
            _("That is %(total)s homes; one compound holds at most %(most)s.")
            % {
                "total": total,
                "most": MAX_HOMES,
            }
        )
    before = Home.objects.count()
    homes = [home for pattern in patterns for home in _homes_of(compound, pattern)]
    Home.objects.bulk_create(homes, ignore_conflicts=True, batch_size=2000)
    made = Home.objects.count() - before
    if made:
        _put_in_order(compound)
        record("HomesBuilt", compound=compound.pk, by=by, data={"homes": made})
    return made


def _homes_of(compound: Compound, pattern: UnitPattern) -> list[Home]:
    building, _made = Building.objects.get_or_create(
        compound=compound,
        number=pattern.building,
        defaults={"position": _position(pattern.building)},
    )
    unit, _made = Unit.objects.get_or_create(
        compound=compound,
        building=building,
        number=pattern.unit,
        defaults={"position": _position(building.number) * 100 + _position(pattern.unit)},
    )
    return [
        Home(
            compound=compound,
            building=building,
            unit=unit,
            floor=floor,
            number=number,
            label=f"{pattern.building}-{pattern.unit}-{number}",
        )
        for floor, number in pattern.numbers()
    ]


def _position(number: str) -> int:
    digits = "".join(one for one in number if one.isdecimal())
    return int(digits or 0) if len(digits) < 4 else 999


def _put_in_order(compound: Compound) -> None:
    with connection.cursor() as cursor:
        # Fresh rows have no statistics yet, and the planner would join them row by row.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            """
            UPDATE compounds_home AS home SET position = ranked.place
            FROM (
                SELECT one.id, row_number() OVER (
                    ORDER BY unit.position, unit.id, one.floor, length(one.number), one.number
                ) AS place
                FROM compounds_home AS one
                JOIN compounds_unit AS unit
                  ON unit.compound_id = one.compound_id AND unit.id = one.unit_id
                WHERE one.compound_id = %s
            ) AS ranked
            WHERE home.compound_id = %s AND home.id = ranked.id
            """,
            [compound.pk, compound.pk],
        )
        cursor.execute("SET LOCAL enable_nestloop = on")


# API tokens: "ld_<compound id in base 36>_<secret>", so that the scope is known before any row
# is read.


@transaction.atomic
def issue_token(*, member: Member, name: str, by: Member) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once and never stored."""
    text = f"ld_{base36(member.compound_id)}_{secrets.token_urlsafe(24)}"
    token = ApiToken.objects.create(
        compound_id=member.compound_id, member=member, name=name, digest=digest_of(text)
    )
    record("TokenIssued", compound=member.compound_id, by=by, data={"name": name})
    return token, text


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Member) -> ApiToken:
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record("TokenRevoked", compound=token.compound_id, by=by, data={"name": token.name})
    return token
