"""The database or the broker away: an honest answer, nothing lost, and it heals by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from compounds.places import find_place
from journal import outbox
from journal.models import Delivery
from seals.actions import seal
from seals.builtin import BUILT_IN
from seals.models import Level, PlanPart, SealOrder
from tests.cast import Cast

CLOSED = "redis://127.0.0.1:1/0"


def _no_database(*args: object, **kwargs: object) -> None:
    raise OperationalError("connection refused")


@pytest.fixture
def database_away(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A signed-in browser whose next request finds no database."""
    client = cast.client(cast.yujingwan.manager)
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", _no_database)
        yield client


def test_without_a_database_a_page_says_so_and_when_to_come_back(database_away: Client) -> None:
    answer = database_away.get("/c/yujingwan/settings/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "请" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_readyz_names_the_database(database_away: Client) -> None:
    answer = database_away.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"
    assert database_away.get("/healthz").status_code == 200


def test_readyz_names_the_broker(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", CLOSED)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "away")
    monkeypatch.undo()
    assert Client().get("/readyz").json()["broker"] == "ok"


def test_sealing_without_a_broker_starts_later(
    cast: Cast,
    plain_celery: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:
    site = cast.yujingwan

    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionError("broker away")

    monkeypatch.setattr("celery.app.task.Task.apply_async", away)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        now = timezone.now()
        order = seal(
            compound=site.compound,
            place=find_place(site.compound, "compound"),
            level=Level.SEALED,
            template_name=BUILT_IN[0].name,
            steps=BUILT_IN[0].steps,
            starts_at=now,
            ends_at=now + timedelta(days=2),
            request_key="sealed-without-broker",
            by=site.manager,
        )
    with site.open():
        assert SealOrder.objects.in_force().get().pk == order.pk
        assert PlanPart.objects.exclude(started_at=None).count() == 0
    for compound, delivery in outbox.waiting():
        outbox.carry_out(compound, delivery)
    for compound, delivery in outbox.waiting():
        outbox.carry_out(compound, delivery)
    with site.open():
        assert PlanPart.objects.filter(started_at=None).count() == 0
        assert Delivery.objects.filter(done_at=None).count() == 0


def test_two_beats_run_a_job_once_a_period(db: None) -> None:
    now = timezone.now()
    every = timedelta(seconds=30)
    assert outbox.claim_tick("job", every, now) is True
    assert outbox.claim_tick("job", every, now) is False
    assert outbox.claim_tick("job", every, now + every) is True
