"""Signing in, step by step: who it is, a second factor where there is one, then the session."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import login
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from compounds.models import Member, User
from compounds.signin.models import CodeApp, How, Passkey

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF = "half"  # {"user": id, "at": seconds}: the password was right, the second step is to come
HALF_LIVES = 600  # seconds
PROVED = "proved"  # when the person last showed who they are, in seconds
SECOND = "second"  # whether a second factor was shown in this session
ONLY = "only"  # the one compound that this session opens: a one-time link's
LATELY = 1800  # seconds within which keys may be changed without asking again


def has_second(user: User) -> bool:
    return CodeApp.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


def go_half(request: HttpRequest, user: User) -> None:
    request.session[HALF] = {"user": user.pk, "at": int(time.time())}


def half_way(request: HttpRequest) -> User | None:
    """The person whose password was right a moment ago."""
    kept = request.session.get(HALF)
    if not kept or time.time() - kept["at"] > HALF_LIVES:
        return None
    return User.objects.filter(pk=kept["user"], is_active=True).first()


def enter(
    request: HttpRequest,
    user: User,
    how: How,
    *,
    link: int | None = None,
    only: int | None = None,
    until: datetime | None = None,
) -> None:
    """Open the session. A link's opens one compound and ends by itself."""
    request.session.pop(HALF, None)
    request.entering = (how, link)  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    request.session[PROVED] = int(time.time())
    request.session[SECOND] = how in (How.CODE, How.RECOVERY, How.PASSKEY)
    if only is not None:
        request.session[ONLY] = only
    else:
        request.session.pop(ONLY, None)
    request.session.set_expiry(until and max(until - timezone.now(), timedelta(minutes=1)))


def prove(request: HttpRequest, *, second: bool = False) -> None:
    """The person has just shown again who they are."""
    request.session[PROVED] = int(time.time())
    if second:
        request.session[SECOND] = True


def proved_lately(request: HttpRequest) -> bool:
    return time.time() - float(request.session.get(PROVED, 0)) <= LATELY


def is_by_link(request: HttpRequest) -> bool:
    return ONLY in request.session


def may_try(request: HttpRequest, user: User) -> bool:
    """Wrong codes count with wrong passwords: for one name, never for an address."""
    return bool(AxesProxyHandler.is_allowed(request, {"username": user.username}))


def count_wrong(request: HttpRequest, user: User) -> None:
    credentials = {"username": user.username}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def opens(request: HttpRequest, member: Member) -> bool:
    """Whether this session may open the member's compound: a link's opens its own only."""
    return bool(request.session.get(ONLY, member.compound_id) == member.compound_id)


def must_enrol(request: HttpRequest, member: Member, now: datetime) -> bool:
    """The role asks for a second factor, the grace is over, and this session showed none."""
    asked = member.second_factor_from
    return asked is not None and asked <= now and not request.session.get(SECOND, False)
