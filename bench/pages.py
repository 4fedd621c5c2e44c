"""Pages beside stubs that run their statements and send their bytes through the same doors.

Asked over HTTP, from one granian worker, by two clients that keep their connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from django.conf import settings
from django.test import Client
from django.urls import reverse

from bench.measure import Result, Target, alternate, at_least_of_limit, at_most, fact
from bench.queries import Seen, look
from bench.scenes import Site, analyze, sealed_place, site
from bench.stubs import write_stub
from bench.web import requests_a_second, server
from compounds.models import User
from compounds.roles import Role
from households.access import SESSION_KEY
from households.models import Phone
from households.signin import prove

ROUNDS = 5
HALF = at_least_of_limit(0.5)
MOST_QUERIES = at_most(12)
LOOKUP = "SELECT id, name FROM compounds_compound WHERE id = {}"


@dataclass(frozen=True)
class Page:
    """A page with somebody who is signed in, and the address of its stubs."""

    path: str
    client: Client
    compound: int
    stub: Callable[[str], str]

    @property
    def cookie(self) -> str:
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={self.client.cookies[name].value}"


def board() -> Iterator[Result]:
    """The desk's board."""
    yield from _figures("board", _board_of)


def home() -> Iterator[Result]:
    """A resident's page."""
    yield from _figures("home", _home_of)


def _figures(name: str, page_of: Callable[[Site], Page]) -> Iterator[Result]:
    small, middle, large = (page_of(_sealed(homes)) for homes in (2, 90, 2000))
    yield from _rates(name, middle, HALF)
    yield from _rates(f"{name}_2000", large, None)
    few, many = look(small.client, small.path).count, look(large.client, large.path).count
    yield fact(f"{name}_queries", "queries", many, MOST_QUERIES, note="at 2,000 homes")
    note = f"{few} at 2 homes, {many} at 2,000"
    yield fact(f"{name}_queries_more", "queries", many - few, at_most(0), note=note)


def _rates(name: str, page: Page, target: Target | None) -> Iterator[Result]:
    """The page beside its own statements replayed, and beside as many look-ups by key.

    Both without a cache, so that each page is drawn; then with panels kept, beside the same stub.
    """
    seen = look(page.client, page.path)
    own = _write(page, name, seen)
    stub, by_key = page.stub(name), page.stub(f"{name}-keys")
    with server(cached=False) as port:
        rate = partial(requests_a_second, port, cookie=page.cookie, size=len(seen.body))
        for path in (page.path, stub, by_key):
            rate(path)  # warm
        pairs = alternate(lambda: rate(page.path), lambda: rate(stub), rounds=ROUNDS)
        keys = alternate(lambda: rate(page.path), lambda: rate(by_key))
    with server() as port:
        rate = partial(requests_a_second, port, cookie=page.cookie, size=len(seen.body))
        for path in (page.path, stub):
            rate(path)
        kept = alternate(lambda: rate(page.path), lambda: rate(stub))
    size = f"{len(seen.body) / 1024:.0f} KB, {seen.count} queries, granian, 1 worker, no cache"
    yield Result(name, "pages/s", pairs, target, f"stub: its {own} statements, its bytes", size)
    yield Result(f"{name}_keys", "pages/s", keys, None, f"stub: {own} look-ups by key, its bytes")
    note = "panels kept 10 to 15 s"
    yield Result(f"{name}_warm", "pages/s", kept, None, "stub: as for the drawn page", note)


def _write(page: Page, name: str, seen: Seen) -> int:
    """Leave the stubs' statements and bytes; how many statements are the page's own."""
    write_stub(name, [], seen.body)
    bare = look(page.client, page.stub(name))
    own = seen.inside[len(bare.inside) :]
    write_stub(name, own, seen.body)
    write_stub(f"{name}-keys", [LOOKUP.format(page.compound)] * len(own), seen.body)
    if look(page.client, page.stub(name)).count != seen.count:
        raise AssertionError("the stub does not ask what the page asks")
    return len(own)


@lru_cache
def _sealed(homes: int) -> Site:
    """A compound of so many homes, all of it sealed and its plan running."""
    units, floors, doors = {2: (1, 1, 2), 90: (1, 18, 5), 2000: (20, 25, 4)}[homes]
    made = site(f"homes-{homes}", units=units, floors=floors, doors=doors)
    sealed_place(made, made.units[0] if units == 1 else None)
    analyze()
    return made


def _board_of(made: Site) -> Page:
    client = Client()
    user = User.objects.get(pk=made.members[Role.MANAGER].user_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    slug = made.compound.slug
    return Page(
        reverse("reports:board", args=[slug]),
        client,
        made.compound.pk,
        lambda name: reverse("member-stub", args=[slug, name]),
    )


def _home_of(made: Site) -> Page:
    client = Client()
    with made.open():
        phone = Phone.objects.select_related("household").order_by("household__home__position")[0]
        access, secret = prove(
            household=phone.household, resident=None, name="王芳", digits=phone.last_four
        )
    session = client.session
    session[SESSION_KEY] = {"compound": access.compound_id, "secret": secret}
    session.save()
    return Page(
        reverse("reports:home"),
        client,
        made.compound.pk,
        lambda name: reverse("resident-stub", args=[name]),
    )
