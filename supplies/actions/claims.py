"""Missing, spoiled, wrong: claimed within a day, decided from the allocation."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from compounds.models import Member
from households.models import Access
from supplies.models import Allocation, Claim, ClaimKind, Decision


def claim(
    *,
    allocation: Allocation,
    kind: ClaimKind,
    quantity: int,
    share: int = 100,
    note: str = "",
    upload: UploadedFile | None = None,
    by: Access | Member,
) -> Claim:
    """`share` is how much of each piece is spoiled, in %. Twice of a kind is once.

    Refused: later than 24 hours after the delivery, more than came, a photo that is none, goods
    of another household. The first spoiled claim of an item tells all who bought it.
    """
    raise NotImplementedError


def decide(
    *, claim: Claim, decision: Decision, refund_fen: int | None = None, reason: str = "", by: Member
) -> Claim:
    """Pay back (the spoiled share unless an amount is given, never more than it cost), replace,
    or refuse with a reason."""
    raise NotImplementedError
