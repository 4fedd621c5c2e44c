"""The resident's door: a session that holds one household's secret, and pages behind it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, wraps
from typing import Any, NamedTuple, TypedDict, cast

import structlog
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from compounds.access import Rule, View, ruled
from compounds.actions import digest_of
from compounds.models import Building, Compound, Home, Unit
from households.models import Access, Household, Proxy
from lockdown.kernel.lean import Named, Question, Row, instances, named_rows, relate
from lockdown.kernel.tenancy import go_on, scope
from lockdown.sessions import FRESH, SessionStore

SESSION = f"(SELECT session_data FROM {FRESH} OFFSET 0) s CROSS JOIN LATERAL"
HOME = (Named("a", Access), Named("c", Compound), Named("f", Household), Named("h", Home))
FOUND = (*HOME, Named("u", Unit), Named("b", Building))
# OFFSET 0 keeps PostgreSQL from weighing all orders of joining: that took it 20 times as long as
# walking from the access to its door.
HOME_TABLES = """(
    SELECT * FROM households_access
    WHERE compound_id = %s AND digest = %s OFFSET 0
) a
CROSS JOIN LATERAL (
    SELECT * FROM compounds_compound WHERE id = a.compound_id OFFSET 0
) c
CROSS JOIN LATERAL (
    SELECT * FROM households_household
    WHERE compound_id = a.compound_id AND id = a.household_id AND closed_at IS NULL OFFSET 0
) f
CROSS JOIN LATERAL (
    SELECT * FROM compounds_home WHERE compound_id = a.compound_id AND id = f.home_id OFFSET 0
) h
"""
TABLES = f"""{HOME_TABLES}
CROSS JOIN LATERAL (
    SELECT * FROM compounds_unit WHERE compound_id = a.compound_id AND id = h.unit_id OFFSET 0
) u
CROSS JOIN LATERAL (
    SELECT * FROM compounds_building
    WHERE compound_id = a.compound_id AND id = h.building_id OFFSET 0
) b
"""


class ResidentRequest(HttpRequest):
    """What a view behind `resident_page` receives: the request, with the household it is for.

    `proxy` is the relative outside who acts here for the household; None on its own phone.
    """

    access: Access
    household: Household
    home: Home
    compound: Compound
    proxy: Proxy | None
    beside: models.Model | None
    htmx: HtmxDetails


class Kept(TypedDict):
    """What a browser holds of one home."""

    compound: int
    secret: str


SESSION_KEY = "home"  # the home that this browser shows now: {"compound": id, "secret": text}
HOMES_KEY = "homes"  # the others it may open: a phone is shared, a son looks after two homes
MOST_HOMES = 6


def new_secret() -> tuple[str, str]:
    """(secret for the session, digest for the row)."""
    secret = secrets.token_urlsafe(24)
    return secret, digest_of(secret)


def homes_kept(request: HttpRequest) -> list[Kept]:
    """The homes of this browser, the one it shows first."""
    now = request.session.get(SESSION_KEY)
    return [*([now] if now else []), *request.session.get(HOMES_KEY, [])]


def remember(request: HttpRequest, *, compound: int, secret: str) -> None:
    """Bind this browser to the access; a new session id closes session fixation.

    The homes it held before stay with it, the newest ones first.
    """
    before = homes_kept(request)
    request.session.cycle_key()
    _show(request, {"compound": compound, "secret": secret}, before)


def show(request: HttpRequest, kept: Kept) -> None:
    """Make one of the browser's homes the one that it shows."""
    _show(request, kept, homes_kept(request))


def _show(request: HttpRequest, kept: Kept, before: list[Kept]) -> None:
    others = [one for one in before if one["secret"] != kept["secret"]]
    request.session[SESSION_KEY] = kept
    request.session[HOMES_KEY] = others[: MOST_HOMES - 1]


def forget(request: HttpRequest, secret: str | None = None) -> None:
    """Drop one home, by default the one shown; another of this browser takes its place."""
    kept = homes_kept(request)
    gone = secret or (kept[0]["secret"] if kept else "")
    left = [one for one in kept if one["secret"] != gone]
    request.session.pop(SESSION_KEY, None)
    request.session.pop(HOMES_KEY, None)
    if left:
        _show(request, left[0], left)


@dataclass(frozen=True)
class Beside:
    """A row that a page needs in any case, read by the statement that finds the access.

    `join` selects from its table, with `a` as the access; %s stands for the argument of the
    address named `of`. The view finds the row, or None, as `request.beside`.

    `posted`: the columns that a POST needs. It is then found with these and without the names of
    its unit and building (Django reads what else is asked for), and the transaction ends with
    the finding, so that the view may write in one of its own (tenancy.in_one) or go on.
    """

    model: type[models.Model]
    join: str
    of: str
    posted: tuple[str, ...] = ()


def resident_page(why: str, beside: Beside | None = None) -> Callable[[View], View]:
    """For the phone that may open one household's page.

    The view runs inside the compound's scope with `request.access`, `request.household`,
    `request.home` (with unit and building), `request.compound` and, for a relative who acts for
    the household, `request.proxy`. Nobody's household but this one is reachable: views take no
    household from the address. Without an access: the welcome page, which says to scan the door's
    code. A relative whose access has ended is told so.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            asks = _Asks(beside, request.method == "POST", kwargs)
            session = cast(SessionStore, request.session)
            guess = session.guess()
            kept = guess.data.get(SESSION_KEY) if guess else None
            if guess and kept:
                with asks.found(kept, session.row_parameters()) as row:
                    if session.confirm(guess, row[0] if row else None):
                        return _enter(request, asks, row[1:], view)
            kept = session.get(SESSION_KEY)
            if not kept:
                return redirect("households:welcome")
            with asks.found(kept) as row:
                return _enter(request, asks, row, view)

        return ruled(guarded, Rule("resident", why=why))

    return decorate


@dataclass(frozen=True)
class _Asks:
    """One statement for every page of a resident; see lockdown.kernel.lean."""

    beside: Beside | None
    is_post: bool
    arguments: dict[str, Any]  # of the address

    @property
    def is_short(self) -> bool:
        return bool(self.is_post and self.beside and self.beside.posted)

    @property
    def named(self) -> tuple[Named, ...]:
        return _asked(self.beside, self.is_short).named

    def found(
        self, kept: Kept, session: Sequence[Any] = ()
    ) -> contextlib.AbstractContextManager[Row]:
        """The scope of the home's compound, with the row that the statement finds; that of the
        session stands before it if the session is asked for as well (its `row_parameters`)."""
        asked = _asked(self.beside, self.is_short, with_session=bool(session))
        parameters = [*session, kept["compound"], digest_of(kept["secret"])]
        if self.beside is not None:
            parameters.append(self.arguments[self.beside.of])
        question = Question(asked.statement, parameters)
        return scope([kept["compound"]], question, ends=self.is_short)


class _Asked(NamedTuple):
    named: tuple[Named, ...]
    statement: str


@lru_cache
def _asked(beside: Beside | None, is_short: bool, *, with_session: bool = False) -> _Asked:
    named, tables = (HOME, HOME_TABLES) if is_short else (FOUND, TABLES)
    if beside is not None:
        columns = beside.posted if is_short else ()
        named = (*named, Named("beside", beside.model, columns))
        tables = f"{tables} LEFT JOIN LATERAL ({beside.join} OFFSET 0) beside ON true"
    if not with_session:
        return _Asked(named, named_rows(named, f"FROM {tables}", ()).statement)
    statement = named_rows(named, f"FROM {SESSION} {tables}", ()).statement
    return _Asked(named, statement.replace("SELECT", "SELECT s.session_data,", 1))


def _enter(request: HttpRequest, asks: _Asks, row: Row, view: View) -> HttpResponse:
    access, beside = _made(row, asks.named)
    if access is None or (access.ended_at is not None and not access.is_proxy):
        forget(request)
        return redirect("households:welcome")
    if not access.is_open:
        return _elsewhere(request)
    request.beside = beside  # type: ignore[attr-defined]
    return _run(request, access, view, **asks.arguments)


def _made(row: Row, named: tuple[Named, ...]) -> tuple[Access | None, models.Model | None]:
    found: Any = instances(named, row)
    if found is None:
        return None, None
    by_alias = dict(zip((one.alias for one in named), found, strict=True))
    access, household, home = by_alias["a"], by_alias["f"], by_alias["h"]
    relate(access, compound=by_alias["c"], household=household)
    relate(household, home=home)
    if "u" in by_alias:
        relate(home, unit=by_alias["u"], building=by_alias["b"])
        relate(by_alias["u"], building=by_alias["b"])
    row_beside = by_alias.get("beside")
    return access, row_beside if row_beside is not None and row_beside.pk is not None else None


def _elsewhere(request: HttpRequest) -> HttpResponse:
    """To the page that says how the request stands; an open tab's poll goes there as a whole."""
    if not getattr(request, "htmx", False):
        return redirect("households:waiting")
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = reverse("households:waiting")
    return answer


def _proxy(access: Access) -> Proxy | None:
    go_on()
    return Proxy.objects.filter(access=access).first()


def _run(request: HttpRequest, access: Access, view: View, /, **kwargs: Any) -> HttpResponse:
    now = timezone.now()
    if access.last_seen_at is None or now - access.last_seen_at > timedelta(minutes=10):
        go_on()
        Access.objects.filter(pk=access.pk).update(last_seen_at=now)
    structlog.contextvars.bind_contextvars(compound=access.compound_id)
    request.access = access  # type: ignore[attr-defined]
    request.household = access.household  # type: ignore[attr-defined]
    request.home = access.household.home  # type: ignore[attr-defined]
    request.compound = access.compound  # type: ignore[attr-defined]
    request.proxy = _proxy(access) if access.is_proxy else None  # type: ignore[attr-defined]
    with timezone.override(access.compound.tz):
        return view(request, **kwargs)
