"""Which roles of a compound must sign in with a second factor, and from when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_limited
from compounds.models import Compound, Member
from compounds.roles import Role
from compounds.signin.models import SecondFactorRule
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused

LONGEST_GRACE = 30  # days


@transaction.atomic
def require_second_factor(
    *, compound: Compound, role: Role, grace_days: int, by: Member
) -> SecondFactorRule:
    """From `grace_days` on, members of the role sign in with a second factor.

    Asked again, the days count from now. Refused: a manager of a part, more than 30 days.
    """
    refuse_limited(by)
    if not 0 <= grace_days <= LONGEST_GRACE:
        raise Refused(
            _("Give them 0 to %(most)s days.") % {"most": LONGEST_GRACE}, field="grace_days"
        )
    now = timezone.now()
    rule, _made = SecondFactorRule.objects.update_or_create(
        compound=compound,
        role=role,
        defaults={"grace_days": grace_days, "made_at": now, "made_by": by},
    )
    _apply(rule)
    data = {"role": plain(Role(role).label), "day": rule.begins_at.isoformat()}
    record("SecondFactorRequired", compound=compound.pk, by=by, data=data)
    return rule


@transaction.atomic
def waive_second_factor(*, compound: Compound, role: Role, by: Member) -> bool:
    """The role may sign in with a password alone again. False: nothing was required."""
    refuse_limited(by)
    gone, _rows = SecondFactorRule.objects.filter(role=role).delete()
    if gone:
        Member.objects.filter(role=role).update(second_factor_from=None)
        data = {"role": plain(Role(role).label)}
        record("SecondFactorWaived", compound=compound.pk, by=by, data=data)
    return bool(gone)


def _grace(rule: SecondFactorRule) -> timedelta:
    return timedelta(days=rule.grace_days)


def _apply(rule: SecondFactorRule) -> None:
    """Each member's own day: the rule's, or later for those who joined later."""
    joined = ExpressionWrapper(
        Greatest(F("joined_at"), Value(rule.made_at)) + Value(_grace(rule)),
        output_field=DateTimeField(),
    )
    Member.objects.filter(role=rule.role, left_at=None).update(second_factor_from=joined)


def second_factor_day(role: str, now: datetime) -> datetime | None:
    """From when somebody who joins or changes role now needs one; None when the role needs none."""
    rule = SecondFactorRule.objects.filter(role=role).first()
    return now + _grace(rule) if rule else None
