"""Rounds and windows for programs: the same walls, permissions and refusals as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compounds.actions import UnitPattern, build_homes, issue_token
from compounds.models import Member, Unit
from journal.models import Entry
from tests.cast import Cast, Site
from tests.waste.things import at, make_round, make_window, used
from waste.actions import finish_round
from waste.models import DisinfectionRound, RubbishWindow

BODY = {"agent": "chlorine", "mg_per_litre": 1000, "contact_minutes": 30}
DAY = {"day": "2021-08-01"}


class Program:
    """A caller with a token of one member."""

    def __init__(self, site: Site, member: Member) -> None:
        with site.open():
            _token, secret = issue_token(member=member, name="test", by=site.manager)
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.base = f"/api/v1/compounds/{site.slug}/"

    def get(self, path: str, query: dict[str, Any] | None = None) -> Any:
        return Client().get(self.base + path, query or {}, headers=self.headers)

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "key-00001") -> Any:
        return Client().post(
            self.base + path,
            body or {},
            content_type="application/json",
            headers=self.headers | {"Idempotency-Key": key},
        )


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def program(site: Site) -> Program:
    return Program(site, site.cleaner)


@pytest.fixture
def window(site: Site) -> RubbishWindow:
    with site.open():
        return make_window(site, at(1, "18:30"), gate=make_round(site, at(1, "17:00")))


def test_a_days_rounds_and_windows_are_listed(program: Program, window: RubbishWindow) -> None:
    rounds = program.get("rounds/", DAY).json()
    assert [one["id"] for one in rounds["results"]] == [window.gate_id]
    assert rounds["results"][0]["state"] == "late" and rounds["next"] is None
    windows = program.get("windows/", DAY).json()["results"]
    assert [(one["id"], one["phase"]) for one in windows] == [(window.pk, "keep_in")]
    assert program.get("rounds/", {"day": "2021-08-02"}).json()["results"] == []


def test_a_long_list_comes_in_pages(program: Program, site: Site) -> None:
    with site.open():
        made = [make_round(site, at(1, f"{hour:02d}:00")).pk for hour in range(5)]
    seen, after = [], 0
    while after is not None:
        page = program.get("rounds/", DAY | {"limit": 2, "after": after}).json()
        seen += [one["id"] for one in page["results"]]
        after = page["next"]
    assert seen == made


@pytest.mark.parametrize("wrong", [{"day": "x"}, {"limit": "0"}, {"after": "-1"}, {"limit": "²"}])
def test_a_bad_parameter_is_an_address_that_is_not_there(
    program: Program, wrong: dict[str, str]
) -> None:
    assert program.get("rounds/", wrong).status_code == 404


def test_a_list_asks_as_much_for_twenty_units_as_for_two(
    program: Program, site: Site, django_assert_max_num_queries
) -> None:
    asked = []
    program.get("windows/", DAY)  # the token notes its first use
    for units in (1, 19):
        with site.open():
            patterns = [UnitPattern("7", str(number), 1, 1) for number in range(units)]
            build_homes(compound=site.compound, patterns=patterns, by=site.manager)
            RubbishWindow.objects.all().delete()
            for unit in Unit.objects.all():
                make_window(site, at(1, "18:30"), unit=unit)
        with django_assert_max_num_queries(12) as queries:
            assert len(program.get("windows/", DAY).json()["results"]) == units + 1
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_round_is_started_and_finished(
    program: Program, window: RubbishWindow, site: Site
) -> None:
    assert program.post(f"rounds/{window.gate_id}/start/").json()["started_at"]
    done = program.post(f"rounds/{window.gate_id}/done/", BODY, key="key-00003")
    assert (done.status_code, done.json()["state"]) == (200, "done")
    again = program.post(f"rounds/{window.gate_id}/done/", BODY, key="key-00002")
    assert again.status_code == 200
    with site.open():
        assert Entry.objects.filter(event="RoundDone").count() == 1


def test_a_refusal_is_409_with_the_sentence_of_the_page(
    program: Program, window: RubbishWindow
) -> None:
    answer = program.post(f"windows/{window.pk}/move/", {"to_phase": "put_out"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "gate_shut"
    strong = program.post(f"rounds/{window.gate_id}/done/", BODY | {"mg_per_litre": 50_000})
    assert (strong.status_code, strong.json()["code"]) == (409, "strength")


def test_a_window_moves_on_once_its_gate_is_open(
    program: Program, window: RubbishWindow, site: Site
) -> None:
    with site.open():
        finish_round(round=window.gate, **used(site.cleaner))
    for number, phase in enumerate(("put_out", "collecting", "closed")):
        body = {"to_phase": phase, "bags": 87 if phase == "closed" else None}
        answer = program.post(f"windows/{window.pk}/move/", body, key=f"move-{number:04d}")
        assert answer.json()["phase"] == phase
    assert answer.json()["bags"] == 87


def test_a_body_that_is_not_right_is_422(program: Program, window: RubbishWindow) -> None:
    for path, body in (
        (f"rounds/{window.gate_id}/done/", {}),
        (f"windows/{window.pk}/move/", {"to_phase": "nowhere"}),
    ):
        assert program.post(path, body).status_code == 422


def test_another_compound_and_another_role_find_nothing(
    cast: Cast, site: Site, window: RubbishWindow
) -> None:
    outsider = Program(cast.huaidong, cast.huaidong.manager)
    reviewer = Program(site, site.reviewer)
    for path in (f"rounds/{window.gate_id}/start/", f"windows/{window.pk}/move/"):
        assert outsider.post(path, {"to_phase": "put_out"}).status_code == 404
        assert reviewer.post(path, {"to_phase": "put_out"}).status_code == 404
    assert outsider.get("rounds/", DAY).json()["results"] == []
    assert reviewer.get("rounds/", DAY).status_code == 404
    with site.open():
        assert DisinfectionRound.objects.get().started_at is None
