"""The main job through the pages: a sheet in, a stair sealed, work done, the order lifted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from compounds.models import Compound, Home, Unit
from households.models import CareFlag, Household, Resident, Verification
from lockdown.demo.deeds import DATA
from notices.models import Receipt
from seals.models import OrderState, PlanPart, PlanTask, Recall, SealOrder
from tests.cast import Cast, Site
from tests.journeys.forms import fields
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.manager)


@pytest.fixture
def stair(cast: Cast, office: Client, django_capture_on_commit_callbacks) -> Site:
    """A new compound of 18 floors with its roster, made as a manager makes it."""
    company = cast.yujingwan.compound.organization_id
    new = {
        "organization": company,
        "name": "滨江苑",
        "slug": "binjiang",
        "duty_phone": "021-56001234",
        "pattern": "1 1 18 5",
    }
    with django_capture_on_commit_callbacks(execute=True):
        made = office.post("/company/compounds/new/", new)
        assert (made.status_code, made["Location"]) == (302, "/c/binjiang/")
        preview = upload(office)
        done = office.post(f"{preview}confirm/")
    assert done.status_code == 302
    return Site(Compound.objects.get(slug="binjiang"))


def upload(office: Client) -> str:
    """Drop the sheet in; the address of its preview."""
    sheet = SimpleUploadedFile("roster.xlsx", (DATA / "yujingwan-roster.xlsx").read_bytes())
    answer = office.post("/c/binjiang/households/imports/new/", {"file": sheet})
    assert answer.status_code == 302
    return answer["Location"]


def seal(office: Client, site: Site, capture) -> SealOrder:
    """Preview, and confirm what the preview showed."""
    with site.open():
        unit = Unit.objects.get()
    page = office.get(
        "/c/binjiang/orders/preview/", {"place": f"unit:{unit.pk}", "template": "yujingwan"}
    )
    assert page.status_code == 200
    sent = fields(page.content.decode(), "confirm")
    with capture(execute=True):
        answer = office.post("/c/binjiang/orders/confirm/", sent)
        again = office.post("/c/binjiang/orders/confirm/", sent)
    assert answer.status_code == again.status_code == 302
    assert answer["Location"] == again["Location"]
    with site.open():
        return SealOrder.objects.get()


def test_the_sheet_is_shown_before_anything_is_stored(cast: Cast, office: Client) -> None:
    new = {"name": "滨江苑", "slug": "binjiang", "duty_phone": "1", "pattern": "1 1 18 5"}
    new["organization"] = cast.yujingwan.compound.organization_id
    office.post("/company/compounds/new/", new)
    page = office.get(upload(office))
    stats = page.context["stats"]
    assert (stats["households"], stats["people"], stats["lone_elders"]) == (90, 186, 12)
    with Site(Compound.objects.get(slug="binjiang")).open():
        assert Home.objects.count() == 90
        assert Resident.objects.count() == 0


def test_the_same_sheet_changes_nothing_and_undo_takes_it_back(office: Client, stair: Site) -> None:
    first = upload(office)
    with stair.open():
        assert (Resident.objects.count(), CareFlag.objects.count() >= 12) == (186, True)
    assert office.post(f"{first}undo/").status_code == 302
    with stair.open():
        assert Resident.objects.count() == 0
    assert upload(office) != first


def test_confirming_twice_starts_the_whole_plan_once(
    office: Client, stair: Site, django_capture_on_commit_callbacks
) -> None:
    order = seal(office, stair, django_capture_on_commit_callbacks)
    with stair.open():
        assert order.state == OrderState.IN_FORCE
        assert not PlanPart.objects.filter(started_at=None).exists()
        counts = {one: one.objects.count() for one in (Verification, Receipt, Recall)}
        assert counts == {Verification: 90, Receipt: 90, Recall: 10}
        elders = CareVisit.objects.values("resident").distinct().count()
        assert elders == 12
        assert DisinfectionRound.objects.exists() and RubbishWindow.objects.exists()
        for model in (Verification, Receipt, Recall, CareVisit, PlanTask, DisinfectionRound):
            assert not model.objects.filter(assignee=None).exists(), model
    board = office.get("/c/binjiang/")
    assert board.status_code == 200
    assert "1栋1单元" in board.content.decode()


def test_the_second_order_for_a_sealed_place_is_refused_in_words(
    office: Client, stair: Site, django_capture_on_commit_callbacks
) -> None:
    order = seal(office, stair, django_capture_on_commit_callbacks)
    place = {"place": order.place_key, "template": "yujingwan"}
    page = office.get("/c/binjiang/orders/preview/", place)
    sent = fields(page.content.decode(), "confirm") | place | {"request_key": "n" * 32}
    answer = office.post("/c/binjiang/orders/confirm/", sent)
    assert answer.status_code == 422
    assert str(order.number) in answer.context["refusal"]
    with stair.open():
        assert SealOrder.objects.count() == 1


def test_work_is_done_and_the_order_is_lifted_with_statements(
    office: Client, stair: Site, django_capture_on_commit_callbacks
) -> None:
    order = seal(office, stair, django_capture_on_commit_callbacks)
    with stair.open():
        door = Verification.objects.order_by("-home__floor").first()
        number = DisinfectionRound.objects.order_by("due_at").first().pk
    done = office.post(f"/c/binjiang/verifications/{door.pk}/", {"outcome": "verified"})
    assert done.status_code == 302
    office.post(f"/c/binjiang/sanitation/rounds/{number}/start/")
    used = {"agent": "chlorine", "mg_per_litre": "1000", "contact_minutes": "30"}
    assert office.post(f"/c/binjiang/sanitation/rounds/{number}/done/", used).status_code == 302
    lift = f"/c/binjiang/orders/{order.pk}/lift/"
    assert office.post(lift).status_code == 422
    keys = re.findall(r'name="(statement-\w+)"', office.get(lift).content.decode())
    with django_capture_on_commit_callbacks(execute=True):
        lifted = office.post(lift, dict.fromkeys(keys, "已逐项核实"))
    assert lifted.status_code == 302
    with stair.open():
        order.refresh_from_db()
        assert order.state == OrderState.LIFTED
        open_rounds = DisinfectionRound.objects.filter(finished_at=None, cancelled_at=None)
        assert not open_rounds.exists()
        assert Verification.objects.filter(outcome="verified").count() == 1
        assert Receipt.objects.filter(notice__kind="lift").count() == 90


def test_an_order_can_be_made_longer_and_shorter_and_keeps_its_old_dates(
    office: Client, stair: Site, django_capture_on_commit_callbacks
) -> None:
    order = seal(office, stair, django_capture_on_commit_callbacks)
    begun = order.ends_at
    for name, end in (("extend", begun + timedelta(days=2)), ("reduce", begun)):
        moment = timezone.localtime(end, stair.compound.tz)
        sent = {f"{name}-ends_at": f"{moment:%Y-%m-%dT%H:%M}", f"{name}-reason": "街道通知"}
        answer = office.post(f"/c/binjiang/orders/{order.pk}/{name}/", sent)
        assert answer.status_code == 302
    with stair.open():
        changes = list(order.changes.order_by("id").values_list("old_end", flat=True))
        assert len(changes) == 2
        assert changes[0] == begun
        assert Household.objects.count() == 90
