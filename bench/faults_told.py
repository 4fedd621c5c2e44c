"""What is still to be carried out of a scene's outbox."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone

from bench.faults_scene import Scene
from bench.scenes import carry_out_everything, without_worker
from journal.models import Delivery
from lockdown.kernel.tenancy import scope
from notices.models import Notice


def waiting_work(where: Scene) -> int:
    """Deliveries that are not done, and notices that are due and not sent."""
    with scope([where.compound]):
        deliveries = Delivery.objects.filter(done_at=None).count()
        due = Notice.objects.filter(sent_at=None, cancelled_at=None, send_at__lte=timezone.now())
        return deliveries + due.count()


def finished(where: Scene) -> None:
    """Carry out what no worker was there for."""
    connections.close_all()
    # Of this process's connections some may have been ended a moment ago, too.
    connections["default"].close_pool()
    with without_worker():
        carry_out_everything()
    connections.close_all()
