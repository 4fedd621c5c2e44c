"""Carrying: the list of runs, one run for one thumb, and what happened at each door."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import colleagues, covers_unit, touching
from compounds.models import Member
from compounds.pictures import serve
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from supplies.actions.delivering import hand_run_to, record_stop, take_in
from supplies.actions.undoing import take_back
from supplies.buys.links import Links
from supplies.carrying import (
    SAID,
    door_of,
    doors_to_ring,
    run_sheets,
    runs_now,
    to_start,
    walk,
    with_goods,
)
from supplies.models import BuyState, DeliveryRun, Stop, StopOutcome
from supplies.parts import round_of
from supplies.queries import runs_of
from supplies.views.packing import print_context

OUTCOMES = [choice for choice in StopOutcome.choices if choice[0] != StopOutcome.WAITING]
PHOTO = "image/jpeg,image/png,image/webp"


class StopForm(forms.Form):
    outcome = forms.ChoiceField(choices=OUTCOMES)
    bags_left = forms.IntegerField(
        label=gettext_lazy("Bags left at the door"), required=False, min_value=0
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=120)
    picture = forms.FileField(
        label=gettext_lazy("Photo of the bags at the door"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PHOTO, "capture": "environment"}),
    )


class HandForm(forms.Form):
    member = forms.ChoiceField(label=gettext_lazy("Who carries instead"))

    def __init__(self, *args: Any, run: DeliveryRun, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [one for one in colleagues(by) if one.pk != run.assignee_id]
        able = [one for one in found if one.may(Permission.WORK_DO) and covers_unit(one, run.unit)]
        self.members = {str(one.pk): one for one in able}
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            (key, f"{one.name} · {one.get_role_display()}") for key, one in self.members.items()
        ]


def run_of(request: MemberRequest, run: int) -> DeliveryRun:
    rows = DeliveryRun.objects.select_related("unit__building", "assignee", "buy")
    return get_object_or_404(rows.filter(request.member.within_units("unit__")), pk=run)


def stop_of(request: MemberRequest, stop: int) -> Stop:
    rows = Stop.objects.select_related(
        "home__unit__building",
        "household",
        "order",
        "run__buy",
        "run__unit__building",
        "run__assignee",
        "by",
    )
    return get_object_or_404(with_goods(rows.filter(request.member.within("home__"))), pk=stop)


@member_page(Permission.BUY_SEE)
def run_list(request: MemberRequest) -> HttpResponse:
    """Who is to be rung, what is packed, and every run; my own runs stand first."""
    now = timezone.now()
    runs = runs_now(now, member=request.member)
    rows = [(run, _run_row(request, run)) for run in runs]
    mine = [row for run, row in rows if run.assignee_id == request.member.pk]
    by_round: dict[Any, list[dict[str, Any]]] = {}
    doors: dict[Any, int] = defaultdict(int)
    for run, row in rows:
        by_round.setdefault(run.buy, []).append(row)
        doors[run.buy] += run.doors  # type: ignore[attr-defined]
    context = {
        "ring": doors_to_ring(now, member=request.member),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "packed": to_start().filter(touching(request.member))[:20],
        "mine": [row for row in mine if row["status"] != "done"],
        "rounds": [(buy, shown, doors[buy]) for buy, shown in by_round.items()],
    }
    return render(request, "supplies/doors/run_list.html", context)


def _run_row(request: MemberRequest, run: Any) -> dict[str, Any]:
    state = run.state()
    mark = {"missed": "late", "cancelled": "wait"}.get(state.value, state.value)
    note = _("%(done)s of %(doors)s doors") % {"done": run.done, "doors": run.doors}
    if run.missed:
        note += _(", %(count)s not handed over") % {"count": run.missed}
    return {
        "place": str(run.unit),
        "fact": _("Isolated homes, last") if run.is_isolated else run.buy.title,
        "note": note,
        "url": reverse("supplies:run", args=[request.compound.slug, run.pk]),
        "who": run.assignee.name if run.assignee else "",
        "status": "done" if run.doors == run.done else mark,
        "tag": _("all doors done") if run.doors == run.done else state.label,
    }


@member_page(Permission.BUY_SEE)
def run_page(request: MemberRequest, run: int) -> HttpResponse:
    return _run_page(request, run_of(request, run))


def _run_page(request: MemberRequest, run: DeliveryRun, **typed: Any) -> HttpResponse:
    member, now = request.member, timezone.now()
    may_hand = member.may(Permission.WORK_ASSIGN) or run.assignee_id == member.pk
    going = run.buy.state == BuyState.DELIVERING
    context = {
        "run": run,
        "walk": walk(run, member=member, now=now),
        "may_do": member.may(Permission.WORK_DO) and run.buy.state in OPEN,
        "hand_form": (typed.get("hand_form") or HandForm(run=run, by=member))
        if may_hand and going
        else None,
        "back_url": reverse("supplies:run-list", args=[request.compound.slug]),
        "back_label": _("Deliveries"),
    }
    return render(request, "supplies/doors/run.html", context, status=typed.get("status", 200))


OPEN = (BuyState.DELIVERING, BuyState.DELIVERED)


@member_page(Permission.BUY_SEE)
def run_print(request: MemberRequest, run: int) -> HttpResponse:
    """The same walk on paper, with tick boxes."""
    found = run_of(request, run)
    title = _("Run sheet %(place)s") % {"place": found.unit}
    back = reverse("supplies:run", args=[request.compound.slug, found.pk])
    context = print_context(request, title, found.buy, back)
    context["sheet"] = run_sheets(found.buy, [found])[0]
    return render(request, "supplies/doors/run_print.html", context)


@member_page(Permission.BUY_SEE)
def runs_print(request: MemberRequest, buy: int) -> HttpResponse:
    """Every run sheet of a round, each on a page of its own; isolated homes last."""
    found = round_of(request.member, buy)
    runs = list(runs_of(found, member=request.member))
    if not runs:
        raise Http404
    back = reverse("supplies:run-list", args=[request.compound.slug])
    context = print_context(request, _("Run sheets"), found, back)
    context["sheets"] = run_sheets(found, runs, whole=True)
    return render(request, "supplies/doors/runs_print.html", context)


@member_page(Permission.WORK_DO)
@require_POST
def run_hand(request: MemberRequest, run: int) -> HttpResponse:
    """By whoever carries it, or by those who hand out work."""
    found = run_of(request, run)
    if found.assignee_id != request.member.pk and not request.member.may(Permission.WORK_ASSIGN):
        raise Http404
    form = HandForm(request.POST, run=found, by=request.member)
    if form.is_valid():
        member = form.members[form.cleaned_data["member"]]
        if attempt(form, hand_run_to, run=found, member=member, by=request.member):
            messages.success(request, _("%(name)s carries this run now.") % {"name": member.name})
            return redirect("supplies:run", request.compound.slug, found.pk)
    return _run_page(request, found, hand_form=form, status=422)


@member_page(Permission.WORK_DO)
def stop(request: MemberRequest, stop: int) -> HttpResponse:
    """One door: what it gets, what happened; from the run's page too, which sends here."""
    found = stop_of(request, stop)
    if request.method != "POST":
        return _stop_page(request, found, StopForm(initial={"bags_left": None}))
    form = StopForm(request.POST, request.FILES)
    if form.is_valid():
        done = attempt(form, record_stop, stop=found, by=request.member, **_recorded(form))
        if done is not None:
            said = {"door": found.home.number, "outcome": SAID[StopOutcome(done.outcome)]}
            messages.success(request, _("%(door)s: %(outcome)s.") % said)
            return redirect("supplies:run", request.compound.slug, found.run_id)
    return _stop_page(request, found, form, 422)


def _recorded(form: StopForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "outcome": StopOutcome(data["outcome"]),
        "bags_left": data["bags_left"],
        "note": data["note"],
        "upload": data["picture"],
    }


def _stop_page(
    request: MemberRequest, stop: Stop, form: StopForm, status: int = 200
) -> HttpResponse:
    at_door = stop.outcome == StopOutcome.LEFT and not stop.taken_at
    context = {
        "stop": stop,
        "door": door_of(stop),
        "form": form,
        "may_do": stop.run.buy.state in OPEN
        and stop.outcome in (StopOutcome.WAITING, StopOutcome.LEFT, StopOutcome.NO_ANSWER),
        "at_door": at_door,
        "claim_url": _claim_url(request, stop),
        "back_url": reverse("supplies:run", args=[request.compound.slug, stop.run_id]),
        "back_label": str(stop.run.unit),
    }
    return render(request, "supplies/doors/stop.html", context, status=status)


def _claim_url(request: MemberRequest, stop: Stop) -> str:
    """For a household that says at once that something is wrong."""
    came = stop.outcome in (StopOutcome.LEFT, StopOutcome.TAKEN)
    links = Links(request.member, request.compound.slug)
    return links.to("claim-for", stop.pk) if came else ""


@member_page(Permission.WORK_DO)
@require_POST
def stop_undo(request: MemberRequest, stop: int) -> HttpResponse:
    found = stop_of(request, stop)
    try:
        take_back(stop=found, by=request.member)
        messages.success(request, _("%(door)s waits again.") % {"door": found.home.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("supplies:run", request.compound.slug, found.run_id)


@member_page(Permission.WORK_DO)
@require_POST
def stop_taken(request: MemberRequest, stop: int) -> HttpResponse:
    """The bags are gone from the door: seen by a carrier."""
    found = stop_of(request, stop)
    try:
        take_in(stop=found, by=request.member)
        messages.success(request, _("%(door)s has its goods.") % {"door": found.home.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("supplies:run", request.compound.slug, found.run_id)


@member_page(Permission.BUY_SEE)
def stop_photo(request: MemberRequest, stop: int) -> HttpResponse:
    found = stop_of(request, stop)
    if found.picture is None:
        raise Http404
    return serve(request, found.picture)
