"""The reach list: ring or knock, record it, next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import is_near
from compounds.models import Member
from compounds.roles import Permission
from households.files import reveal_phone, reveal_relative
from households.models import Phone, Relative
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from notices.actions import assign, no_answer, told
from notices.forms import AssignForm, ToldForm, TriesForm, workers
from notices.models import Notice, Receipt, Told
from notices.parts import notices_of
from notices.reach import by_floor, reach_rows

A_PAGE = 60


@member_page(Permission.NOTICE_SEE)
def reach(request: MemberRequest) -> HttpResponse:
    """Who is not told yet, floor by floor, each with its person."""
    return _reach(request)


def _reach(request: MemberRequest, status: int = 200, **more: Any) -> HttpResponse:
    whose = request.GET.get("whose", "")
    notice = _wanted_notice(request)
    rows = reach_rows(
        request.member,
        member=request.member.pk if whose == "mine" else None,
        late_at=timezone.now() if whose == "late" else None,
        notice=notice.pk if notice else None,
    )
    page: Page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.urlencode()
    here = reverse("notices:reach", args=[request.compound.slug])
    context = {
        "query": f"?{query}" if query else "",
        "here": f"{here}?{query}" if query else here,
        "page": page,
        "floors": by_floor(list(page.object_list)),
        "lenses": _lenses(whose, notice),
        "notice": notice,
        "whose": whose,
        "now": timezone.now(),
        "ways": [way for way in Told.choices if way[0] != Told.GROUP],
        "may_do": request.member.may(Permission.WORK_DO),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "workers": _workers(request.member),
    } | more
    return render(request, "notices/reach.html", context, status=status)


def _workers(member: Member) -> list[Member]:
    """To whom the reader may give a household: those who work in the same part."""
    if not member.may(Permission.WORK_ASSIGN):
        return []
    return [one for one in workers() if is_near(member, one)]


def _wanted_notice(request: MemberRequest) -> Notice | None:
    text = request.GET.get("notice", "")
    if not text.isdecimal() or len(text) > 18:
        return None
    return notices_of(request.member).filter(pk=int(text)).first()


def _lenses(whose: str, notice: Notice | None) -> list[dict[str, Any]]:
    kept = f"&notice={notice.pk}" if notice else ""
    return [
        {"label": label, "url": f"?whose={name}{kept}", "active": whose == name}
        for name, label in (("", _("Everybody")), ("mine", _("Mine")), ("late", _("Past due")))
    ]


@member_page(Permission.WORK_DO)
@require_POST
def receipt_told(request: MemberRequest, receipt: int) -> HttpResponse:
    found = _find(request, receipt)
    form = ToldForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form, told, receipt=found, how=data["how"], note=data["note"], by=request.member
        )
        if done is not None:
            messages.success(request, _("%(door)s: told.") % {"door": found.home.label})
            return _back(request)
    return _reach(request, 422, refused=form, refused_id=found.pk)


@member_page(Permission.WORK_DO)
@require_POST
def receipt_no_answer(request: MemberRequest, receipt: int) -> HttpResponse:
    found = _find(request, receipt)
    form = TriesForm(request.POST)
    if form.is_valid():
        row = attempt(
            form, no_answer, receipt=found, seen=form.cleaned_data["seen"], by=request.member
        )
        if row is not None:
            data = {"door": found.home.label, "times": row.attempts}
            messages.info(request, _("%(door)s: no answer, try %(times)s.") % data)
            return _back(request)
    return _reach(request, 422, refused=form, refused_id=found.pk)


@member_page(Permission.WORK_ASSIGN)
@require_POST
def receipt_assign(request: MemberRequest, receipt: int) -> HttpResponse:
    found = _find(request, receipt)
    form = AssignForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        moved = attempt(
            form,
            assign,
            receipt=found,
            member=data["member"],
            whole_floor=data["whole_floor"],
            by=request.member,
        )
        if moved is not None:
            said = ngettext(
                "%(count)s household given to %(name)s.",
                "%(count)s households given to %(name)s.",
                moved,
            )
            messages.success(request, said % {"count": moved, "name": data["member"].name})
            return _back(request)
    return _reach(request, 422, refused=form, refused_id=found.pk)


@member_page(Permission.PHONE_REVEAL)
@require_POST
def receipt_phones(request: MemberRequest, receipt: int) -> HttpResponse:
    """The full numbers of one household on the list, each shown once and kept in the journal."""
    found = _find(request, receipt)
    reason = found.notice.title
    by = request.member
    phones = Phone.objects.filter(household_id=found.household_id).select_related("household__home")
    outside = Relative.objects.filter(household_id=found.household_id).exclude(phone="")
    try:
        shown = [("", reveal_phone(phone=one, reason=reason, by=by)) for one in phones]
        shown += [
            (one.relation or _("relative"), reveal_relative(relative=one, reason=reason, by=by))
            for one in outside.select_related("household__home")
        ]
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _back(request)
    return _reach(request, shown_id=found.pk, shown=shown)


def _find(request: MemberRequest, pk: int) -> Receipt:
    rows = Receipt.objects.filter(request.member.within("home__"))
    return get_object_or_404(rows.select_related("home", "notice"), pk=pk)


def _back(request: MemberRequest) -> HttpResponse:
    """To the list that the button was on: this one as it was filtered, or the person's own."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(
        wanted if safe else reverse("notices:reach", args=[request.compound.slug]), status=303
    )
