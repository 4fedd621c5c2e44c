"""A token opens its own compound; every other one is not there for it."""

from __future__ import annotations

import uuid

import pytest

from compounds.actions import issue_token
from tests.cast import Cast, Site
from tests.guards.test_urls import API, Address


def key(site: Site) -> str:
    with site.open():
        return issue_token(member=site.manager, name="tests", by=site.manager)[1]


def send(client, address: Address, slug: str, token: str) -> list[tuple[int, str]]:
    """A GET and a POST; 405 is the method that the address does not take."""
    path = "/" + address.route
    for converter in address.arguments:
        kind, name = converter.split(":")
        value = slug if name == "compound" else {"int": "1"}.get(kind, "zzz")
        path = path.replace(f"<{converter}>", value).replace(f"<{name}>", value)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    answers = [
        client.get(path, headers=headers),
        client.post(path, {}, "application/json", headers=headers),
    ]
    return [(one.status_code, one.headers["Content-Type"]) for one in answers]


@pytest.mark.django_db
def test_another_compounds_token_finds_nothing_anywhere(cast: Cast) -> None:
    token = key(cast.huaidong)
    for address in API:
        found = send(cast.client(), address, "yujingwan", token)
        assert sorted(found) == [(404, "application/json"), (405, "application/json")], address


@pytest.mark.django_db
def test_the_same_token_opens_its_own_compound(cast: Cast) -> None:
    token = key(cast.huaidong)
    for address in API:
        if len(address.arguments) == 1:
            status = send(cast.client(), address, "huaidong", token)[0][0]
            assert status in {200, 400, 405}, address


@pytest.mark.django_db
def test_an_address_that_is_none_answers_in_json(cast: Cast) -> None:
    answer = cast.client().get("/api/v1/compounds/yujingwan/nothing/")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
