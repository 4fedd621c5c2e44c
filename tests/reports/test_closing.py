"""The closing report: the whole course, as of the lift, frozen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households.models import Resident, Verification
from journal.models import Delivery, Entry
from journal.outbox import carry_out
from lockdown.demo.clock import at
from notices.models import Receipt
from reports.models import ClosingReport
from seals.actions import extend
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Recall, SealOrder
from seals.recalls import record_recall
from tests.cast import Cast, Site
from tests.households.queries import asked
from tests.reports import scenes
from tests.seals.scene import away, seal_place, step
from waste.models import DisinfectionRound, RubbishWindow


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def lifted(site: Site, on_commit, order: SealOrder, *, execute: bool = True) -> SealOrder:
    with on_commit(execute=execute), site.open():
        said = {one.key: "已逐项核实" for one in checklist(order, timezone.now())}
        return lift(order=order, statements=said, by=site.manager)


def course(site: Site, on_commit, **more) -> SealOrder:
    """A stair with one person out, an extension, and nobody verified."""
    with site.open():
        away(site, "201", "闫洋")
    with on_commit(execute=True), site.open():
        order = seal_place(site, steps=[step("verify"), step("recall"), step("notice")])
    with on_commit(execute=True), site.open():
        later = order.ends_at + timedelta(days=2)
        extend(order=order, ends_at=later, reason="新增 1 例", by=site.manager)
    with site.open():
        order.refresh_from_db()
    return order


def figures(report: ClosingReport) -> dict[str, tuple[int, int]]:
    return {one["kind"]: (one["done"], one["should"]) for one in report.data["figures"]}


def test_the_report_holds_the_course_with_who_was_still_open(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    with site.open():
        Verification.objects.exclude(home__number="302").update(
            outcome="verified", finished_at=timezone.now()
        )
    lifted(site, django_capture_on_commit_callbacks, order)
    with site.open():
        report = ClosingReport.objects.get()
        assert report.data["people"]["out"] == 1
        assert figures(report)["verify"] == (5, 6)
        assert figures(report)["recall"] == (0, 1)
        assert figures(report)["tell"] == (0, 6)
        assert [one["reason"] for one in report.data["changes"]] == ["新增 1 例"]
        doors = {
            group["kind"]: [door["label"] for door in group["doors"]]
            for group in report.data["open"]
        }
        assert doors["verify"] == ["302"]
        assert doors["recall"] == ["201 闫**"]
        assert "闫洋" not in str(report.data)
        said = {one["key"]: one["statement"] for one in report.data["statements"]}
        assert said["no_new_case"] == "已逐项核实"
        assert report.data["order"]["lifted_by"] == site.manager.name


def test_it_is_made_as_of_the_lift_even_when_handed_over_late(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    lifted(site, django_capture_on_commit_callbacks, order, execute=False)
    with site.open():
        # Meanwhile somebody comes back, a door is ticked, a household is told.
        now = timezone.now()
        Resident.objects.update(presence="inside")
        Verification.objects.update(cancelled_at=None, outcome="verified", finished_at=now)
        Receipt.objects.update(cancelled_at=None, finished_at=now, told_how="door")
        delivery = Delivery.objects.get(handler="reports.order_lifted")
    carry_out(site.compound.pk, delivery.pk)
    with site.open():
        report = ClosingReport.objects.get()
        assert report.data["people"]["out"] == 1
        assert figures(report)["verify"] == (0, 6)
        assert report.data["told"] == {"": 6}
        assert [one["kind"] for one in report.data["open"]] == ["verify", "recall", "tell"]


def test_twice_is_once_and_later_changes_change_nothing(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    lifted(site, django_capture_on_commit_callbacks, order)
    path = reverse("reports:closing", args=[site.slug, order.pk])
    client = cast.client(site.manager)
    before = client.get(path).content.decode()
    with site.open():
        kept = ClosingReport.objects.get().data
        Resident.objects.update(name="改名", presence="inside")
        Verification.objects.update(
            cancelled_at=None, outcome="verified", finished_at=timezone.now()
        )
        Recall.objects.update(cancelled_at=None)
        record_recall(recall=Recall.objects.get(), outcome="returned", by=site.guard)
        SealOrder.objects.update(place_label="别处", issuer="别人")
        delivery = Delivery.objects.get(handler="reports.order_lifted")
        Delivery.objects.filter(pk=delivery.pk).update(done_at=None)
    carry_out(site.compound.pk, delivery.pk)
    with site.open():
        assert ClosingReport.objects.get().data == kept
        assert Entry.objects.filter(event="ClosingReportFrozen").count() == 1
    after = client.get(path).content.decode()

    def sheet(html: str) -> str:
        return html.split("<main")[1].split("sheet-foot")[0]

    assert sheet(after) == sheet(before)


def test_no_code_can_change_a_frozen_report(site: Site, django_capture_on_commit_callbacks) -> None:
    lifted(
        site, django_capture_on_commit_callbacks, course(site, django_capture_on_commit_callbacks)
    )
    with site.open():
        with pytest.raises(ProgrammingError), transaction.atomic():
            ClosingReport.objects.update(data={})
        with pytest.raises(ProgrammingError), transaction.atomic():
            ClosingReport.objects.all().delete()


def test_rounds_windows_and_calls_of_the_days_are_counted(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        order = scenes.running(site, verified=2, untold=2)
        rounds = DisinfectionRound.objects.exclude(finished_at=None).count()
        bags = RubbishWindow.objects.exclude(finished_at=None).count()
        RubbishWindow.objects.exclude(finished_at=None).update(bags=9)
    with at(scenes.afternoon(site)):
        lifted(site, django_capture_on_commit_callbacks, order)
    with site.open():
        data = ClosingReport.objects.get().data
        done = {one["kind"]: one["done"] for one in data["figures"]}
        assert (done["round"], data["bags"]) == (rounds, 9 * bags)
        assert len(data["days"]) == 3
        assert sum(day.get("rounds_done", 0) for day in data["days"]) == rounds


def test_company_staff_and_committee_read_it_others_do_not(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    lifted(site, django_capture_on_commit_callbacks, order)
    for name in ("reports:closing", "reports:review-closing"):
        path = reverse(name, args=[site.slug, order.pk])
        for reader in (site.manager, site.captain, cast.reviewer):
            answer = cast.client(reader).get(path)
            assert answer.status_code == 200
            assert "201 闫**" in answer.content.decode()
        for other in (site.guard, cast.huaidong.manager, cast.stranger):
            assert cast.client(other).get(path).status_code == 404
    listed = cast.client(cast.reviewer).get(reverse("reports:review-closings", args=[site.slug]))
    assert reverse("reports:review-closing", args=[site.slug, order.pk]) in listed.content.decode()
    missing = reverse("reports:closing", args=[site.slug, order.pk + 5000])
    assert cast.client(site.manager).get(missing).status_code == 404


def test_a_captain_of_one_stair_reads_the_reports_of_that_stair(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    lifted(site, django_capture_on_commit_callbacks, order)
    with site.open():
        site.captain.buildings = [order.building_id + 1000]
        site.captain.save(update_fields=["buildings"])
    client = cast.client(site.captain)
    assert client.get(reverse("reports:closing", args=[site.slug, order.pk])).status_code == 404
    html = client.get(reverse("reports:closing-list", args=[site.slug])).content.decode()
    assert "1栋1单元" not in html


def test_the_list_costs_the_same_for_two_and_twenty(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = course(site, django_capture_on_commit_callbacks)
    lifted(site, django_capture_on_commit_callbacks, order)
    client = cast.client(site.manager)
    path = reverse("reports:closing-list", args=[site.slug])
    client.get(path)
    counted = []
    for number in (1, 19):
        with site.open():
            first = ClosingReport.objects.first()
            for _more in range(number):
                twin = SealOrder.objects.get(pk=order.pk)
                twin.pk, twin.number = None, SealOrder.objects.count() + 1
                twin.request_key = f"twin-{twin.number}"
                twin.save()
                ClosingReport.objects.create(
                    compound=site.compound, order=twin, lifted_at=first.lifted_at, data=first.data
                )
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        counted.append(asked(seen))
    assert counted[0] == counted[1] <= 12
