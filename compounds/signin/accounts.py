"""What a manager may do to somebody's account: only where no other company's trust hangs on it."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.access import memberships
from compounds.limits import part_of, reaches
from compounds.models import Member, Officer, User
from compounds.roles import Permission
from compounds.signin.models import CodeApp, Passkey, RecoveryCode, SignInLink, Sitting
from compounds.signin.sittings import end_everywhere, end_sittings
from journal.actions import record
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope

SECOND = gettext_noop("second factor")  # translated where the journal is read
PASSWORD = "password"


@transaction.atomic
def reset_second_factor(*, member: Member, reason: str, by: Member) -> int:
    """Forget all passkeys, apps and recovery codes of somebody who lost them; sessions end.

    Returns how many were forgotten. Refused: no reason, one's own, somebody beyond one's limits,
    an account that also opens compounds which the manager does not run.
    """
    user = _theirs(member, by)
    reason = _reason(reason)
    gone = (
        Passkey.objects.filter(user=user).delete()[0]
        + CodeApp.objects.filter(user=user).delete()[0]
    )
    RecoveryCode.objects.filter(user=user).delete()
    end_everywhere(user)
    _record_reset(member, SECOND, reason, by)
    return gone


@transaction.atomic
def reset_password(*, member: Member, reason: str, by: Member) -> str:
    """A new first password, readable this once; sessions end. Refused as above."""
    user = _theirs(member, by)
    reason = _reason(reason)
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save(update_fields=["password"])
    end_everywhere(user)
    _record_reset(member, PASSWORD, reason, by)
    return password


@transaction.atomic
def end_sessions_of(*, member: Member, by: Member) -> int:
    """Sign a member out everywhere. Returns how many sessions ended."""
    user = _theirs(member, by)
    ended = end_everywhere(user)
    if ended:
        data = {"name": member.name, "count": ended}
        record("SessionsEnded", compound=member.compound_id, by=by, data=data)
    return ended


def end_where_ours(member: Member) -> None:
    """After a membership ended: every session of somebody who works nowhere else now, and those
    of its one-time links. Others stay signed in for their other compounds."""
    links = SignInLink.objects.filter(member=member)
    end_sittings(Sitting.objects.filter(user=member.user, link_id__in=links.values_list("pk")))
    links.filter(opened_at=None, revoked_at=None).update(revoked_at=timezone.now())
    if not memberships(member.user) and not _is_more(member.user):
        end_everywhere(member.user)


def _theirs(member: Member, by: Member) -> User:
    """The member's user, locked, when the manager may touch the account."""
    if member.pk == by.pk:
        raise Refused(_("For your own account use the page «My account»."))
    if not reaches(by, member):
        raise Refused(
            _("%(name)s works beyond %(part)s. Ask a manager of the whole compound.")
            % {"name": member.name, "part": part_of(by)},
            code="beyond_limits",
        )
    if is_foreign(member, by):
        raise Refused(
            _(
                "%(name)s also works where you are no manager, or is an officer. The operator of "
                "this installation resets such accounts."
            )
            % {"name": member.name},
            code="not_ours",
        )
    return User.objects.select_for_update().get(pk=member.user_id)


def is_foreign(member: Member, by: Member) -> bool:
    """A manager must not weaken an account that opens what the manager does not run."""
    return opens_elsewhere(member, by) or _is_more(member.user)


def opens_elsewhere(member: Member, by: Member) -> bool:
    """Whether the account opens a compound that `by` does not run as a whole."""
    others = {one.compound_id for one in memberships(member.user)} - {member.compound_id}
    if others:
        mine = memberships(by.user)
        runs = (one for one in mine if one.may(Permission.MEMBER_EDIT) and not one.is_limited)
        others -= {one.compound_id for one in runs}
    return bool(others)


def _is_more(user: User) -> bool:
    return user.is_staff or user.is_superuser or Officer.objects.filter(user=user).exists()


def _reason(text: str) -> str:
    text = text.strip()[:200]
    if not text:
        raise Refused(_("Write why; it stays in the journal."), field="reason")
    return text


def _record_reset(member: Member, what: str, reason: str, by: Member) -> None:
    data = {"name": member.name, "what": what, "reason": reason}
    record("SignInReset", compound=member.compound_id, by=by, data=data)


def tell_compounds(user: User, event: str, what: str) -> None:
    """A person changed their own keys: a quiet fact in each compound that they may open."""
    for member in memberships(user):
        with scope([member.compound_id]):
            data = {"name": member.name, "what": what}
            record(event, compound=member.compound_id, by=member, data=data)
