"""Every address states who may open it, and answers everybody else with 404."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
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


def _try(client, address: Address, slug: str) -> list[int]:
    path = _path(address, slug)
    return [client.get(path).status_code, client.post(path).status_code]


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE, ids=lambda one: one.name)
def test_outsiders_get_404(cast: Cast, address: Address) -> None:
    for user in (cast.stranger, cast.huaidong.manager):
        assert _try(cast.client(user), address, "yujingwan") == [404, 404]
    assert _try(cast.client(cast.yujingwan.manager), address, "no-such-place") == [404, 404]
    anonymous = cast.client().get(_path(address, "yujingwan"))
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith(reverse("compounds:sign-in"))


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE, ids=lambda one: one.name)
def test_every_role_gets_what_the_table_says(cast: Cast, address: Address) -> None:
    permission = address.rule.permission
    for role in ROLES:
        client = cast.client(getattr(cast.yujingwan, role))
        got = _try(client, address, "yujingwan")
        if permission not in PERMISSIONS[Role(role)]:
            assert got == [404, 404], f"{role} must not see {address.name}"
        elif len(address.arguments) == 1:
            assert got[0] in {200, 302, 304, 405}, f"{role} may open {address.name}"
    reviewer = _try(cast.client(cast.reviewer), address, "yujingwan")
    if permission not in PERMISSIONS[Role.REVIEWER]:
        assert reviewer == [404, 404]


@pytest.mark.django_db
@pytest.mark.parametrize("address", API, ids=lambda one: one.route)
def test_the_api_answers_outsiders_with_404_and_strangers_with_401(
    cast: Cast, address: Address
) -> None:
    path = _path(address, "yujingwan")
    assert cast.client().get(path).status_code in {401, 405}
    assert cast.client().post(path, {}, "application/json").status_code in {401, 405}
    outsider = cast.client(cast.huaidong.manager)
    assert outsider.get(path).status_code in {401, 404, 405}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [one for one in ADDRESSES if one.rule and one.rule.kind == "resident"],
    ids=lambda one: one.name,
)
def test_a_phone_without_an_access_is_sent_to_the_welcome_page(
    cast: Cast, address: Address
) -> None:
    for status in (
        cast.client().get(_path(address, "yujingwan")).status_code,
        cast.client().post(_path(address, "yujingwan")).status_code,
    ):
        assert status in {302, 405}
