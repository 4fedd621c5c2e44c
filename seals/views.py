"""Orders: choosing, previewing, confirming, looking at one, changing its dates, lifting."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.models import Unit
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals import actions, pages
from seals.drafting import Drafting, drafting
from seals.forms import ChangeForm, OrderForm
from seals.lift import checklist
from seals.models import OrderState, SealOrder
from seals.places import buildings, inside_unit
from seals.queries import orders


@member_page(Permission.ORDER_SEE)
def order_list(request: MemberRequest) -> HttpResponse:
    past = orders(request.member).exclude(state=OrderState.IN_FORCE)
    now = timezone.now()
    page = Paginator(past, 40).get_page(request.GET.get("page"))
    context = {
        "current": pages.order_rows(orders(request.member).in_force(), now),
        "past": pages.past_rows(page.object_list),
        "page": page,
        "may_seal": request.member.may(Permission.ORDER_SEAL),
    }
    return render(request, "seals/order_list.html", context)


@member_page(Permission.ORDER_SEAL)
def order_new(request: MemberRequest) -> HttpResponse:
    sent = "template" in request.GET or "place" in request.GET
    data = request.GET if sent else None
    form = OrderForm(data, compound=request.compound, member=request.member)
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
        "cards": [pages.choice_card(one) for one in form.library],
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
    data = request.POST if request.method == "POST" else request.GET
    if not data:
        return redirect("seals:order-new", request.compound.slug)
    form = OrderForm(data, compound=request.compound, member=request.member)
    if not form.is_valid():
        return _choose(request, form, refused=True)
    draft = drafting(form, request.POST if request.method == "POST" else None)
    return _preview(request, form, draft, status=200 if draft.is_valid else 422)


def _preview(
    request: MemberRequest, form: OrderForm, draft: Drafting, *, status: int, refusal: str = ""
) -> HttpResponse:
    seen = draft.preview(request)
    back = f"{reverse('seals:order-new', args=[request.compound.slug])}?{urlencode(form.kept)}"
    context = {
        "form": form,
        "preview": seen,
        "draft": draft.draft,
        "kept": form.kept.items(),
        "choices": pages.choices(draft.draft, seen, back),
        "deed": pages.deed(draft.draft, seen),
        "refusal": refusal,
        "has_errors": not draft.is_valid,
        "request_key": request.POST.get("request_key") or get_random_string(32),
        "back": back,
        "now": timezone.now(),
    }
    return render(request, "seals/order_preview.html", context, status=status)


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_confirm(request: MemberRequest) -> HttpResponse:
    form = OrderForm(request.POST, compound=request.compound, member=request.member)
    if not form.is_valid():
        return _choose(request, form, refused=True)
    draft = drafting(form, request.POST)
    key = request.POST.get("request_key", "")
    if not draft.is_valid or not 16 <= len(key) <= 64:
        return _preview(request, form, draft, status=422)
    try:
        order = _seal(request, draft, key)
    except Refused as refusal:
        return _preview(request, form, draft, status=422, refusal=str(refusal))
    messages.success(
        request, _("%(place)s is sealed. The plan is starting.") % {"place": order.place_label}
    )
    return redirect("seals:order", request.compound.slug, order.pk)


def _seal(request: MemberRequest, drafted: Drafting, key: str) -> SealOrder:
    draft = drafted.draft
    return actions.seal(
        compound=request.compound,
        place=draft.place,
        level=draft.level,
        template_name=draft.choice.name,
        steps=drafted.steps,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        request_key=key,
        issuer=draft.issuer,
        legal_source=draft.legal_source,
        by=request.member,
    )


def _order(request: MemberRequest, order: int) -> SealOrder:
    return get_object_or_404(orders(request.member), pk=order)


@member_page(Permission.ORDER_SEE)
def order(request: MemberRequest, order: int) -> HttpResponse:
    return _order_page(request, _order(request, order))


def _order_page(request: MemberRequest, found: SealOrder, **forms: Any) -> HttpResponse:
    now = timezone.now()
    status = 422 if forms else 200
    context = {
        **pages.order_context(found, request.member, now),
        "extend_form": forms.get("extend") or ChangeForm(prefix="extend"),
        "reduce_form": forms.get("reduce") or ChangeForm(prefix="reduce"),
    }
    return render(request, "seals/order.html", context, status=status)


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_extend(request: MemberRequest, order: int) -> HttpResponse:
    return _change(
        request, _order(request, order), "extend", actions.extend, _("The order is extended.")
    )


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_reduce(request: MemberRequest, order: int) -> HttpResponse:
    return _change(
        request, _order(request, order), "reduce", actions.reduce, _("The order is shortened.")
    )


def _change(
    request: MemberRequest, found: SealOrder, name: str, action: Any, done: str
) -> HttpResponse:
    form = ChangeForm(request.POST, prefix=name)
    if form.is_valid() and attempt(
        form, action, order=found, by=request.member, **form.cleaned_data
    ):
        messages.success(request, done)
        return redirect("seals:order", request.compound.slug, found.pk)
    return _order_page(request, found, **{name: form})


@member_page(Permission.ORDER_LIFT)
def order_lift(request: MemberRequest, order: int) -> HttpResponse:
    found = _order(request, order)
    if not encloses(request.member, found):
        raise Http404
    if request.method == "POST":
        return _lift(request, found)
    return _lift_page(request, found, {})


def _lift(request: MemberRequest, found: SealOrder) -> HttpResponse:
    said = {
        name.removeprefix("statement-"): str(text)
        for name, text in request.POST.items()
        if name.startswith("statement-")
    }
    try:
        actions.lift(order=found, statements=said, by=request.member)
    except Refused as refusal:
        return _lift_page(request, found, said, refusal=str(refusal))
    messages.success(
        request,
        _("%(place)s is lifted. What was still planned is cancelled.")
        % {"place": found.place_label},
    )
    return redirect("seals:order", request.compound.slug, found.pk)


def _lift_page(
    request: MemberRequest, found: SealOrder, said: dict[str, str], *, refusal: str = ""
) -> HttpResponse:
    now = timezone.now()
    findings = checklist(found, now) if found.state == OrderState.IN_FORCE else []
    context = {
        "order": found,
        "conditions": pages.conditions(found, findings, said, refused=bool(refusal)),
        "missing": sum(not one.is_met for one in findings),
        "refusal": refusal,
        "now": now,
    }
    return render(request, "seals/order_lift.html", context, status=422 if refusal else 200)


@member_page(Permission.ORDER_SEE)
def order_document(request: MemberRequest, order: int) -> HttpResponse:
    """The order on paper, and the notice for the doors."""
    found = _order(request, order)
    now = timezone.now()
    context = pages.document_context(found, request.member, now)
    return render(request, "seals/order_document.html", context)
