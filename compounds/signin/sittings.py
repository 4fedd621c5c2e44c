"""Where people are signed in: listed, and ended at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from compounds.digests import digest_of
from compounds.models import User
from compounds.signin.agents import device_of
from compounds.signin.models import How, Sitting
from compounds.signin.vault import seal, unseal

FRESH = 300  # seconds for which "last seen" may be behind


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Every way of signing in passes here. Old rows of the person go with it."""
    if request.session.session_key is None:
        request.session.create()
    how, link = getattr(request, "entering", (How.PASSWORD, None))
    now = timezone.now()
    too_old = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Sitting.objects.filter(user=user, seen_at__lt=too_old).delete()
    _keep(request, user, how=how, link_id=link, began_at=now)


def _keep(request: HttpRequest, user: User, **fields: Any) -> None:
    key = str(request.session.session_key)
    Sitting.objects.update_or_create(
        digest=digest_of(key),
        defaults={
            "user": user,
            "sealed_key": seal(key),
            "device": device_of(request),
            "seen_at": timezone.now(),
            **fields,
        },
    )
    cache.add(f"seen:{digest_of(key)}", 1, FRESH)


@receiver(user_logged_out)
def forget(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    Sitting.objects.filter(digest=here(request)).delete()


def here(request: HttpRequest) -> str:
    """The digest of this browser's session."""
    return digest_of(str(request.session.session_key or ""))


class SeenMiddleware:
    """Writes "last seen" at most once in five minutes: no query on a fresh page, one on a stale."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        # A page that did not look at the session costs nothing here either.
        if session.accessed and session.session_key and SESSION_KEY in session:
            digest = here(request)
            if cache.add(f"seen:{digest}", 1, FRESH):
                self._see(request, digest)
        return response

    def _see(self, request: HttpRequest, digest: str) -> None:
        rows = Sitting.objects.filter(digest=digest)
        if not rows.update(seen_at=timezone.now()) and request.user.is_authenticated:
            _keep(request, request.user)  # signed in before this list was kept


def rebind(request: HttpRequest, before: str) -> None:
    """The session has a new key (after a changed password); its row follows."""
    key = str(request.session.session_key)
    Sitting.objects.filter(digest=before).update(digest=digest_of(key), sealed_key=seal(key))


def sittings_of(user: User) -> QuerySet[Sitting]:
    """Newest first, without those whose time is over."""
    living = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return Sitting.objects.filter(user=user, seen_at__gt=living)


@transaction.atomic
def end_sittings(sittings: Iterable[Sitting]) -> int:
    """End these at once: the sessions themselves go, so the next request is nobody's."""
    rows = list(sittings)
    keys = [key for one in rows if (key := unseal(one.sealed_key)) is not None]
    Session.objects.filter(session_key__in=keys).delete()
    Sitting.objects.filter(pk__in=[one.pk for one in rows]).delete()
    return len(rows)


def end_everywhere(user: User, *, but: str = "") -> int:
    """End all sessions of a person, except the one with this digest."""
    return end_sittings(Sitting.objects.filter(user=user).exclude(digest=but))
