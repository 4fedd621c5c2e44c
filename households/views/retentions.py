"""What is cleared when, what may be handed out first, and what was cleared."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.models import Retention
from households.retention import put_off
from lockdown.kernel.forms import attempt

PAGE = 60
PAST = 20  # lifts whose files were cleared, newest first


class PutOffForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Keep until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("Why it must be kept longer"), max_length=200)


@member_page(Permission.SUBJECT_EXPORT)
def retention(request: MemberRequest) -> HttpResponse:
    return _page(request)


@member_page(Permission.COMPOUND_EDIT)
@require_POST
def retention_put_off(request: MemberRequest, cause: int) -> HttpResponse:
    """For all of a lift, or for the one household that the form names."""
    one = request.POST.get("household", "")
    household = int(one) if one.isdecimal() and len(one) < 18 else None
    mine = Retention.objects.filter(request.member.within("home__"), cause=cause)
    if household is not None:
        mine = mine.filter(household=household)
    if not mine.exists():
        raise Http404
    form = PutOffForm(request.POST, auto_id=f"put-{cause}-%s")
    if form.is_valid():
        until = datetime.combine(form.cleaned_data["until"], time(), tzinfo=request.compound.tz)
        done = attempt(
            form,
            put_off,
            cause=cause,
            household=household,
            due_at=until,
            reason=form.cleaned_data["reason"],
            by=request.member,
        )
        if done is not None:
            messages.success(request, _("Kept longer. The reason stands in the journal."))
            return redirect("households:retention", request.compound.slug)
    return _page(request, form, cause, status=422)


def _page(
    request: MemberRequest,
    refused: PutOffForm | None = None,
    opened: int | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    now, member = timezone.now(), request.member
    mine = Retention.objects.filter(member.within("home__"))
    asked = request.GET.get("lift", "")
    opened = opened or (int(asked) if asked.isdecimal() and len(asked) < 18 else None)
    lifts = [_line(row, now, opened, refused) for row in _lifts(mine.waiting())]
    if opened is None and len(lifts) == 1:
        opened = lifts[0]["cause"]
    context = {
        "lifts": lifts,
        "opened": next((one for one in lifts if one["cause"] == opened), None),
        "page": _doors(request, mine, opened),
        "past": _past(mine),
        "days": request.compound.retention_days,
        "may_put_off": member.may(Permission.COMPOUND_EDIT),
        "may_set": member.may(Permission.MEMBER_EDIT),
    }
    return render(request, "households/retention.html", context, status=status)


def _lifts(waiting: Any) -> list[dict[str, Any]]:
    """One line for each lift and day on which it is due; one query."""
    grouped = waiting.order_by().values("cause", "cause_label", "starts_at", "due_at")
    counted = grouped.annotate(
        homes=Count("id"), reason=Max("reason"), who=Max("extended_by__name"), error=Max("error")
    )
    return list(counted.order_by("due_at", "cause"))


def _line(
    row: dict[str, Any], now: datetime, opened: int | None, refused: PutOffForm | None
) -> dict[str, Any]:
    mine = refused is not None and row["cause"] == opened
    form = refused if mine else PutOffForm(auto_id=f"put-{row['cause']}-%s")
    days = (timezone.localdate(row["due_at"]) - timezone.localdate(now)).days
    return row | {"days": days, "is_due": row["due_at"] <= now, "form": form, "is_refused": mine}


def _doors(request: MemberRequest, mine: Any, opened: int | None) -> Any:
    """The doors of the lift that is opened, to hand out what is kept before it goes."""
    rows = mine.waiting().filter(cause=opened or 0).select_related("home")
    pages = Paginator(rows.order_by("home__position", "id"), PAGE)
    return pages.get_page(request.GET.get("page"))


def _past(mine: Any) -> list[dict[str, Any]]:
    """Lifts whose files were cleared or whose clock another seal stopped."""
    over = mine.filter(Q(purged_at__isnull=False) | Q(cancelled_at__isnull=False)).order_by()
    counted = over.values("cause", "cause_label", "starts_at").annotate(
        cleared=Count("id", filter=Q(purged_at__isnull=False)),
        stopped=Count("id", filter=Q(cancelled_at__isnull=False)),
        at=Max("purged_at"),
    )
    return list(counted.order_by("-starts_at")[:PAST])
