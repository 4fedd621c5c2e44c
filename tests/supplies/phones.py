"""A resident's phone that is signed in."""

from __future__ import annotations

from django.test import Client

from households.access import SESSION_KEY
from households.signin import ask, grant
from tests.cast import Site


def phone(site: Site, door: str, **options: object) -> Client:
    client = Client(**options)
    with site.open():
        access, secret = ask(household=site.household(door), resident=None, name="住户")
        grant(access=access, by=site.captain)
    session = client.session
    session[SESSION_KEY] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    return client
