"""Relatives outside for tests: invited, asking, acting."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from households import proxies, signin
from households.models import Access, HomeOf, Relation
from tests.cast import Site

SON = {"name": "李志远", "relation": "son", "home_of": "mother", "phone": "139 0013 9000"}


def invite(site: Site, number: str) -> str:
    """The code of a link for a relative of this home."""
    made = proxies.invite(household=site.household(number), relative=None, by=site.manager)
    return made[1]


def address(code: str) -> str:
    return reverse("households:invited", args=[code])


def opened(code: str, client: Client | None = None, **more: str) -> Client:
    """A browser in which the relative has opened the link and said who he is."""
    client = client or Client()
    answer = client.post(address(code), SON | more)
    assert answer.status_code == 302, answer.content.decode()[-600:]
    return client


def acting(site: Site, number: str, client: Client | None = None, **more: str) -> Client:
    """A browser of a relative who may act for this home; call it inside the compound's scope."""
    client = opened(invite(site, number), client, **more)
    signin.grant(access=newest(site, number), by=site.manager)
    return client


def newest(site: Site, number: str) -> Access:
    return Access.objects.filter(is_proxy=True, household=site.household(number)).latest("pk")


def let_in(site: Site, number: str, name: str = "李志远") -> Access:
    """The same without a browser."""
    code = invite(site, number)
    invitation = proxies.find_invitation(code, timezone.now())
    assert invitation is not None
    access, _secret = proxies.ask(
        invitation=invitation,
        name=name,
        phone="13900139000",
        relation=Relation.SON,
        home_of=HomeOf.MOTHER,
    )
    return signin.grant(access=access, by=site.manager)
