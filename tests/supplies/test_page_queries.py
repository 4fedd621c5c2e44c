"""No staff page of this room asks the database more than twelve times, whatever state a round is
in: the pages of rounds of both buildings and of the whole compound, in each of their states."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compounds.roles import Permission
from tests.cast import Cast
from tests.guards.test_limits import _path
from tests.guards.test_urls import INSIDE
from tests.limits import Scene
from tests.waste.test_pages import questions

MOST = 12
PAGES = [one for one in INSIDE if one.name.startswith("supplies:")]


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast.yujingwan)


def test_every_staff_page_keeps_to_twelve_queries(cast: Cast, scene: Scene) -> None:
    manager = scene.site.manager
    client, over, opened = cast.client(manager), [], set()
    for state, buy in {"own": scene.theirs["buy"], **scene.rounds}.items():
        for address in PAGES:
            has_round = "int:buy" in address.arguments
            if not manager.may(Permission(address.rule.permission)):
                continue
            if not has_round and state != "own":
                continue
            path = _path(address, scene.theirs | {"buy": buy}, scene)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(path)
            if answer.status_code == 200:
                opened.add(address.name)
                if questions(seen) > MOST:
                    over.append(f"{address.name}, {state}: {questions(seen)}")
    assert not over, "\n".join(over)
    assert len(opened) > 30
