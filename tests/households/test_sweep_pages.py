"""The pages of a sweep: people, taking back, who to ask, the phone's list and log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files, start_sweep
from households.asking import ask_to_reach
from households.files import add_member, add_phone, add_relative
from households.models import (
    Household,
    Phone,
    ReachTry,
    Resident,
    Sweep,
    SweepTap,
    Verification,
)
from households.reaching import next_steps, suggestions
from households.sweeps import How, verify
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.queries import asked

SLUG = "yujingwan"


def sweep_in(site: Site) -> Sweep:
    homes = Home.objects.all()
    open_missing_files(compound=site.compound, homes=homes)
    return start_sweep(
        compound=site.compound,
        cause=77,
        title="1-1",
        assigned=[(home, site.captain) for home in homes],
        due_at=timezone.now() + timedelta(hours=2),
    )


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        sweep_in(cast.yujingwan)
        fields = {"name": "王甲"}
        add_member(
            household=cast.yujingwan.household("301"), fields=fields, by=cast.yujingwan.manager
        )
        yield cast.yujingwan


def row(number: str = "301") -> Verification:
    return Verification.objects.select_related("home__unit", "sweep", "assignee").get(
        home__number=number
    )


def url(name: str, *args: object) -> str:
    return reverse(f"households:{name}", args=[SLUG, *args])


def shut(site: Site, number: str = "301") -> Verification:
    return verify(
        verification=row(number), outcome="unreachable", how=How.DOOR, note="", by=site.captain
    )


# People at the door


def test_a_person_is_ticked_and_the_door_stays_on_top(cast: Cast, site: Site) -> None:
    person = Resident.objects.get()
    client = cast.client(site.captain)
    answer = client.post(url("sweep-person", row().pk), {"say": f"{person.pk}:away"})
    assert answer.status_code == 302 and answer.url.endswith(f"?at={row().pk}#door")
    person.refresh_from_db()
    assert person.presence == "away"
    page = client.get(answer.url)
    assert page.context["door"].residents[0].known == "away"


def test_somebody_new_is_written_down(cast: Cast, site: Site) -> None:
    data = {"name": "赵丁", "phone": "13800001234", "stays": "temporary", "key": uuid.uuid4()}
    for _time in range(2):
        cast.client(site.captain).post(url("sweep-person", row().pk), data)
    assert Resident.objects.get(name="赵丁").presence == "temporary"
    assert Phone.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {"name": "", "phone": "", "stays": "temporary"},
        {"name": "赵丁", "phone": "12", "stays": "temporary"},
        {"say": "x:seen"},
        {"say": "999999:seen"},
    ],
)
def test_a_mistyped_person_is_refused_and_kept(
    cast: Cast, site: Site, data: dict[str, str]
) -> None:
    answer = cast.client(site.captain).post(url("sweep-person", row().pk), data)
    assert answer.status_code == 422
    assert answer.context["refused"]
    assert data.get("name", "") in answer.content.decode()
    assert Resident.objects.count() == 1


def test_a_form_sent_twice_is_one_line(cast: Cast, site: Site) -> None:
    data = {"outcome": "disputed", "how": "door", "note": "多一人", "key": uuid.uuid4()}
    client = cast.client(site.captain)
    for _time in range(2):
        assert client.post(url("verify", row().pk), data).status_code == 302
    assert (row().attempts, SweepTap.objects.count()) == (1, 1)


def test_the_last_tap_is_taken_back(cast: Cast, site: Site) -> None:
    client, sweep = cast.client(site.captain), Sweep.objects.get()
    client.post(url("verify", row().pk), {"outcome": "verified"})
    page = client.get(url("sweep", sweep.pk))
    assert page.context["last"]["door"] == "301"
    answer = client.post(url("sweep-undo", sweep.pk), {"key": page.context["last"]["key"]})
    assert answer.status_code == 302
    assert row().outcome == "unverified"
    assert client.get(url("sweep", sweep.pk)).context["last"] is None
    again = client.post(url("sweep-undo", sweep.pk), {"key": "nonsense"})
    assert again.status_code == 422


def test_the_chosen_direction_is_kept(cast: Cast, site: Site) -> None:
    client, sweep = cast.client(site.captain), Sweep.objects.get()
    assert client.get(url("sweep", sweep.pk)).context["door"].row.home.number == "301"
    client.get(url("sweep", sweep.pk) + "?way=up")
    assert client.get(url("sweep", sweep.pk)).context["door"].row.home.number == "101"


def test_after_a_tap_on_a_chosen_floor_the_next_door_is_there(cast: Cast, site: Site) -> None:
    client = cast.client(site.captain)
    floor = f"{site.unit().pk}:2"
    answer = client.post(
        f"{url('verify', row('201').pk)}?floor={floor}",
        {"outcome": "verified"},
        headers={"HX-Request": "true"},
    )
    assert answer.context["door"].row.home.number == "202"


# Who could reach a shut door


def test_suggestions_are_ranked(site: Site) -> None:
    numbers = iter(range(13_800_000_001, 13_800_000_099))

    def give(number: str, phone: str = "") -> None:
        household = site.household(number)
        one = add_member(household=household, fields={"name": f"人{number}"}, by=site.manager)
        add_phone(
            household=household,
            resident=one,
            number=phone or str(next(numbers)),
            by=site.manager,
        )

    for number in ("302", "201", "101"):
        give(number)
    give("202", "13900000001")
    add_phone(household=site.household("301"), resident=None, number="13900000001", by=site.manager)
    add_relative(
        household=site.household("301"),
        relation="儿子",
        name="",
        number="13700000001",
        by=site.manager,
    )
    verify(verification=row("302"), outcome="verified", how=How.DOOR, note="", by=site.captain)
    found = [one.title.split()[0] for one in suggestions(row())]
    assert found == ["儿子", "202", "302", "201", "周强"]


def test_one_tap_asks_the_neighbours(cast: Cast, site: Site) -> None:
    shut(site)
    neighbour = site.household("302")
    client = cast.client(site.captain)
    assert client.get(url("sweep-reach", row().pk)).status_code == 200
    for _time in range(2):
        answer = client.post(url("sweep-reach", row().pk), {"ask": f"household:{neighbour.pk}"})
        assert answer.status_code == 302
    made = ReachTry.objects.get()
    assert (made.how, made.household, made.asked_by) == ("neighbour", neighbour, site.captain)
    step = next_steps([row()])[row().pk]
    assert (step.whom, step.who, step.due_at) == ("302", "周强", made.due_at)


def test_a_shut_door_is_never_without_the_next_person_and_time(site: Site) -> None:
    done = shut(site)
    step = next_steps([row()])[done.pk]
    assert (step.whom, step.who) == ("", "周强")
    assert step.due_at > timezone.now()


def test_a_verified_door_needs_nobody(site: Site) -> None:
    verify(verification=row(), outcome="verified", how=How.DOOR, note="", by=site.captain)
    with pytest.raises(Refused):
        ask_to_reach(verification=row(), how=How.DOOR, member=site.captain, by=site.captain)


@pytest.mark.parametrize("ask", ["", "household:999999", "nobody:1", "relative:x"])
def test_asking_somebody_who_is_not_there_is_404(cast: Cast, site: Site, ask: str) -> None:
    shut(site)
    answer = cast.client(site.captain).post(url("sweep-reach", row().pk), {"ask": ask})
    assert answer.status_code == 404


# The phone's list and its log


def log(client: Client, *lines: dict[str, Any], **more: Any) -> Any:
    body = {"device": "phone", "sent_at": _millis(), "lines": list(lines)} | more
    address = url("sweep-log", Sweep.objects.get().pk)
    return client.post(address, json.dumps(body), content_type="application/json")


def _millis() -> int:
    return int(timezone.now().timestamp() * 1000)


def line(number: str = "301", outcome: str = "verified", **more: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "door": row(number).pk,
        "kind": "door",
        "data": {"outcome": outcome},
        "at": _millis(),
        "sequence": 1,
    } | more


def test_the_log_answers_each_line(cast: Cast, site: Site) -> None:
    client = cast.client(site.captain)
    good = line()
    bad, strange = line(kind="dance"), line(door=999_999)
    assert log(client, good).json()["rows"][0]["state"] == "created"
    answer = log(client, good, bad, strange).json()
    states = {one["key"]: one["state"] for one in answer["rows"]}
    assert states == {
        good["key"]: "duplicate",
        bad["key"]: "refused",
        strange["key"]: "refused",
    }
    assert all(one["reason"] for one in answer["rows"] if one["state"] == "refused")
    assert (row().outcome, answer["clock_ahead"]) == ("verified", 0)


def test_a_wrong_clock_is_said_back(cast: Cast, site: Site) -> None:
    answer = log(cast.client(site.captain), line(), sent_at=_millis() + 3_600_000)
    assert 3590 <= answer.json()["clock_ahead"] <= 3600


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"device": 1, "sent_at": "x", "lines": []}', '{"lines": [1]}']
)
def test_what_is_no_log_is_refused(cast: Cast, site: Site, body: str) -> None:
    address = url("sweep-log", Sweep.objects.get().pk)
    answer = cast.client(site.captain).post(address, body, content_type="application/json")
    assert answer.status_code == 400


def test_too_many_lines_at_once_are_refused(cast: Cast, site: Site) -> None:
    answer = log(cast.client(site.captain), *([line()] * 201))
    assert answer.status_code == 413
    assert not SweepTap.objects.exists()


def test_the_phone_keeps_the_members_own_doors_only(cast: Cast, site: Site) -> None:
    Verification.objects.filter(home__floor=1).update(assignee=site.volunteer)
    sweep = Sweep.objects.get()
    found = cast.client(site.captain).get(url("sweep-doors", sweep.pk)).json()
    assert [one["number"] for one in found["doors"]] == ["301", "302", "201", "202"]
    assert found["doors"][0]["people"][0]["name"] == "王甲"
    none = cast.client(site.guard).get(url("sweep-doors", sweep.pk)).json()
    assert none["doors"] == []


def test_outsiders_find_neither_list_nor_log(cast: Cast, site: Site) -> None:
    sweep, door = Sweep.objects.get().pk, row().pk
    for user in (cast.reviewer, cast.huaidong.manager):
        client = cast.client(user)
        assert client.get(url("sweep-doors", sweep)).status_code == 404
        assert client.post(url("sweep-log", sweep)).status_code == 404
        assert client.post(url("sweep-person", door)).status_code == 404
        assert client.get(url("sweep-reach", door)).status_code == 404


def test_a_limited_member_finds_no_door_elsewhere(cast: Cast, site: Site) -> None:
    site.captain.buildings = [site.unit().building_id + 1000]
    site.captain.save(update_fields=["buildings"])
    client = cast.client(site.captain)
    assert client.post(url("verify", row().pk), {"outcome": "verified"}).status_code == 404
    assert client.get(url("sweep-reach", row().pk)).status_code == 404
    assert client.get(url("sweep", Sweep.objects.get().pk)).status_code == 404


def test_the_worker_is_a_script_without_data(cast: Cast) -> None:
    answer = cast.client().get(reverse("households:sweep-worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert "sweep-shell" in answer.content.decode()


# Speed


def _grow(site: Site, floors: int) -> Sweep:
    with site.open() as compound:
        pattern = UnitPattern("1", "1", floors, 2)
        build_homes(compound=compound, patterns=[pattern], by=site.manager)
        sweep = sweep_in(site)
        for number in ("101", "102"):
            household = Household.objects.get(home__number=number, closed_at=None)
            fields = {"name": f"人{floors}"}
            add_member(household=household, fields=fields, by=site.manager)
        shut_row = Verification.objects.select_related("sweep", "home").get(home__number="101")
        verify(verification=shut_row, outcome="unreachable", how=How.DOOR, note="", by=site.captain)
    return sweep


@pytest.mark.parametrize("page", ["sweep", "sweep-doors", "sweep-reach"])
def test_the_pages_ask_as_much_for_twenty_homes_as_for_two(cast: Cast, page: str) -> None:
    site, counts = cast.huaidong, []
    for floors in (1, 10):
        sweep = _grow(site, floors)
        with site.open():
            door = Verification.objects.get(home__number="101").pk
        client = cast.client(site.captain)
        key = door if page == "sweep-reach" else sweep.pk
        query = f"?floor={_unit(site)}:1&at={door}" if page == "sweep" else ""
        address = reverse(f"households:{page}", args=["huaidong", key]) + query
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12


def _unit(site: Site) -> int:
    with site.open():
        return site.unit().pk


def test_a_large_sweep_sends_one_floor(cast: Cast) -> None:
    site = cast.huaidong
    sweep = _grow(site, 60)
    page = cast.client(site.captain).get(reverse("households:sweep", args=["huaidong", sweep.pk]))
    assert len(page.context["rows"]) == 2
