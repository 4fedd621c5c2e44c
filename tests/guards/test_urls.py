"""Every address states who may open it, and answers everybody else with 404."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from compounds.access import Rule
from compounds.roles import PERMISSIONS, Role
from tests.cast import Cast

KINDS = {"public", "person", "member", "resident", "api"}
# Django's admin is for operators and guards itself: is_staff, and no tenant table is registered.
ELSEWHERE = {"admin"}
ROLES = [
    "manager",
    "guard",
    "cleaner",
    "technician",
    "warehouse",
    "captain",
    "volunteer",
    "adviser",
]


@dataclass(frozen=True)
class Address:
    name: str
    rule: Rule | None
    route: str
    arguments: tuple[str, ...]


def _walk(patterns: list, namespace: str = "", prefix: str = "") -> Iterator[Address]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if one.namespace in ELSEWHERE:
                continue
            inner = f"{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, inner, route)
        elif isinstance(one, URLPattern):
            converters = tuple(_converters(route))
            yield Address(
                f"{namespace}{one.name}", getattr(one.callback, "rule", None), route, converters
            )


def _converters(route: str) -> Iterator[str]:
    for part in route.split("<")[1:]:
        kind, _colon, name = part.split(">")[0].rpartition(":")
        yield f"{kind or 'str'}:{name}"


ADDRESSES = list(_walk(get_resolver().url_patterns))
INSIDE = [one for one in ADDRESSES if one.rule and one.rule.kind == "member"]
API = [one for one in ADDRESSES if one.rule and one.rule.kind == "api"]


def _path(address: Address, slug: str) -> str:
    """The address with this compound and ids that belong to nothing."""
    path = "/" + address.route
    for converter in address.arguments:
        kind, name = converter.split(":")
        value = slug if name == "compound" else {"int": "999999"}.get(kind, "zzz")
        path = path.replace(f"<{converter}>", value).replace(f"<{name}>", value)
    return path


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: one.name)
def test_the_address_states_its_rule(address: Address) -> None:
    assert address.rule is not None, f"{address.route} states no permission"
    assert address.rule.kind in KINDS
    if address.rule.kind in {"member", "api"}:
        assert address.rule.permission is not None
        assert "compound" in {one.split(":")[1] for one in address.arguments}
    else:
        assert address.rule.why


def _try(client: Client, address: Address, slug: str) -> list[int]:
    path = _path(address, slug)
    return [client.get(path).status_code, client.post(path).status_code]


def wrong(client: Client, addresses: list[Address], slug: str, allowed: set[int]) -> list[str]:
    """The addresses at which GET or POST answers something else."""
    return [
        f"{address.name}: {got}"
        for address in addresses
        if not set(got := _try(client, address, slug)) <= allowed
    ]


def test_outsiders_get_404(cast: Cast) -> None:
    for user in (cast.stranger, cast.huaidong.manager):
        assert wrong(cast.client(user), INSIDE, "yujingwan", {404}) == []
    manager = cast.client(cast.yujingwan.manager)
    assert wrong(manager, INSIDE, "no-such-place", {404}) == []


def test_nobody_signed_in_is_sent_to_sign_in(cast: Cast) -> None:
    for address in INSIDE:
        answer = cast.client().get(_path(address, "yujingwan"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("compounds:sign-in"))


@pytest.mark.parametrize("role", [*ROLES, "reviewer"])
def test_every_role_gets_what_the_table_says(cast: Cast, role: str) -> None:
    user = cast.reviewer if role == "reviewer" else getattr(cast.yujingwan, role)
    client = cast.client(user)
    barred = [one for one in INSIDE if one.rule.permission not in PERMISSIONS[Role(role)]]
    assert wrong(client, barred, "yujingwan", {404}) == []
    for address in INSIDE:
        if address in barred or len(address.arguments) > 1:
            continue
        got = client.get(_path(address, "yujingwan")).status_code
        assert got in {200, 302, 304, 405}, f"{role} may open {address.name}: {got}"


def test_the_api_answers_outsiders_with_404_and_strangers_with_401(cast: Cast) -> None:
    assert wrong(cast.client(), API, "yujingwan", {401, 405}) == []
    outsider = cast.client(cast.huaidong.manager)
    for address in API:
        got = outsider.get(_path(address, "yujingwan")).status_code
        assert got in {401, 404, 405}, address.route


def test_a_phone_without_an_access_is_sent_to_the_welcome_page(cast: Cast) -> None:
    resident = [one for one in ADDRESSES if one.rule and one.rule.kind == "resident"]
    assert resident
    assert wrong(cast.client(), resident, "yujingwan", {302, 405}) == []
