"""Every change of presence is a row; who was inside can be told for any past moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from households.files import add_member, move_out, set_presence
from households.keeping import keepers
from households.models import Presence, PresenceChange, Resident, Why
from households.presence import inside_at, keep_changes
from journal.models import Entry
from lockdown.demo.clock import at
from seals.models import Recall, RecallOutcome
from seals.recalls import record_recall
from tests.cast import Cast, Site
from tests.seals.scene import seal_place

NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


def person(site: Site, name: str, presence: Presence = Presence.INSIDE) -> Resident:
    fields = {"name": name, "presence": presence}
    return add_member(household=site.household("301"), fields=fields, by=site.manager)


def names(moment: datetime) -> list[str]:
    return sorted(one.name for one in inside_at(moment))


def rows(resident: Resident) -> list[tuple[str, str, str]]:
    found = PresenceChange.objects.filter(resident=resident)
    return [(one.old, one.new, one.why) for one in found]


def test_a_change_is_a_row_with_who_when_and_why(site: Site) -> None:
    resident = person(site, "张三")
    set_presence(
        resident=resident, presence=Presence.AWAY, why=Why.SWEEP, note="出差", by=site.captain
    )
    last = PresenceChange.objects.filter(resident=resident).last()
    assert (last.old, last.new, last.why, last.by, last.note) == (
        "inside",
        "away",
        "sweep",
        "周强",
        "出差",
    )
    entry = Entry.objects.get(event="PresenceChanged")
    assert entry.data["name"] == "张**"
    assert "张三" not in str(entry.data)


def test_the_same_presence_again_is_no_row(site: Site) -> None:
    resident = person(site, "张三")
    for _time in range(2):
        set_presence(resident=resident, presence=Presence.AWAY, by=site.captain)
    assert rows(resident) == [("", "inside", "file"), ("inside", "away", "file")]


def test_inside_at_a_past_moment(site: Site) -> None:
    with at(NOW - 5 * DAY):
        old = person(site, "老住户")
        leaver = person(site, "搬走的")
        traveller = person(site, "出差的", Presence.AWAY)
    legacy = Resident.objects.create(
        compound=site.compound, household=site.household("302"), name="没有记录"
    )
    with at(NOW - 3 * DAY):
        set_presence(resident=traveller, presence=Presence.INSIDE, by=site.manager)
        set_presence(resident=old, presence=Presence.TRANSFERRED, by=site.manager)
    with at(NOW - 2 * DAY):
        move_out(resident=leaver, by=site.manager)
        set_presence(resident=legacy, presence=Presence.AWAY, by=site.manager)
    assert names(NOW - 6 * DAY) == ["没有记录"]
    assert names(NOW - 4 * DAY) == sorted(["老住户", "搬走的", "没有记录"])
    assert names(NOW - 2.5 * DAY) == sorted(["出差的", "搬走的", "没有记录"])
    assert names(NOW) == ["出差的"]


def test_inside_at_is_one_query_whatever_its_size(site: Site) -> None:
    for number in range(30):
        person(site, f"人{number}")
    with CaptureQueriesContext(connection) as seen:
        assert inside_at(timezone.now()).count() == 30
    assert len(seen.captured_queries) == 1


def test_inside_now_is_what_the_roster_says(site: Site) -> None:
    for number, presence in enumerate(Presence.values):
        person(site, f"人{number}", Presence(presence))
    set_presence(resident=Resident.objects.first(), presence=Presence.RECALLED, by=site.manager)
    now = set(inside_at(timezone.now()).values_list("pk", flat=True))
    roster = Resident.objects.filter(presence__in=("inside", "temporary"), moved_out_at=None)
    assert now == set(roster.values_list("pk", flat=True))


def test_a_bulk_change_keeps_only_what_differs(site: Site) -> None:
    resident = person(site, "张三")
    keep_changes([(resident, "inside"), (resident, "away")], why=Why.IMPORT, by=site.manager)
    assert rows(resident)[1:] == [("away", "inside", "import")]


def test_a_recall_leaves_its_row(site: Site, django_capture_on_commit_callbacks: object) -> None:
    resident = person(site, "闫洋", Presence.AWAY)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        seal_place(site)
    recall = Recall.objects.get(resident=resident)
    record_recall(recall=recall, outcome=RecallOutcome.RETURNED, by=site.captain)
    assert rows(resident)[-1] == ("away", "inside", "recall")


def test_the_export_tells_where_somebody_was(site: Site) -> None:
    resident = person(site, "张三")
    set_presence(resident=resident, presence=Presence.AWAY, note="出差", by=site.captain)
    (keeper,) = [one for one in keepers() if one.name == "presence"]
    (section,) = keeper.export(site.household("301"))
    assert [row[1] for row in section.rows] == ["张三", "张三"]
    later = timezone.now() + DAY
    assert keeper.redact([site.household("301").pk], before=later) == 1
    assert keeper.redact([site.household("301").pk], before=later) == 0
    assert PresenceChange.objects.filter(note="").count() == 2
