"""Sealing a place: choosing, previewing, saving a draft, confirming."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.models import Unit
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from seals import actions, choosing
from seals.cancelling import throw_away
from seals.draft_page import differences
from seals.drafting import Drafting, draft_of, drafting, saved_draft, typed_again
from seals.drafts import save_draft
from seals.family import overlap_text, overlapping
from seals.forms import OrderForm
from seals.models import OrderState, SealOrder
from seals.overtaking import OVERTAKEN, version_of
from seals.places import buildings, inside_unit
from seals.planning import place_of
from seals.queries import orders_seen_by


@member_page(Permission.ORDER_SEAL)
def order_new(request: MemberRequest) -> HttpResponse:
    sent = "template" in request.GET or "place" in request.GET
    form = OrderForm(
        request.GET if sent else None, compound=request.compound, member=request.member
    )
    return _choose(request, form, refused=False)


def _choose(request: MemberRequest, form: OrderForm, *, refused: bool) -> HttpResponse:
    whole, groups = buildings(request.compound, request.member)
    chosen = form.data.get("place", "")
    context = {
        "form": form,
        "refused": refused,
        "whole": whole,
        "groups": groups,
        "inside": _opened(request, chosen),
        "chosen": chosen,
        "kept": urlencode({k: v for k, v in form.kept.items() if k != "place"}),
        "plan": form.data.get("template") or form.library[0].key,
        "cards": [choosing.choice_card(one) for one in form.library],
    }
    return render(request, "seals/order_new.html", context, status=422 if refused else 200)


def _opened(request: MemberRequest, chosen: str) -> Any:
    """The stair whose floors and doors are shown: asked for, or holding what was chosen."""
    wanted = request.GET.get("inside", "")
    kind, _colon, rest = chosen.partition(":")
    if not wanted and kind == "floor":
        wanted = rest.partition(":")[0]
    if not wanted.isdecimal() or len(wanted) > 17:
        return None
    units = Unit.objects.filter(request.member.within_units()).select_related("building")
    unit = units.filter(pk=wanted).first()
    return inside_unit(request.compound, unit) if unit else None


@member_page(Permission.ORDER_SEAL)
def order_preview(request: MemberRequest) -> HttpResponse:
    """Everything that would start. Nothing is written, so reloading is harmless."""
    data: QueryDict = request.POST if request.method == "POST" else request.GET
    if not data:
        return redirect("seals:order-new", request.compound.slug)
    saved = saved_draft(data.get("draft"), request.member)
    if saved is not None and "place" not in data:
        data = typed_again(saved)
    form = OrderForm(data, compound=request.compound, member=request.member)
    if not form.is_valid():
        return _choose(request, form, refused=True)
    draft = drafting(form, request.POST if request.method == "POST" else None, saved)
    return _preview(request, form, draft, saved=saved, status=200 if draft.is_valid else 422)


def _preview(
    request: MemberRequest,
    form: OrderForm,
    draft: Drafting,
    *,
    status: int,
    refusal: str = "",
    saved: SealOrder | None = None,
    overtaken: SealOrder | None = None,
) -> HttpResponse:
    """`overtaken` is a draft that somebody else changed meanwhile: from now on it was seen."""
    seen = draft.preview(request)
    kept = form.kept
    if overtaken is not None:
        kept |= {"draft": str(overtaken.pk), "seen": version_of(overtaken)}
    back = f"{reverse('seals:order-new', args=[request.compound.slug])}?{urlencode(kept)}"
    key = request.POST.get("request_key") or (saved.request_key if saved else "")
    context = {
        "form": form,
        "preview": seen,
        "draft": draft.draft,
        "saved": saved,
        "overtaken": overtaken,
        "differences": differences(overtaken, draft.draft, draft.steps) if overtaken else [],
        "kept": kept.items(),
        "choices": choosing.choices(draft.draft, seen, back),
        "deed": choosing.deed(draft.draft, seen),
        "refusal": refusal,
        "has_errors": not draft.is_valid,
        "request_key": key or get_random_string(32),
        "now": timezone.now(),
    }
    return render(request, "seals/order_preview.html", context, status=status)


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_confirm(request: MemberRequest) -> HttpResponse:
    """Seal, or keep what was prepared as a draft: the button says which."""
    form = OrderForm(request.POST, compound=request.compound, member=request.member)
    if not form.is_valid():
        return _choose(request, form, refused=True)
    saved = saved_draft(request.POST.get("draft"), request.member)
    draft = drafting(form, request.POST, saved)
    key = request.POST.get("request_key", "")
    if not draft.is_valid or not 16 <= len(key) <= 64:
        return _preview(request, form, draft, saved=saved, status=422)
    deed = _save if request.POST.get("deed") == "draft" else _seal
    try:
        return deed(request, form, draft, key)
    except Refused as refusal:
        more: dict[str, Any] = {"saved": saved, "refusal": str(refusal)}
        if refusal.code == OVERTAKEN:
            more["overtaken"] = draft_of(key)
        return _preview(request, form, draft, status=422, **more)


def _seal(request: MemberRequest, form: OrderForm, drafted: Drafting, key: str) -> HttpResponse:
    order = actions.seal(
        compound=request.compound,
        **drafted.draft.order,
        steps=drafted.steps,
        request_key=key,
        seen=drafted.draft.seen,
        by=request.member,
    )
    messages.success(
        request, _("%(place)s is sealed. The plan is starting.") % {"place": order.place_label}
    )
    _say_overlaps(request, order)
    return redirect("seals:order", request.compound.slug, order.pk)


def _say_overlaps(request: MemberRequest, order: SealOrder) -> None:
    """Somebody may have sealed a place over or under this one since the preview was read."""
    others = overlapping(place_of(order), but=order)
    if others:
        messages.warning(request, overlap_text(others))


def _save(request: MemberRequest, form: OrderForm, drafted: Drafting, key: str) -> HttpResponse:
    save_draft(
        compound=request.compound,
        **drafted.draft.order,
        steps=drafted.steps,
        typed=form.typed,
        request_key=key,
        seen=drafted.draft.seen,
        by=request.member,
    )
    messages.success(request, _("Kept as a draft. Nothing has started, nobody has been told."))
    return redirect(f"{reverse('seals:order-list', args=[request.compound.slug])}#drafts")


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_throw_away(request: MemberRequest, order: int) -> HttpResponse:
    found = get_object_or_404(orders_seen_by(request.member), pk=order)
    try:
        throw_away(order=found, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
        found.refresh_from_db(fields=["state"])
        if found.state != OrderState.DRAFT:
            return redirect("seals:order", request.compound.slug, found.pk)
        return redirect("seals:order-list", request.compound.slug)
    messages.success(request, _("The draft is thrown away."))
    return redirect("seals:order-list", request.compound.slug)
