"""Missing, spoiled, wrong: claimed within a day, decided from the allocation."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.models import Member, Picture
from compounds.pictures import keep_picture
from households.models import Access
from households.proxies import acted_for, standing
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from supplies.ledger import write
from supplies.machine import lock_buy, refuse_unless, tell
from supplies.models import (
    Allocation,
    BuyState,
    Claim,
    ClaimKind,
    Decision,
    EntryKind,
    GroupBuy,
    OfferLine,
    Stop,
    StopOutcome,
)

S = BuyState
WITHIN = timedelta(hours=24)
CLAIMED = gettext_noop("claimed that something was missing or spoiled")


@transaction.atomic
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
    """`share` is how much of each piece is spoiled, in %. Twice of a kind is once. Entered by a
    member, the household is told.

    Refused: later than 24 hours after the goods came, more than came, a photo that is none,
    goods of another household. The first spoiled claim of an item tells all who bought it.
    """
    if isinstance(by, Access):
        standing(by)
    # The round's row is the queue: of two first spoiled claims one is the first.
    buy = lock_buy(allocation.buy)
    allocation = Allocation.objects.select_related("order__home", "line").get(pk=allocation.pk)
    household = allocation.order.household_id
    if isinstance(by, Access) and by.household_id != household:
        raise Refused(_("These goods are for another household."), code="other_household")
    twin = Claim.objects.filter(allocation=allocation, kind=kind).first()
    if twin is not None:
        return twin
    refuse_unless(buy, S.DELIVERING, S.DELIVERED)
    _refuse_late(allocation)
    _refuse_more(allocation, quantity, share)
    first = kind == ClaimKind.SPOILED and not _spoiled_before(allocation)
    made = _keep(allocation, by, upload, kind=kind, quantity=quantity, share=share, note=note)
    _tell(made, "ClaimMade", by, kind=plain(kind.label), **_entered(made, by))
    if isinstance(by, Access):
        acted_for(access=by, what=CLAIMED, cause=f"claim:{made.pk}")
    if first:
        _warn(buy, allocation.line, by)
    return made


def _keep(
    allocation: Allocation,
    by: Access | Member,
    upload: UploadedFile | None,
    *,
    kind: ClaimKind,
    quantity: int,
    share: int,
    note: str,
) -> Claim:
    compound = allocation.compound_id
    return Claim.objects.create(
        compound_id=compound,
        allocation=allocation,
        household_id=allocation.order.household_id,
        kind=kind,
        quantity=quantity,
        share=share if kind == ClaimKind.SPOILED else 100,
        note=note.strip()[:200],
        picture=_photo(upload, compound, by),
        made_by=by.actor_label[:80],
    )


def _photo(upload: UploadedFile | None, compound: int, by: Access | Member) -> Picture | None:
    if upload is None:
        return None
    return keep_picture(upload=upload, compound=compound, kind="supplies.claim", by=by)


def _entered(made: Claim, by: Access | Member) -> dict[str, object]:
    """Staff enter it for a household that rings: what the household is told of it."""
    if isinstance(by, Access):
        return {}
    return {
        "claim": made.pk,
        "for": True,
        "title": made.allocation.buy.title,
        "number": made.allocation.buy.number,
        "quantity": made.quantity,
        "unit": made.allocation.line.unit,
    }


def _refuse_late(allocation: Allocation) -> None:
    stop = Stop.objects.filter(order=allocation.order_id).first()
    if stop is None or stop.outcome in (StopOutcome.WAITING, StopOutcome.REFUSED):
        raise Refused(_("The goods have not come yet. Claim when they are at the door."))
    if stop.at is not None and timezone.now() - stop.at > WITHIN:
        raise Refused(
            _("Claims are possible within 24 hours. Write to the property office instead."),
            code="late",
        )


def _refuse_more(allocation: Allocation, quantity: int, share: int) -> None:
    before = Claim.objects.filter(allocation=allocation).aggregate(n=Sum("quantity"))["n"] or 0
    if not 1 <= share <= 100:
        raise Refused(_("The spoiled share lies between 1 and 100 %."), field="share")
    if not 1 <= quantity <= allocation.allocated - before:
        raise Refused(
            _("%(count)s %(unit)s of %(item)s came; a claim cannot be for more.")
            % {
                "count": allocation.allocated,
                "unit": allocation.line.unit,
                "item": allocation.line.name,
            },
            field="quantity",
        )


def _warn(buy: GroupBuy, line: OfferLine, by: Access | Member) -> None:
    tell("SpoiledClaimed", buy, by=by, item=line.name, line=line.pk, homes=_got(line.pk))


def _got(line: int) -> list[int]:
    """The homes that got some of this item, by id."""
    rows = Allocation.objects.filter(line=line, allocated__gt=0).order_by("order__home_id")
    return list(rows.values_list("order__home_id", flat=True))


def _spoiled_before(allocation: Allocation) -> bool:
    spoiled = Claim.objects.filter(kind=ClaimKind.SPOILED, allocation__line=allocation.line_id)
    return spoiled.exists()


@transaction.atomic
def decide(
    *,
    claim: Claim,
    decision: Decision,
    refund_fen: int | None = None,
    reason: str = "",
    by: Member,
) -> Claim:
    """Pay back (the spoiled share unless an amount is given, never more than it cost), replace,
    or refuse with a reason. Twice the same is once, another decision is refused."""
    buy = lock_buy(claim.allocation.buy)
    claim = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("allocation__order__home", "allocation__line")
        .get(pk=claim.pk)
    )
    if claim.decided_at and claim.decision == decision:
        return claim
    if claim.decided_at:
        raise Refused(_("This claim is decided already."), code="decided")
    refuse_unless(buy, S.DELIVERING, S.DELIVERED)
    if decision == Decision.REFUSE and not reason.strip():
        raise Refused(_("Say why the claim is refused."), field="reason")
    claim.refund_fen = _refund(claim, refund_fen) if decision == Decision.REFUND else 0
    claim.decision, claim.reason = decision, reason.strip()[:200]
    claim.decided_at, claim.decided_by = timezone.now(), by
    claim.save(update_fields=["decision", "reason", "refund_fen", "decided_at", "decided_by"])
    _pay_back(buy, claim, by)
    said = {"code": decision.value, "refund_fen": claim.refund_fen, "reason": claim.reason}
    _tell(claim, "ClaimDecided", by, decision=plain(decision.label), title=buy.title, **said)
    return claim


def worth(claim: Claim) -> int:
    """Fen: the claimed share of what the pieces cost, rounded in favour of the household."""
    return -(-claim.quantity * claim.allocation.price_fen * claim.share // 100)


def _refund(claim: Claim, wanted: int | None) -> int:
    most = claim.quantity * claim.allocation.price_fen
    amount = worth(claim) if wanted is None else wanted
    if not 0 < amount <= most:
        raise Refused(_("At most what the pieces cost can be paid back."), field="refund_fen")
    return amount


def _pay_back(buy: GroupBuy, claim: Claim, by: Member) -> None:
    amounts = {claim.household_id: -claim.refund_fen}
    note = claim.allocation.line.name
    write(buy, EntryKind.REFUND, amounts, cause=f"claim:{claim.pk}", by=by, note=note)


def _tell(claim: Claim, event: str, by: Access | Member, /, **data: object) -> None:
    record(
        event,
        compound=claim.compound_id,
        by=by,
        household=claim.household_id,
        data={
            "door": claim.allocation.order.home.label,
            "item": claim.allocation.line.name,
            "buy": claim.allocation.buy_id,
            **data,
        },
    )
