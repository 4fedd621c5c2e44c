"""One-time links: a volunteer without a password is let in once, on one phone, for some hours."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.digests import base36, digest_of
from compounds.limits import part_of, reaches
from compounds.models import Member
from compounds.roles import Role
from compounds.signin.models import SignInLink, Sitting
from compounds.signin.sittings import end_sittings
from journal.actions import record
from lockdown.kernel.errors import Refused

CODE = re.compile(r"^([0-9a-z]{1,12})-([\w-]{22,40})$")
ROLES = (Role.VOLUNTEER, Role.CAPTAIN)
LONGEST = 72  # hours, for opening and for staying signed in


@transaction.atomic
def make_link(
    *, member: Member, opens_within: int, session_hours: int, by: Member
) -> tuple[SignInLink, str]:
    """A link and its code, which is readable this once. One made before and not opened ends.

    Hours. Refused: other roles, somebody with a password, a role that needs a second factor,
    somebody beyond one's limits.
    """
    # Two managers at once: the member's row is the queue.
    row: Member = (
        Member.objects.select_for_update(of=("self",))
        .select_related("user", "unit")
        .get(pk=member.pk)
    )
    _refuse(row, by)
    if not (1 <= opens_within <= LONGEST and 1 <= session_hours <= LONGEST):
        raise Refused(_("Between 1 and %(most)s hours.") % {"most": LONGEST})
    now = timezone.now()
    waiting = SignInLink.objects.filter(member=row, opened_at=None, revoked_at=None)
    waiting.update(revoked_at=now, revoked_by=by)
    code = f"{base36(row.compound_id)}-{secrets.token_urlsafe(24)}"
    link = SignInLink.objects.create(
        compound_id=row.compound_id,
        member=row,
        digest=digest_of(code),
        session_hours=session_hours,
        made_at=now,
        made_by=by,
        expires_at=now + timedelta(hours=opens_within),
    )
    record("SignInLinkMade", compound=row.compound_id, by=by, data={"name": row.name})
    return link, code


def _refuse(member: Member, by: Member) -> None:
    if member.left_at is not None:
        raise Refused(_("%(name)s does not work here any more.") % {"name": member.name})
    if member.role not in ROLES:
        raise Refused(_("One-time links are for volunteers and building captains."))
    if not reaches(by, member):
        raise Refused(
            _("%(name)s works beyond %(part)s. Ask a manager of the whole compound.")
            % {"name": member.name, "part": part_of(by)},
            code="beyond_limits",
        )
    if member.user.has_usable_password():
        raise Refused(
            _("%(name)s has a password. Reset that instead, if it is lost.") % {"name": member.name}
        )
    if member.second_factor_from is not None:
        raise Refused(_("This role signs in with a second factor; a link would go around it."))


def compound_of(code: str) -> int | None:
    """The compound that a code names; None when it is no code."""
    match = CODE.match(code)
    number = int(match[1], 36) if match else None
    return number if number is not None and number < 2**63 else None


def find_link(code: str) -> SignInLink | None:
    """The link, in whatever state, within the scope."""
    rows = SignInLink.objects.select_related("member__user", "made_by", "compound")
    return rows.filter(digest=digest_of(code)).first()


@transaction.atomic
def open_link(*, link: SignInLink, device: str) -> Member:
    """Use the link up. Refused, kindly: used, ended, too late, or no member any more."""
    now = timezone.now()
    # Two taps, or two phones, at once: the database lets one of them in.
    waiting = SignInLink.objects.filter(
        pk=link.pk, opened_at=None, revoked_at=None, expires_at__gt=now
    )
    member = link.member
    if member.left_at is not None or not member.user.is_active:
        raise Refused(why_not(link, now), code="closed")
    if not waiting.update(opened_at=now, opened_device=device):
        raise Refused(why_not(SignInLink.objects.get(pk=link.pk), now), code="closed")
    record("SignInLinkOpened", compound=link.compound_id, by=member, data={"name": member.name})
    return member


def why_not(link: SignInLink, now: datetime) -> str:
    """Why a link does not open, and whom to ask."""
    who = {"name": link.made_by.name}
    match link.state(now):
        case "opened":
            return _("This link has been used. Ask %(name)s for a new one.") % who
        case "expired":
            return _("This link was not opened in time. Ask %(name)s for a new one.") % who
    return _("This link has been ended. Ask %(name)s for a new one.") % who


def session_end(link: SignInLink, now: datetime) -> datetime:
    return now + timedelta(hours=min(link.session_hours, LONGEST))


@transaction.atomic
def revoke_link(*, link: SignInLink, by: Member) -> SignInLink:
    """End a link and the phone that it let in. Twice is harmless."""
    row: SignInLink = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("member__unit")
        .get(pk=link.pk)
    )
    if not reaches(by, row.member):
        raise Refused(_("Ask a manager of the whole compound."), code="beyond_limits")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = timezone.now(), by
        row.save(update_fields=["revoked_at", "revoked_by"])
        end_sittings(Sitting.objects.filter(user=row.member.user_id, link_id=row.pk))
        data = {"name": row.member.name}
        record("SignInLinkRevoked", compound=row.compound_id, by=by, data=data)
    return row
