"""Recording what came of a recall or a task, and the list of people to be recalled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import touching
from compounds.roles import Permission
from households.files import reveal_phone, reveal_relative
from households.models import Phone, Relative
from journal.events import plain
from lockdown.kernel.forms import attempt
from lockdown.kernel.ways import way_back
from seals.actions import finish_task
from seals.forms import RecallForm, TaskForm
from seals.models import PlanTask, Recall, RecallOutcome, SealOrder
from seals.pages import recall_row, task_row
from seals.recall_list import in_order, own_first, recall_counts, recall_lines, recalls_of
from seals.recalls import record_recall
from seals.views import find_order

PAGE = 40
REASON = gettext_lazy("recall call")


@member_page(Permission.WORK_DO)
def recall_list(request: MemberRequest) -> HttpResponse:
    """Everybody of the compound who is out, over all orders in force."""
    return _list(request, None)


@member_page(Permission.WORK_DO)
def order_recalls(request: MemberRequest, order: int) -> HttpResponse:
    return _list(request, find_order(request, order))


def _list(request: MemberRequest, order: SealOrder | None) -> HttpResponse:
    now = timezone.now()
    rows = recalls_of(request.member, order)
    counts = recall_counts(rows, now)
    shown = rows if request.GET.get("all") == "1" else rows.open()
    page = Paginator(in_order(shown, now), PAGE).get_page(request.GET.get("page"))
    context = {
        "order": order,
        "counts": counts,
        "everybody": request.GET.get("all") == "1",
        "page": page,
        "lines": [
            {"line": line, "row": recall_row(line.recall, now)}
            for line in recall_lines(list(page.object_list))
        ],
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "here": request.get_full_path(),
    }
    return render(request, "seals/recall_list.html", context)


@member_page(Permission.WORK_DO)
def recall_record(request: MemberRequest, recall: int) -> HttpResponse:
    found = _find_recall(request, recall)
    form = RecallForm(request.POST or None, initial={"note": found.note})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            record_recall,
            recall=found,
            outcome=RecallOutcome(data["outcome"]),
            expected_at=data["expected_at"],
            note=data["note"],
            by=request.member,
        )
        if done is not None:
            messages.success(request, _("Recorded: %(door)s.") % {"door": found.home.number})
            return redirect(_back_from_recall(request, found))
    return _show_recall(request, found, form, status=422 if request.method == "POST" else 200)


def _find_recall(request: MemberRequest, recall: int) -> Recall:
    rows = Recall.objects.filter(request.member.within("home__"))
    rows = rows.select_related("resident", "home__unit", "order", "assignee")
    return get_object_or_404(rows, pk=recall)


def _back_from_recall(request: MemberRequest, recall: Recall) -> str:
    return way_back(request, reverse("seals:order", args=[request.compound.slug, recall.order_id]))


def _show_recall(
    request: MemberRequest, recall: Recall, form: RecallForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    phones = list(Phone.objects.filter(household=recall.household_id))
    context = {
        "row": recall_row(recall, timezone.now()),
        "recall": recall,
        "form": form,
        "phones": own_first(phones, recall.resident_id),
        "relatives": Relative.objects.filter(household=recall.household_id).exclude(phone=""),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "next": _back_from_recall(request, recall),
        **more,
    }
    answer = render(request, "seals/recall_record.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@member_page(Permission.PHONE_REVEAL)
@require_POST
def recall_call(request: MemberRequest, recall: int) -> HttpResponse:
    """Show one number to be rung, with the record form under it; the journal keeps who saw it."""
    found = _find_recall(request, recall)
    kind, _colon, number = request.POST.get("ring", "").partition(":")
    if not number.isdecimal() or len(number) > 17:
        raise Http404
    reason = plain(REASON)
    if kind == "phone":
        phone = get_object_or_404(Phone.objects.filter(household=found.household_id), pk=number)
        shown = reveal_phone(phone=phone, reason=reason, by=request.member)
    else:
        rows = Relative.objects.filter(household=found.household_id).exclude(phone="")
        relative = get_object_or_404(rows, pk=number)
        shown = reveal_relative(relative=relative, reason=reason, by=request.member)
    form = RecallForm(None, initial={"note": found.note})
    return _show_recall(request, found, form, number=shown, ring=request.POST["ring"])


@member_page(Permission.WORK_DO)
def task_done(request: MemberRequest, task: int) -> HttpResponse:
    rows = PlanTask.objects.select_related("order", "assignee", "finished_by")
    found = get_object_or_404(rows.filter(touching(request.member, "order__")), pk=task)
    form = TaskForm(request.POST or None)
    back = way_back(request, reverse("seals:order", args=[request.compound.slug, found.order_id]))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, finish_task, task=found, note=form.cleaned_data["note"], by=request.member
        )
        if done is not None:
            messages.success(request, _("Done, recorded."))
            return redirect(back)
    context = {
        "row": task_row(found, timezone.now()),
        "task": found,
        "form": form,
        "next": back,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/task_done.html", context, status=status)
