"""Requests for help on the desk: the list, one of them, and writing one down from a call.

Medical requests have addresses of their own, for those who may see them; the pages are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.limits import colleagues
from compounds.models import Member
from compounds.roles import Permission
from households.models import Household
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from volunteers import asks
from volunteers.ask_forms import AnswerForm, StaffAskForm
from volunteers.ask_words import asks_for, lines, mark, narrowed, steps, track
from volunteers.models import Ask

A_PAGE = 40


@member_page(Permission.ASK_SEE)
def ask_list(request: MemberRequest) -> HttpResponse:
    """What households ask for, without the medical requests."""
    return _list(request, medical=False)


@member_page(Permission.MEDICAL_SEE)
def medical_list(request: MemberRequest) -> HttpResponse:
    """Medicine, medical advice, somebody to talk to."""
    return _list(request, medical=True)


def _list(request: MemberRequest, *, medical: bool) -> HttpResponse:
    whose, now = request.GET.get("whose", ""), timezone.now()
    rows = asks_for(request.member, medical=medical)
    page = Paginator(narrowed(rows, whose, request.member, now), A_PAGE).get_page(
        request.GET.get("page")
    )
    is_open = Q(finished_at=None, cancelled_at=None)
    counts = rows.order_by().aggregate(
        open=Count("pk", filter=is_open),
        mine=Count("pk", filter=is_open & Q(assignee=request.member)),
        late=Count("pk", filter=is_open & Q(due_at__lt=now)),
    )
    context = {
        "medical": medical,
        "page": page,
        "lines": lines(page.object_list, now),
        "one": "volunteers:medical" if medical else "volunteers:ask",
        "lenses": _lenses(whose, counts),
        "whose": whose,
        "may_write": not medical and request.member.may(Permission.WORK_DO),
        "sees_others": request.member.may(
            Permission.ASK_SEE if medical else Permission.MEDICAL_SEE
        ),
    }
    return render(request, "volunteers/ask_list.html", context)


def _lenses(whose: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    named = (
        ("", _("Still open"), counts["open"]),
        ("mine", _("Mine"), counts["mine"]),
        ("late", _("Past due"), counts["late"]),
        ("closed", _("Answered"), None),
    )
    return [
        {
            "label": label if count is None else f"{label} {count}",
            "url": f"?whose={name}",
            "active": whose == name,
        }
        for name, label, count in named
    ]


@member_page(Permission.ASK_SEE)
def ask_page(request: MemberRequest, ask: int) -> HttpResponse:
    return _one(request, ask, medical=False)


@member_page(Permission.MEDICAL_SEE)
def medical_page(request: MemberRequest, medical: int) -> HttpResponse:
    return _one(request, medical, medical=True)


def _one(request: MemberRequest, pk: int, *, medical: bool) -> HttpResponse:
    found = get_object_or_404(asks_for(request.member, medical=medical), pk=pk)
    form = AnswerForm(request.POST or None)
    here = reverse(
        "volunteers:medical" if medical else "volunteers:ask", args=[request.compound.slug, pk]
    )
    if request.method == "POST":
        if not asks.may_carry(request.member, found):
            raise Http404
        if form.is_valid() and _act(request, found, form):
            return redirect(here)
    status, tag = mark(found)
    context = {
        "ask": found,
        "medical": medical,
        "status": status,
        "tag": tag,
        "steps": steps(found),
        "track": track(found),
        "form": form,
        "is_open": found.finished_at is None and found.cancelled_at is None,
        "may_carry": asks.may_carry(request.member, found),
        "is_mine": found.assignee_id == request.member.pk,
        "may_open_file": request.member.may(Permission.HOUSEHOLD_SEE),
        "workers": _workers(request.member, found)
        if request.member.may(Permission.WORK_ASSIGN)
        else [],
        "above": reverse(
            "volunteers:medical-list" if medical else "volunteers:ask-list",
            args=[request.compound.slug],
        ),
    }
    code = 422 if form.errors else 200
    return render(request, "volunteers/ask.html", context, status=code)


def _workers(by: Member, ask: Ask) -> list[Member]:
    """Those to whom it can be handed; one query."""
    return [one for one in colleagues(by) if asks.may_carry(one, ask)]


def _act(request: MemberRequest, ask: Ask, form: AnswerForm) -> bool:
    """True when it is done; a refusal stands in the form."""
    by, data = request.member, form.cleaned_data
    deeds: dict[str, Callable[[], Ask]] = {
        "accept": lambda: asks.accept(ask=ask, by=by),
        "start": lambda: asks.start(ask=ask, by=by),
        "finish": lambda: asks.finish(ask=ask, answer=data["answer"], by=by),
        "cannot": lambda: asks.cannot(ask=ask, by=by, **data),
        "cancel": lambda: asks.cancel(ask=ask, by=by),
        "reopen": lambda: asks.reopen(ask=ask, by=by),
        "give": lambda: asks.give(ask=ask, member=_chosen(request), by=by),
    }
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        form.add_error(None, _("Choose what is to be done with this request."))
        return False
    if attempt(form, deed) is None:
        return False
    messages.success(request, _("%(door)s: recorded.") % {"door": ask.home.label})
    return True


def _chosen(request: MemberRequest) -> Member:
    wanted = request.POST.get("member", "")
    found = Member.objects.filter(pk=int(wanted), left_at=None) if wanted.isdecimal() else None
    member = found.first() if found is not None else None
    if member is None or not request.member.may(Permission.WORK_ASSIGN):
        raise Refused(_("Choose somebody who may see and do this."))
    return member


@member_page(Permission.WORK_DO)
def ask_new(request: MemberRequest) -> HttpResponse:
    """Somebody rang: write down what they need, in their words."""
    start = {"door": request.GET.get("door", "")}
    form = StaffAskForm(request.POST or None, member=request.member, initial=start)
    if request.method == "POST" and form.is_valid():
        household = Household.objects.filter(home=form.cleaned_data["door"], closed_at=None).first()
        if household is None:
            form.add_error("door", _("This home has no file yet. Open one first."))
        else:
            made = attempt(
                form, asks.make_ask, household=household, by=request.member, **form.asked()
            )
            if made is not None:
                return _after(request, made)
    status = 422 if form.errors else 200
    return render(request, "volunteers/ask_new.html", {"form": form}, status=status)


def _after(request: MemberRequest, ask: Ask) -> HttpResponse:
    """To the request; somebody who may not see a medical one gets a word and the list."""
    slug = request.compound.slug
    if not ask.is_medical:
        return redirect("volunteers:ask", slug, ask.pk)
    messages.success(request, _("Written down. The medical adviser has it."))
    if request.member.may(Permission.MEDICAL_SEE):
        return redirect("volunteers:medical", slug, ask.pk)
    return redirect("volunteers:ask-list", slug)
