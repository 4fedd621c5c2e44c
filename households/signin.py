"""A resident's sign-in: asked at the door's code, proved by phone digits or let in by staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from households.access import new_secret
from households.models import Access, DoorCode, Household, Phone, Proxy, Relative, Resident
from journal.actions import Actor, record
from journal.events import plain
from lockdown.kernel.errors import Refused

MOST_TRIES = 5
WAIT = timedelta(minutes=15)
BY_DIGITS, BY_STAFF = gettext_lazy("phone digits"), gettext_lazy("let in by staff")
MOST_WAITING = 6  # requests of one home that staff have not decided
# The same deeds at a relative outside have events of their own: the household is told of them.
OF_PROXIES = {
    "AccessGranted": "ProxyApproved",
    "AccessRefused": "ProxyRefused",
    "AccessRevoked": "ProxyEnded",
}


def spend_try(*, code: DoorCode, now: datetime) -> bool:
    """Count a try at this door; False when five wrong ones were made in the last 15 minutes.

    Two phones at once: one conditional UPDATE decides, and its row count is the answer. Call it
    outside the action that may be refused, or the count goes with it.
    """
    fresh = Q(tries_from=None) | Q(tries_from__lt=now - WAIT)
    counted = DoorCode.objects.filter(Q(pk=code.pk) & (fresh | Q(tries__lt=MOST_TRIES))).update(
        tries=Case(When(fresh, then=Value(1)), default=F("tries") + 1),
        tries_from=Case(When(fresh, then=Value(now)), default=F("tries_from")),
    )
    return counted == 1


def forgive_tries(code: DoorCode) -> None:
    """The right digits: the tries before them no longer count."""
    DoorCode.objects.filter(pk=code.pk).update(tries=0, tries_from=None)


@transaction.atomic
def prove(
    *, household: Household, resident: Resident | None, name: str, digits: str
) -> tuple[Access, str]:
    """Let a phone in that knows the last four digits of a registered number of the home.

    Returns the access and the secret for its session. Refused: other digits.
    """
    if not Phone.objects.filter(household=household, last_four=digits).exists():
        raise Refused(
            _("These digits do not match a registered phone of this home."),
            code="wrong_digits",
            field="digits",
        )
    secret, digest = new_secret()
    access = Access.objects.create(
        compound_id=household.compound_id,
        household=household,
        resident=resident,
        said_name=_said(resident, name),
        digest=digest,
        granted_at=timezone.now(),
    )
    _record("AccessGranted", access, by=access, how=plain(BY_DIGITS))
    return access, secret


@transaction.atomic
def ask(*, household: Household, resident: Resident | None, name: str) -> tuple[Access, str]:
    """Ask staff to be let in. Refused without a name, or when too many wait at this door."""
    said = _said(resident, name)
    if not said:
        raise Refused(_("Choose your name, or write it."), field="name")
    # Many asking at once: the household's row is the queue.
    Household.objects.select_for_update().get(pk=household.pk)
    waiting = Access.objects.filter(household=household, granted_at=None, ended_at=None).count()
    if waiting >= MOST_WAITING:
        raise Refused(
            _("Several requests of this home are waiting already. Call the duty desk."),
            code="too_many_waiting",
        )
    secret, digest = new_secret()
    access = Access.objects.create(
        compound_id=household.compound_id,
        household=household,
        resident=resident,
        said_name=said,
        digest=digest,
    )
    _record("AccessAsked", access, by=access)
    return access, secret


def _said(resident: Resident | None, name: str) -> str:
    return (resident.name if resident else name.strip())[:40]


@transaction.atomic
def grant(*, access: Access, by: Member | Access) -> Access:
    """Let a waiting phone in: by staff, or a relative's by the household itself.

    Twice is once; an ended request is refused.
    """
    access = _lock(access)
    if access.granted_at is not None and access.ended_at is None:
        return access
    if access.ended_at is not None:
        raise Refused(_("This request has ended. The resident can scan the door's code again."))
    access.granted_at = timezone.now()
    access.granted_by = by if isinstance(by, Member) else None
    access.save(update_fields=["granted_at", "granted_by"])
    if access.is_proxy:
        _keep_number(access)
    _record("AccessGranted", access, by=by, how=plain(BY_STAFF))
    return access


def _keep_number(access: Access) -> None:
    """Whoever acts for a home is also one to ring when its door stays shut."""
    proxy = Proxy.objects.get(access=access)
    Relative.objects.get_or_create(
        compound_id=access.compound_id,
        household_id=access.household_id,
        phone=proxy.phone,
        defaults={"name": proxy.name, "relation": str(proxy.get_relation_display())},
    )


@transaction.atomic
def refuse(*, access: Access, by: Actor) -> Access:
    """Refuse a waiting phone; one that is in is revoked instead."""
    access = _lock(access)
    if access.granted_at is not None and access.ended_at is None:
        raise Refused(_("This phone has been let in. End its sign-in instead."))
    return _end(access, "AccessRefused", by)


@transaction.atomic
def revoke(*, access: Access, by: Actor) -> Access:
    """End a phone's sign-in: by staff, by the household, or by whoever leaves.

    A deed of a relative that is under way holds the row (`proxies.standing`): it is finished
    first, or finds the sign-in ended and is refused.
    """
    return _end(_lock(access), "AccessRevoked", by)


def _end(access: Access, event: str, by: Actor) -> Access:
    if access.ended_at is None:
        access.ended_at = timezone.now()
        access.save(update_fields=["ended_at"])
        _record(event, access, by=by)
    return access


def _lock(access: Access) -> Access:
    rows = Access.objects.select_for_update(of=("self",)).select_related("household__home")
    return rows.get(pk=access.pk)


def _record(event: str, access: Access, *, by: Actor, **data: str) -> None:
    if access.is_proxy:
        event = OF_PROXIES[event]
        if event == "ProxyEnded" and access.granted_at is None:
            event = "ProxyRefused"  # he withdrew before anybody let him in
        data["who"] = access.said_name
    record(
        event,
        compound=access.compound_id,
        by=by,
        household=access.household_id,
        data={"door": access.household.home.label, "access": access.pk, **data},
    )
