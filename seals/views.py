"""Orders: the list, one order, its end, its sheets; lifting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from seals import actions, pages
from seals.change_forms import ChangeForm
from seals.models import OrderState, SealOrder
from seals.queries import orders_seen_by
from seals.sheets import document_context, notice_context

MOST_DRAFTS = 40


@member_page(Permission.ORDER_SEE)
def order_list(request: MemberRequest) -> HttpResponse:
    found = orders_seen_by(request.member)
    past = found.filter(state__in=(OrderState.LIFTED, OrderState.CANCELLED), number__isnull=False)
    now = timezone.now()
    page = Paginator(past, 40).get_page(request.GET.get("page"))
    context = {
        "current": pages.order_rows(found.in_force(), now),
        "drafts": pages.draft_rows(found.filter(state=OrderState.DRAFT)[:MOST_DRAFTS]),
        "past": pages.past_rows(page.object_list),
        "page": page,
        "may_seal": request.member.may(Permission.ORDER_SEAL),
    }
    return render(request, "seals/order_list.html", context)


def find_order(request: MemberRequest, order: int) -> SealOrder:
    """An order that this member may see; a draft is none yet."""
    found = orders_seen_by(request.member).filter(number__isnull=False)
    return get_object_or_404(found, pk=order)


@member_page(Permission.ORDER_SEE)
def order(request: MemberRequest, order: int) -> HttpResponse:
    return _order_page(request, find_order(request, order))


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
        request, find_order(request, order), "extend", actions.extend, _("The order is extended.")
    )


@member_page(Permission.ORDER_SEAL)
@require_POST
def order_reduce(request: MemberRequest, order: int) -> HttpResponse:
    return _change(
        request, find_order(request, order), "reduce", actions.reduce, _("The order is shortened.")
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


@member_page(Permission.ORDER_SEE)
def order_document(request: MemberRequest, order: int) -> HttpResponse:
    """The numbered order on paper, to be signed and stamped."""
    found = find_order(request, order)
    context = document_context(found, request.member, timezone.now())
    return render(request, "seals/order_document.html", context)


@member_page(Permission.ORDER_SEE)
def order_notice(request: MemberRequest, order: int) -> HttpResponse:
    """The notice for the unit door, one to an A4 sheet or two A5."""
    found = find_order(request, order)
    address = request.build_absolute_uri(reverse("seals:home-rule"))
    context = notice_context(found, request.member, timezone.now(), address)
    context["copies"] = [1, 2] if request.GET.get("size") == "a5" else [1]
    return render(request, "seals/order_notice.html", context)
