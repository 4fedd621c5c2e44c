"""The log of a sweep: any order, any number of times, from two phones, gives the same rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.models import Home
from households.actions import start_sweep
from households.files import add_member, set_presence
from households.keeping import keepers
from households.models import (
    Found,
    Outcome,
    PersonCheck,
    Phone,
    Presence,
    Resident,
    Sweep,
    SweepTap,
    Tap,
    Verification,
)
from households.sweep_queries import Progress, progress
from households.sweeps import Fate, Said, take, take_back
from journal.models import Entry
from lockdown.demo.clock import at
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site

NOW = timezone.now().replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        begin(cast.yujingwan)
        yield cast.yujingwan


def begin(site: Site) -> Sweep:
    for number, name, presence in (
        ("301", "王甲", Presence.INSIDE),
        ("301", "王乙", Presence.AWAY),
        ("302", "李丙", Presence.TEMPORARY),
    ):
        fields = {"name": name, "presence": presence}
        add_member(household=site.household(number), fields=fields, by=site.manager)
    return start_sweep(
        compound=site.compound,
        cause=77,
        title="1-1",
        assigned=[(home, site.captain) for home in Home.objects.all()],
        due_at=NOW + timedelta(hours=2),
    )


def row(number: str = "301") -> Verification:
    return Verification.objects.select_related("home", "sweep").get(home__number=number)


def who(name: str) -> Resident:
    return Resident.objects.get(name=name)


def door(outcome: str, number: str = "301", **more: object) -> Said:
    return say(Tap.DOOR, {"outcome": outcome, "how": "door", "note": ""}, number, **more)


def person(name: str, found: str, **more: object) -> Said:
    one = who(name)
    number = one.household.home.number
    return say(Tap.PERSON, {"resident": one.pk, "found": found}, number, **more)


def newcomer(name: str, phone: str = "", number: str = "301", **more: object) -> Said:
    return say(Tap.NEW, {"name": name, "phone": phone, "stays": "temporary"}, number, **more)


def say(
    kind: Tap, data: dict, number: str, *, after: float = 0, device: str = "a", sequence: int = 0
) -> Said:
    return Said(uuid.uuid4(), row(number).pk, kind, data, NOW + after * MINUTE, device, sequence)


def send(site: Site, *said: Said, **more: object) -> list[Fate]:
    return take(sweep=Sweep.objects.get(), said=said, by=site.captain, **more)  # type: ignore[arg-type]


def states(fates: list[Fate]) -> list[str]:
    return [one.state for one in fates]


def rows() -> dict[str, list]:
    """Everything that a log leaves behind, without ids that count and times of arrival."""
    return {
        "doors": list(
            Verification.objects.order_by("pk").values_list(
                "pk", "outcome", "tried_at", "attempts", "note", "finished_at", "finished_by"
            )
        ),
        "people": sorted(
            Resident.objects.values_list("household", "name", "presence", "moved_out_at")
        ),
        "checks": sorted(
            PersonCheck.objects.values_list(
                "verification", "resident__name", "found", "implied", "was", "at"
            )
        ),
        "phones": sorted(Phone.objects.values_list("number", "household")),
        "lines": sorted(SweepTap.objects.values_list("key", "kind", "at", "device", "sequence")),
    }


def test_as_on_the_roster_accounts_for_everybody(site: Site) -> None:
    assert states(send(site, door("verified"))) == ["created"]
    assert (row().outcome, row().finished_by, row().finished_at) == (
        "verified",
        site.captain,
        NOW,
    )
    found = dict(PersonCheck.objects.values_list("resident__name", "found"))
    assert found == {"王甲": "seen", "王乙": "away"}
    assert (who("王甲").presence, who("王乙").presence) == ("inside", "away")


def test_a_line_sent_again_is_a_duplicate_and_changes_nothing(site: Site) -> None:
    lines = [door("verified"), newcomer("赵丁", "13800001234")]
    send(site, *lines)
    before = rows()
    assert states(send(site, *lines, *lines)) == ["duplicate"] * 4
    assert rows() == before
    assert Entry.objects.filter(event="HouseholdVerified").count() == 1


def test_each_line_is_refused_by_itself_with_a_reason(site: Site) -> None:
    strange = Said(uuid.uuid4(), 999_999, Tap.DOOR, {"outcome": "verified"}, NOW)
    wrong = say(Tap.PERSON, {"resident": who("李丙").pk, "found": "seen"}, "301")
    fates = send(site, strange, wrong, newcomer("赵丁", "12"), newcomer(""), door("verified"))
    assert states(fates) == ["refused"] * 4 + ["created"]
    assert all(one.reason for one in fates[:4])
    assert (SweepTap.objects.count(), row().outcome) == (1, "verified")


def test_lines_of_a_sweep_that_has_ended_are_refused(site: Site) -> None:
    Sweep.objects.update(closed_at=NOW)
    assert states(send(site, door("verified"))) == ["refused"]
    assert row().outcome == "unverified"


def test_doors_outside_the_members_limits_are_refused(cast: Cast, site: Site) -> None:
    site.captain.buildings = [site.unit().building_id + 1000]
    assert states(send(site, door("verified"))) == ["refused"]


def test_a_person_who_is_not_here_changes_their_presence(site: Site) -> None:
    send(site, person("王甲", "transferred"), person("王乙", "seen"))
    assert (who("王甲").presence, who("王乙").presence) == ("transferred", "inside")
    send(site, person("王甲", "seen", after=2))
    assert who("王甲").presence == "inside"


def test_somebody_sealed_in_stays_temporary_when_seen(site: Site) -> None:
    send(site, person("李丙", "seen"))
    assert who("李丙").presence == "temporary"


def test_somebody_new_joins_the_file_with_the_phone(site: Site) -> None:
    send(site, newcomer("赵丁", "138 0000 1234"))
    new = who("赵丁")
    assert (new.presence, new.household) == ("temporary", site.household("301"))
    assert Phone.objects.get(resident=new).number == "13800001234"
    assert PersonCheck.objects.get(resident=new).found == "seen"


def test_the_same_newcomer_from_two_phones_is_one_person(site: Site) -> None:
    send(site, newcomer("赵丁", "13800001234", device="a"))
    send(site, newcomer("赵丁", "13900001234", device="b"))
    assert Resident.objects.filter(name="赵丁").count() == 1
    assert Phone.objects.count() == 2


def test_somebody_unknown_keeps_the_door_open_until_the_file_is_right(site: Site) -> None:
    send(site, person("王乙", "unknown"), door("verified", after=1))
    assert (row().outcome, row().finished_at) == ("disputed", None)
    Resident.objects.filter(name="王乙").update(moved_out_at=NOW)
    send(site, door("verified", after=2))
    assert row().outcome == "verified"


def test_nobody_reached_said_before_verified_arrives_after_it(site: Site) -> None:
    send(site, door("verified", after=5, device="b"))
    send(site, door("unreachable", after=1, device="a"))
    assert (row().outcome, row().attempts) == ("verified", 2)


def test_nobody_reached_said_after_verified_changes_nothing(site: Site) -> None:
    send(site, door("verified", after=1, device="b"))
    send(site, door("unreachable", after=5, device="a"))
    assert (row().outcome, row().attempts) == ("verified", 1)


def test_a_clock_put_back_by_an_hour_does_not_turn_a_phones_order(site: Site) -> None:
    send(
        site,
        door("disputed", sequence=1),
        door("verified", sequence=2, after=-60),
    )
    assert row().outcome == "verified"


def test_the_servers_time_rules_and_a_wrong_clock_is_flagged(site: Site) -> None:
    ahead = timedelta(hours=3)
    with at(NOW):
        send(site, door("verified", after=170), sent_at=NOW + ahead)
    line = SweepTap.objects.get()
    assert (line.clock_ahead, line.at) == (ahead, NOW - 10 * MINUTE)
    assert row().finished_at == NOW - 10 * MINUTE


def test_a_small_difference_of_clocks_is_taken_as_it_is(site: Site) -> None:
    with at(NOW):
        send(site, door("verified"), sent_at=NOW + timedelta(seconds=70))
    assert SweepTap.objects.get().clock_ahead is None


def test_a_tap_is_taken_back_within_a_minute(site: Site) -> None:
    said = door("verified")
    send(site, said)
    with at(NOW + timedelta(seconds=40)):
        take_back(sweep=Sweep.objects.get(), key=said.key, by=site.captain)
        take_back(sweep=Sweep.objects.get(), key=said.key, by=site.captain)
    assert (row().outcome, row().attempts, row().finished_at) == ("unverified", 0, None)
    assert not PersonCheck.objects.exists()
    assert Entry.objects.filter(event="DoorTakenBack").count() == 1


def test_taking_back_a_person_restores_their_presence(site: Site) -> None:
    said = person("王甲", "away")
    send(site, said)
    with at(NOW + timedelta(seconds=5)):
        take_back(sweep=Sweep.objects.get(), key=said.key, by=site.captain)
    assert who("王甲").presence == "inside"


def test_later_or_by_another_a_tap_is_not_taken_back(site: Site) -> None:
    said = door("verified")
    send(site, said)
    for moment, member in ((90, site.captain), (10, site.volunteer)):
        with at(NOW + timedelta(seconds=moment)), pytest.raises(Refused):
            take_back(sweep=Sweep.objects.get(), key=said.key, by=member)
    assert row().outcome == "verified"


def test_the_bar_shows_100_only_when_doors_and_people_are_all_there(site: Site) -> None:
    sweep = Sweep.objects.get()
    assert progress(sweep).percent == 0
    send(site, *(door("verified", home.number) for home in Home.objects.all()))
    assert (progress(sweep).percent, progress(sweep).seen) == (100, 3)
    add_member(household=site.household("101"), fields={"name": "后来"}, by=site.manager)
    assert (progress(sweep).percent, progress(sweep).is_complete) == (90, False)


def test_the_bar_never_rounds_up_to_100() -> None:
    assert Progress(done=2999, total=3000, seen=9999, people=10_000).percent == 99
    assert Progress(done=3000, total=3000, seen=9999, people=10_000).percent == 99
    assert Progress(done=3000, total=3000, seen=10_000, people=10_000).percent == 100
    assert Progress().percent == 0


def test_the_end_of_a_sweep_is_recorded_once(site: Site) -> None:
    numbers = [home.number for home in Home.objects.all()]
    send(site, *(door("verified", number) for number in numbers[:-1]))
    assert Sweep.objects.get().completed_at is None
    send(site, door("verified", numbers[-1]))
    done = Sweep.objects.get()
    assert done.completed_at is not None and done.completed_by == site.captain
    send(site, door("disputed", after=1), door("verified", after=2))
    assert Entry.objects.filter(event="SweepCompleted").count() == 1
    assert Sweep.objects.get().completed_at == done.completed_at


def test_a_person_not_accounted_for_keeps_the_sweep_open(site: Site) -> None:
    numbers = [home.number for home in Home.objects.all()]
    send(site, person("王甲", "unknown"))
    send(site, *(door("verified", number, after=1) for number in numbers))
    assert Sweep.objects.get().completed_at is None


def test_the_log_is_exported_and_redacted(site: Site) -> None:
    send(site, newcomer("赵丁", "13800001234"), door("verified", after=1))
    (keeper,) = [one for one in keepers() if one.name == "sweeps"]
    household = site.household("301")
    sections = keeper.export(household)
    assert "13800001234" in str([section.rows for section in sections])
    assert keeper.redact([household.pk], before=NOW + timedelta(days=1)) == 2
    assert keeper.redact([household.pk], before=NOW + timedelta(days=1)) == 0
    kept = str(list(SweepTap.objects.values_list("data", flat=True)))
    assert "赵丁" not in kept and "verified" in kept


# Any shuffle, any duplication, any split into batches


def logs() -> st.SearchStrategy[list[tuple]]:
    minute = st.integers(0, 12)
    phone = st.sampled_from("ab")
    return st.lists(
        st.one_of(
            st.tuples(
                st.just("door"),
                st.sampled_from([*Outcome.values[1:]]),
                st.sampled_from(["301", "302"]),
                minute,
                phone,
            ),
            st.tuples(
                st.just("person"),
                st.sampled_from(Found.values),
                st.sampled_from(["王甲", "王乙", "李丙"]),
                minute,
                phone,
            ),
            st.tuples(
                st.just("new"),
                st.sampled_from(["赵丁", "钱戊"]),
                st.sampled_from(["", "13800001234", "13900004321"]),
                minute,
                phone,
            ),
            st.tuples(st.just("undo"), st.integers(0, 8), st.sampled_from(["301"]), minute, phone),
        ),
        min_size=1,
        max_size=9,
    )


def written(drawn: list[tuple]) -> list[Said]:
    """The lines of two phones, each counted by its own device."""
    said: list[Said] = []
    for place, (kind, what, detail, minute, phone) in enumerate(drawn):
        more = {"after": minute, "device": phone, "sequence": place}
        if kind == "door":
            said.append(door(what, detail, **more))
        elif kind == "person":
            said.append(person(detail, what, **more))
        elif kind == "new":
            said.append(newcomer(what, detail, **more))
        elif said:
            target = said[what % len(said)]
            data = {"target": str(target.key)}
            said.append(Said(uuid.uuid4(), target.verification, Tap.UNDO, data, target.at, phone))
    return said


def deliver(site: Site, said: list[Said], random: Random | None) -> dict[str, list]:
    """Send the lines and look; everything is rolled back afterwards."""
    lines, batch = list(said), len(said) or 1
    if random is not None:
        lines += random.choices(said, k=random.randint(0, len(said))) if said else []
        random.shuffle(lines)
        batch = random.randint(1, len(lines) or 1)
    sweep = Sweep.objects.get()
    with transaction.atomic():
        for start in range(0, len(lines), batch):
            take(sweep=sweep, said=lines[start : start + batch], by=site.captain)
        found = rows()
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=logs(), random=st.randoms(use_true_random=False))
def test_any_shuffle_and_duplication_of_a_log_gives_the_same_rows(
    site: Site, drawn: list[tuple], random: Random
) -> None:
    with at(NOW):
        said = written(drawn)
        assert deliver(site, said, random) == deliver(site, said, None)


def test_presence_changed_elsewhere_stays_when_the_log_says_nothing_new(site: Site) -> None:
    send(site, door("verified"))
    set_presence(resident=who("王甲"), presence=Presence.AWAY, by=site.manager)
    send(site, newcomer("赵丁", after=3))
    assert who("王甲").presence == "away"
