"""Packing, run sheets, and what happened at each door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from compounds.models import Member
from households.models import Access
from supplies.models import DeliveryRun, GroupBuy, Stop, StopOutcome


def start_delivery(
    *, buy: GroupBuy, due_at: datetime, bags: Mapping[int, int] | None = None, by: Member
) -> GroupBuy:
    """Runs stair by stair with a carrier each, isolated homes last and by somebody else.
    `bags` by order id; one bag unless it says otherwise."""
    raise NotImplementedError


def hand_run_to(*, run: DeliveryRun, member: Member, by: Member) -> DeliveryRun:
    """Another carrier. Refused: one who carries both clean and isolated stairs of the round."""
    raise NotImplementedError


def record_stop(
    *,
    stop: Stop,
    outcome: StopOutcome,
    bags_left: int | None = None,
    note: str = "",
    upload: UploadedFile | None = None,
    by: Member,
) -> Stop:
    """Left, taken, no answer, refused. No answer and left may be tried or taken again later;
    when every door has its outcome the round is delivered."""
    raise NotImplementedError


def take_in(*, stop: Stop, by: Access | Member) -> Stop:
    """The household has taken its bags in."""
    raise NotImplementedError


def record_ring(*, stop: Stop, reached: bool, by: Member) -> Stop:
    """A perishable waits at the door: somebody rang the resident, or the relative."""
    raise NotImplementedError
