"""A member kept to one building sees not a byte of the other: every page, every API answer.

The addresses come from the project itself. A page with a new kind of id must say in
`tests/limits.py` which row of each building stands for it.
"""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.http import HttpResponse
from django.test import Client

from compounds.roles import Permission
from supplies.buys.links import WHOLE
from tests.cast import Cast
from tests.guards.test_urls import API, INSIDE, Address
from tests.limits import Scene, leaks, limited

# Words in addresses that belong to no building; the store and the suppliers are the compound's.
EVERYWHERE = {"compound", "role", "slug", "template", "day", "item", "supplier", "paper"}
# Valid bodies, so that an endpoint comes as far as looking for the row.
BODY = {
    "verification": {"outcome": "verified"},
    "access": {"decision": "grant"},
    "order": {"ends_at": "2030-01-01T00:00:00Z", "reason": "x", "statements": {}, "stage": 1},
    "recall": {"outcome": "returned"},
    "visit": {"outcome": "well"},
    "round_id": {"agent": "chlorine", "mg_per_litre": 500, "contact_minutes": 30},
    "window_id": {"to_phase": "put_out"},
    "receipt": {"how": "call"},
    "ask": {"deed": "accept"},
}
EVERY = [*INSIDE, *API]
KINDS = [("manager", False), ("manager", True), ("captain", True), ("volunteer", False)]


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast.yujingwan)


def _named(address: Address) -> list[str]:
    """What of the address names a row of a building."""
    names = [one.split(":")[1] for one in address.arguments]
    return [name for name in names if name not in EVERYWHERE]


def _path(address: Address, rows: dict[str, int], scene: Scene) -> str:
    path = "/" + address.route
    fixed = {
        "compound": scene.site.slug,
        "role": "guard",
        "slug": "48-hours",
        "template": "1",
        "day": scene.site.compound.today().isoformat(),
    }
    for converter in address.arguments:
        name = converter.split(":")[1]
        assert name in fixed or name in rows, f"tests/limits.py has no row for {name}"
        path = path.replace(f"<{converter}>", str(fixed.get(name) or rows[name]))
    return path


def _post(client: Client, address: Address, path: str) -> HttpResponse:
    if address not in API:
        return client.post(path)
    body = next((BODY[name] for name in _named(address) if name in BODY), {})
    return client.post(
        path,
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": f"limits-{address.name}", "Sec-Fetch-Site": "same-origin"},
    )


def _text(answer: HttpResponse) -> str:
    body = b"".join(answer)
    if body.startswith(b"PK"):  # a spreadsheet is a packed one of its texts
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in packed.namelist())
    return body.decode(errors="replace") + answer.get("Location", "")


def _client(scene: Scene, role: str, by_unit: bool) -> tuple[Client, list[Address]]:
    member = limited(scene.site, role, by_unit=by_unit)
    allowed = [one for one in EVERY if member.may(Permission(one.rule.permission))]
    return Cast.client(member), allowed


@pytest.mark.parametrize(("role", "by_unit"), KINDS)
def test_a_record_of_the_other_building_is_not_there(
    scene: Scene, role: str, by_unit: bool
) -> None:
    client, allowed = _client(scene, role, by_unit)
    wrong, tried = [], 0
    for address in allowed:
        if not _named(address):
            continue
        tried += 1
        path = _path(address, scene.theirs, scene)
        got = {client.get(path).status_code, _post(client, address, path).status_code}
        if not got <= {404, 405} or 404 not in got:
            wrong.append(f"{address.name}: {sorted(got)}")
    assert not wrong, "\n".join(wrong)
    assert tried > 10


@pytest.mark.parametrize(("role", "by_unit"), KINDS)
@pytest.mark.parametrize("query", ["", "?all=1", "?q=77-8-7101", "?lens=tell&whose=late"])
def test_no_page_and_no_list_shows_a_byte_of_the_other_building(
    scene: Scene, role: str, by_unit: bool, query: str
) -> None:
    client, allowed = _client(scene, role, by_unit)
    found, opened = [], 0
    for address in allowed:
        path = _path(address, scene.ours, scene)
        answer = client.get(path + query)
        opened += answer.status_code == 200
        assert answer.status_code in {200, 302, 304, 404, 405, 422}, address.name
        text = _text(answer).replace(query.removeprefix("?q="), "") if query else _text(answer)
        found += [f"{address.name}: {leak}" for leak in leaks(text)]
    assert not found, "\n".join(one[:160] for one in found)
    assert opened > 10


@pytest.mark.parametrize(("role", "by_unit"), KINDS)
def test_a_round_of_the_whole_compound_shows_ones_own_doors(
    scene: Scene, role: str, by_unit: bool
) -> None:
    """In every state; what decides for all its households is not there."""
    client, allowed = _client(scene, role, by_unit)
    found, opened = [], set()
    for state, buy in scene.rounds.items():
        for address in allowed:
            if "int:buy" not in address.arguments:
                continue
            answer = client.get(_path(address, scene.ours | {"buy": buy}, scene))
            if answer.status_code == 200:
                opened.add(address.name)
            found += [f"{address.name}, {state}: {leak}" for leak in leaks(_text(answer))]
            if address.name.removeprefix("supplies:") in WHOLE:
                assert _post(client, address, answer.request["PATH_INFO"]).status_code == 404
    assert not found, "\n".join(one[:160] for one in found)
    assert {"supplies:round", "supplies:packing-file", "supplies:labels"} <= opened
    assert not opened & {"supplies:settle", "supplies:purchase-order", "supplies:allocation"}


def test_the_markers_are_seen_by_somebody_without_limits(scene: Scene) -> None:
    """Else the test above could not fail."""
    client = Cast.client(scene.site.manager)
    seen = {one.name for one in INSIDE if not _named(one) and _seen(client, one, scene)}
    assert {
        "reports:board",
        "reports:day",
        "households:list",
        "households:access-list",
        "households:labels",
        "households:import-new",
        "seals:order-list",
        "seals:order-new",
        "notices:list",
        "notices:reach",
        "notices:new",
        "volunteers:care-list",
        "waste:day",
        "compounds:settings",
        "supplies:round-list",
        "supplies:money",
        "supplies:stock",
        "supplies:stock-item",
        "supplies:claim-list",
        "supplies:run-list",
        "supplies:supplier",
    } <= seen


def _seen(client: Client, address: Address, scene: Scene) -> bool:
    answer = client.get(_path(address, scene.theirs, scene))
    return answer.status_code == 200 and bool(leaks(_text(answer)))


def test_every_record_of_the_other_building_is_there_without_limits(scene: Scene) -> None:
    client = Cast.client(scene.site.manager)
    wrong = []
    for address in EVERY:
        # A closing report is there once its order was lifted; those of the scene stand.
        if "closing" in address.name:
            continue
        if _named(address) and scene.site.manager.may(Permission(address.rule.permission)):
            status = client.get(_path(address, scene.theirs, scene)).status_code
            if status not in {200, 302, 405}:
                wrong.append(f"{address.name}: {status}")
    assert not wrong, "\n".join(wrong)
