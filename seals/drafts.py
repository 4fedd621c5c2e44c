"""A prepared order that is not confirmed yet: saved, opened again, changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Compound, Member
from compounds.places import Place
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.actions import fill, queue_up
from seals.models import OrderState, SealOrder
from seals.overtaking import refuse_overtaken
from seals.planning import Stage, Step


@transaction.atomic
def save_draft(
    *,
    compound: Compound,
    place: Place,
    steps: Iterable[Step],
    typed: dict[str, Any],
    request_key: str,
    by: Member,
    easing: Iterable[Stage] = (),
    seen: str | None = None,
    **fields: Any,
) -> SealOrder:
    """Keep a prepared order; nothing starts, nobody is told. The same key changes the same draft.

    `fields` are level, template_name, starts_at, ends_at, issuer and legal_source. `typed` is the
    form as it was sent: an empty start stays "from the moment of confirming". Steps that are
    switched off are kept too. `seen` is the version that the person changed. Refused: a draft
    confirmed or thrown away meanwhile, or changed by somebody else; a place beyond the limits.
    """
    queue_up(compound)
    refuse_outside(by, place)
    known = _known(request_key, seen, by)
    draft = known or SealOrder(compound=compound, request_key=request_key)
    fill(
        draft,
        place,
        list(easing),
        steps=[step.as_json() for step in steps],
        draft=typed,
        kept_at=timezone.now(),
        issued_by=by,
        **fields,
    )
    draft.save()
    if known is None:
        record("OrderDrafted", compound=compound.pk, by=by, data={"place": draft.place_label})
    return draft


def _known(request_key: str, seen: str | None, by: Member) -> SealOrder | None:
    """The draft that is changed, when it is one still and `by` may change it."""
    draft = SealOrder.objects.filter(request_key=request_key).first()
    if draft is None:
        return None
    if draft.state != OrderState.DRAFT:
        raise Refused(_gone(draft), code="not_a_draft")
    refuse_outside(by, draft)
    refuse_overtaken(request_key, seen, by)
    return draft


def _gone(order: SealOrder) -> str:
    if order.number is None:
        return _("This draft was thrown away. Prepare the order again.")
    return _("This draft was confirmed meanwhile: order %(number)s.") % {"number": order.number}
