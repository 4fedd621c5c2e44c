"""Relatives outside who act for a household: inviting, asking, deciding, and acting while it lasts.

Other rooms call two functions: `standing(access)` before they write anything for a resident's
phone, `acted_for(...)` after it. Both do nothing special for a phone of the home itself.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.actions import digest_of
from compounds.models import Member
from households import signin
from households.access import new_secret
from households.doors import new_code, plain_code
from households.models import Access, HomeOf, Household, Invitation, Proxy, Relation, Relative
from households.phones import Bad, normalise
from journal.actions import record
from journal.models import Entry
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import daytime

GOOD_FOR = timedelta(hours=72)  # our default: long enough for somebody on a night shift
MOST_PROXIES = 6  # of one home, waiting or acting
DIGITS = re.compile(r"\d{3,}")


@transaction.atomic
def invite(
    *, household: Household, relative: Relative | None, by: Member | Access
) -> tuple[Invitation, str]:
    """A link for one relative and its code, readable this once. It ends the link before it.

    Refused: the home has as many proxies as it may have.
    """
    # Two people inviting at once: the household's row is the queue.
    household = (
        Household.objects.select_for_update(of=("self",))
        .select_related("home")
        .get(pk=household.pk)
    )
    _refuse_too_many(household)
    now = timezone.now()
    Invitation.objects.filter(
        household=household, relative=relative, used_at=None, ended_at=None
    ).update(ended_at=now)
    code = new_code(household.compound_id)
    made = Invitation.objects.create(
        compound_id=household.compound_id,
        household=household,
        relative=relative,
        digest=digest_of(code),
        made_at=now,
        made_by=by if isinstance(by, Member) else None,
        expires_at=now + GOOD_FOR,
    )
    record(
        "ProxyInvited",
        compound=household.compound_id,
        by=by,
        household=household.pk,
        data={"door": household.home.label, "invitation": made.pk},
    )
    return made, code


def _refuse_too_many(household: Household) -> None:
    known = Access.objects.filter(household=household, is_proxy=True, ended_at=None)
    if known.count() >= MOST_PROXIES:
        raise Refused(
            _("%(most)s relatives act for this home already. End one of them first.")
            % {"most": MOST_PROXIES},
            code="too_many_proxies",
        )


def find_invitation(code: str, now: datetime) -> Invitation | None:
    """The living invitation of this code, within the scope."""
    return (
        Invitation.objects.filter(
            digest=digest_of(plain_code(code)),
            used_at=None,
            ended_at=None,
            expires_at__gt=now,
            household__closed_at=None,
        )
        .select_related("household__home__unit__building", "compound", "relative")
        .first()
    )


def until(invitation: Invitation) -> str:
    """明天 15:30: how long the link is good."""
    return daytime(invitation.expires_at)


@transaction.atomic
def ask(
    *, invitation: Invitation, name: str, phone: str, relation: Relation, home_of: HomeOf
) -> tuple[Access, str]:
    """The invited relative says who he is, and waits. Returns the access and its secret.

    Refused: a link that was used meanwhile, a name or number that is none, too many proxies.
    """
    # Two phones with one link: the row is the queue, and the second finds it used.
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("household__home")
        .get(pk=invitation.pk)
    )
    now = timezone.now()
    if invitation.used_at or invitation.ended_at or invitation.expires_at <= now:
        raise Refused(_("This link is used up. Ask for a new one."), code="used_up")
    proxy = Proxy(
        compound_id=invitation.compound_id,
        household=invitation.household,
        invitation=invitation,
        name=_said_name(name),
        phone=_said_number(phone),
        relation=relation,
        home_of=home_of,
    )
    _refuse_too_many(invitation.household)
    secret = _wait(proxy, now)
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])
    data = {"who": proxy.access.said_name, "access": proxy.access.pk}
    record(
        "ProxyAsked",
        compound=invitation.compound_id,
        by=proxy.access,
        household=invitation.household_id,
        data={"door": invitation.household.home.label} | data,
    )
    return proxy.access, secret


def _wait(proxy: Proxy, now: datetime) -> str:
    """Write him and the access that nobody has granted yet; the secret for his session."""
    secret, digest = new_secret()
    proxy.access = Access.objects.create(
        compound_id=proxy.compound_id,
        household=proxy.household,
        is_proxy=True,
        said_name=proxy.label[:40],
        digest=digest,
        asked_at=now,
    )
    proxy.save()
    return secret


def _said_name(name: str) -> str:
    said = name.strip()[:40]
    if not said or DIGITS.search(said):
        raise Refused(_("Write your own name, so that they know who acts for them."), field="name")
    return said


def _said_number(phone: str) -> str:
    found = [one for one in normalise(phone) if not isinstance(one, Bad)]
    if len(found) != 1:
        raise Refused(_("Write one telephone number at which you can be rung."), field="phone")
    return found[0].number


DECISIONS = {"grant": signin.grant, "refuse": signin.refuse, "revoke": signin.revoke}


@transaction.atomic
def decide(*, access: Access, decision: str, by: Access) -> Access:
    """The household decides about its own relatives, from its own phone page.

    Refused: a decision that is none, a proxy who decides about anybody else than himself.
    """
    standing(by)
    himself = access.pk == by.pk and decision == "revoke"
    own = not by.is_proxy and access.is_proxy and access.household_id == by.household_id
    if not (himself or own) or decision not in DECISIONS:
        raise Refused(
            _("Only the household itself or the staff can decide this."), code="not_yours"
        )
    return DECISIONS[decision](access=access, by=by)


def standing(access: Access) -> Access:
    """Hold this sign-in until the end of the transaction; refused when it has ended.

    The race: it is revoked while its holder's deed is being written. The row is taken FOR SHARE,
    the revocation takes it FOR UPDATE: either the deed is committed first and stands, or the
    revocation is and the deed is refused here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT granted_at IS NOT NULL AND ended_at IS NULL FROM households_access"
            " WHERE compound_id = %s AND id = %s FOR SHARE",
            [access.compound_id, access.pk],
        )
        found = cursor.fetchone()
    if found is None or not found[0]:
        raise Refused(
            _("You no longer act for this home; nothing was sent. Ring the duty desk if needed.")
            if access.is_proxy
            else _("This phone no longer opens your home's page. Scan your door's code again."),
            code="ended",
        )
    return access


def acted_for(*, access: Access, what: str, cause: str) -> Entry | None:
    """Record that a relative did something for the household, and have the household told.

    `what` is a message id ("asks for help"), without anything private; `cause` names the row.
    None when the phone is the household's own.
    """
    if not access.is_proxy:
        return None
    return record(
        "ActedForHousehold",
        compound=access.compound_id,
        by=access,
        household=access.household_id,
        data={
            "door": access.household.home.label,
            "who": access.said_name,
            "what": what,
            "access": access.pk,
            "cause": cause,
        },
    )


def proxies_of(household: Household) -> list[Proxy]:
    """Everybody who acts or acted or waits, those who wait first; one query."""
    rows = Proxy.objects.filter(household=household).select_related("access__granted_by")
    found = list(rows.order_by("-access__asked_at"))
    return sorted(found, key=_rank)


def _rank(proxy: Proxy) -> int:
    if proxy.access.ended_at is not None:
        return 2
    return 1 if proxy.access.granted_at is not None else 0
