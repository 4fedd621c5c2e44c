"""Recording what came of a recall or a task."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.limits import touching
from compounds.roles import Permission
from households.models import Phone, Relative
from lockdown.kernel.forms import attempt
from seals.actions import finish_task
from seals.forms import RecallForm, TaskForm
from seals.models import PlanTask, Recall, RecallOutcome
from seals.pages import recall_row, task_row
from seals.recalls import record_recall


@member_page(Permission.WORK_DO)
def recall_record(request: MemberRequest, recall: int) -> HttpResponse:
    rows = Recall.objects.select_related("resident", "home__unit", "order", "assignee")
    found = get_object_or_404(rows.filter(request.member.within("home__")), pk=recall)
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
            return redirect("seals:order", request.compound.slug, found.order_id)
    context = {
        "row": recall_row(found, timezone.now()),
        "recall": found,
        "form": form,
        "phones": _phones(found),
        "relatives": Relative.objects.filter(household=found.household_id),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/recall_record.html", context, status=status)


def _phones(recall: Recall) -> list[Phone]:
    """The person's own numbers, else those of the household."""
    phones = list(Phone.objects.filter(household=recall.household_id))
    return [one for one in phones if one.resident_id == recall.resident_id] or phones


@member_page(Permission.WORK_DO)
def task_done(request: MemberRequest, task: int) -> HttpResponse:
    rows = PlanTask.objects.select_related("order", "assignee", "finished_by")
    found = get_object_or_404(rows.filter(touching(request.member, "order__")), pk=task)
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, finish_task, task=found, note=form.cleaned_data["note"], by=request.member
        )
        if done is not None:
            messages.success(request, _("Done, recorded."))
            return redirect("seals:order", request.compound.slug, found.order_id)
    context = {"row": task_row(found, timezone.now()), "task": found, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/task_done.html", context, status=status)
