"""Orders for programs: the same refusals, once per key, and nothing of another compound."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compounds.actions import issue_token
from seals.lift import checklist
from seals.models import PlanTask, Recall, SealOrder
from tests.cast import Cast, Site
from tests.seals.scene import away, seal_place, unit_place


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


class Caller:
    def __init__(self, site: Site, role: str = "manager") -> None:
        with site.open():
            member = site.members[role]
            _row, self.token = issue_token(member=member, name="test", by=site.manager)
        self.base = f"/api/v1/compounds/{site.slug}/"
        self.client = Client()

    def get(self, path: str) -> Any:
        return self.client.get(self.base + path, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, data: dict, key: str = "key-12345678") -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return self.client.post(
            self.base + path, data, content_type="application/json", headers=headers
        )


def body(site: Site, **more: Any) -> dict[str, Any]:
    with site.open():
        return {"place": unit_place(site).key, "template": "yujingwan"} | more


def test_sealing_twice_with_one_key_makes_one_order(site: Site) -> None:
    caller = Caller(site)
    first = caller.post("orders/seal/", body(site))
    again = caller.post("orders/seal/", body(site))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(first.json()["parts"]) == 10
    refused = caller.post("orders/seal/", body(site), key="key-87654321")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_sealed")
    with site.open():
        assert SealOrder.objects.count() == 1


def test_the_preview_takes_changed_steps_and_writes_nothing(site: Site) -> None:
    steps = [
        {"key": "food", "on": False},
        {"key": "screening", "days": [2], "at": ["08:00"]},
    ]
    seen = Caller(site).post("orders/preview/", body(site, steps=steps)).json()
    lines = {line["key"]: line for line in seen["lines"]}
    assert seen["homes"] == 6
    assert (lines["food"]["on"], lines["food"]["count"]) == (False, None)
    assert lines["screening"]["count"] == 1
    with site.open():
        assert SealOrder.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "unit:999999"},
        {"template": "none"},
        {"steps": [{"key": "disinfect", "at": ["25:00"]}]},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"level": "locked"},
    ],
)
def test_a_wrong_body_is_422(site: Site, wrong: dict[str, Any]) -> None:
    answer = Caller(site).post("orders/seal/", body(site) | wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_dates_checklist_and_lift(site: Site) -> None:
    caller = Caller(site)
    with site.open():
        order = seal_place(site)
    path = f"orders/{order.pk}/"
    later = (order.ends_at + timedelta(days=1)).isoformat()
    changed = caller.post(f"{path}extend/", {"ends_at": later, "reason": "新增"}).json()
    assert [one["kind"] for one in changed["changes"]] == ["extended"]
    earlier = (order.ends_at - timedelta(days=1)).isoformat()
    body = {"ends_at": earlier, "reason": "新规定"}
    assert caller.post(f"{path}reduce/", body, key="reduce-123").status_code == 200
    refused = caller.post(f"{path}lift/", {}, key="lift-12345")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    keys = [one["key"] for one in caller.get(f"{path}checklist/").json()]
    with site.open():
        assert keys == [one.key for one in checklist(order, timezone.now())]
    words = {"statements": dict.fromkeys(keys, "已落实")}
    assert caller.post(f"{path}lift/", words, key="lift-67890").json()["state"] == "lifted"
    assert caller.get("orders/").json()["results"][0]["state"] == "lifted"


def test_recalls_and_tasks(site: Site, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        away(site, "201")
        order = seal_place(site)
    with site.open():
        recall, task = Recall.objects.get(), PlanTask.objects.get(key="gate")
    guard = Caller(site, "guard")
    listed = guard.get(f"orders/{order.pk}/recalls/").json()
    assert [(one["door"], one["name"]) for one in listed] == [("1-1-201", "闫**")]
    done = guard.post(f"orders/recalls/{recall.pk}/", {"outcome": "returned"})
    assert done.json()["finished_at"]
    ticked = guard.post(f"orders/tasks/{task.pk}/done/", {"note": "两处"}, key="task-12345")
    assert ticked.json()["note"] == "两处"
    assert guard.post("orders/seal/", body(site), key="seal-12345").status_code == 404


def test_another_compounds_order_is_404(cast: Cast, site: Site) -> None:
    with site.open():
        order = seal_place(site)
    other = Caller(cast.huaidong)
    for path in ("", "checklist/", "recalls/", "tasks/"):
        assert other.get(f"orders/{order.pk}/{path}").status_code == 404
    assert other.post(f"orders/{order.pk}/lift/", {}).status_code == 404


def test_a_draft_is_kept_changed_and_confirmed(site: Site) -> None:
    caller = Caller(site)
    draft = caller.post("orders/draft/", body(site)).json()
    assert (draft["state"], draft["number"], draft["parts"]) == ("draft", None, [])
    changed = body(site, draft=draft["id"], legal_source="2022-3 号")
    assert caller.post("orders/draft/", changed, key="key-change").json()["id"] == draft["id"]
    order = caller.post("orders/seal/", changed, key="key-confirm").json()
    assert (order["id"], order["state"], order["number"]) == (draft["id"], "in_force", 1)
    again = caller.post("orders/draft/", changed, key="key-too-late")
    assert again.status_code == 200  # the draft is gone, so this is a new one
    gone = caller.post(f"orders/{again.json()['id']}/cancel/", {"reason": "x"}, key="key-throw-it")
    assert (gone.json()["state"], gone.json()["number"]) == ("cancelled", None)


def test_an_overlapping_order_is_named_in_the_answer(site: Site) -> None:
    caller = Caller(site)
    first = caller.post("orders/seal/", body(site)).json()
    whole = body(site, place="compound", level="controlled")
    second = caller.post("orders/seal/", whole, key="key-compound").json()
    assert [one["id"] for one in second["overlaps"]] == [first["id"]]
    with site.open():
        home = site.home("301").pk
    rule = caller.get(f"homes/{home}/rule/").json()
    assert (rule["level"], rule["order"]["id"]) == ("sealed", first["id"])
    assert [one["id"] for one in rule["begun"]] == [first["id"], second["id"]]


def test_a_clock_is_restarted_kept_and_an_order_cancelled(site: Site) -> None:
    caller = Caller(site)
    order = caller.post("orders/seal/", body(site)).json()
    path = f"orders/{order['id']}/"
    with site.open():
        unit = site.unit().pk
    kept = caller.post(f"{path}restart/", {"reason": "评估", "exempt": True}, key="key-exempt")
    assert kept.json()["clock"] == order["clock"]
    part = {"reason": "新增", "part": f"floor:{unit}:2"}
    floor = caller.post(f"{path}restart/", part, key="key-of-part").json()
    assert (floor["parent"], floor["place_kind"]) == (order["id"], "floor")
    whole = caller.post(f"{path}restart/", {"reason": "新增"}, key="key-whole-of-it").json()
    assert whole["clock"] > order["clock"]
    assert [one["kind"] for one in whole["changes"]] == ["exempt", "part", "restarted"]
    assert caller.post(f"{path}ease/", {"stage": 1}, key="key-ease-it").status_code == 409
    wrong = {"reason": "误发", "with_parts": True}
    assert caller.post(f"{path}cancel/", wrong, key="key-cancel").json()["state"] == "cancelled"
    assert caller.get(f"orders/{floor['id']}/").json()["state"] == "cancelled"


def test_a_guards_token_changes_no_order(site: Site) -> None:
    order = Caller(site).post("orders/seal/", body(site)).json()
    guard = Caller(site, "guard")
    for name in ("cancel", "restart", "ease"):
        answer = guard.post(f"orders/{order['id']}/{name}/", {"reason": "x", "stage": 1})
        assert answer.status_code == 404
