"""The sanitation desk, and the phone pages of a round and of a rubbish window."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import covers_unit
from compounds.models import Member, Unit
from compounds.roles import Permission
from compounds.work import WorkQuerySet
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals.models import SealOrder
from waste.actions import add_gate, assign, finish_round, minutes_short, move_window, start_round
from waste.boards import day_events, day_facts, rows
from waste.forms import AssignForm, MixForm, MoveForm, RoundForm, parse_day
from waste.models import DisinfectionRound, RubbishWindow
from waste.phone import MIX_START, mix_of, round_words, window_words
from waste.queries import DayItem, day_items, late_work


@member_page(Permission.BOARD_SEE)
def day(request: MemberRequest) -> HttpResponse:
    """Rounds and windows of a day; what is left undone stands first."""
    today = request.compound.today()
    chosen = parse_day(request.GET.get("day", "")) or today
    units = _own_units(request)
    items = day_items(units, chosen)
    undone = late_work(timezone.now(), units) if chosen == today else _undone(items)

    def link(item: DayItem) -> str:
        return reverse(f"waste:{item.kind}", args=[request.compound.slug, item.id])

    context = {
        "chosen": chosen,
        "is_today": chosen == today,
        "before": _day_url(request, chosen - timedelta(days=1)),
        "after": _day_url(request, chosen + timedelta(days=1)),
        "facts": day_facts(items, undone),
        "events": day_events(items, link),
        "undone": rows(undone, link, dated=True),
        "rounds": rows([item for item in items if item.kind == "round"], link),
        "windows": rows([item for item in items if item.kind == "window"], link),
        "order_in_force": items or SealOrder.objects.in_force().exists(),
        "may_seal": request.member.may(Permission.ORDER_SEAL),
    }
    return render(request, "waste/day.html", context)


def _own_units(request: MemberRequest) -> list[int] | None:
    """The stairs of a member who looks after a part; None for all of them."""
    if not request.member.is_limited:
        return None
    return list(Unit.objects.filter(request.member.within_units()).values_list("pk", flat=True))


def _undone(items: list[DayItem]) -> list[DayItem]:
    return [item for item in items if item.mark == "late"]


def _day_url(request: MemberRequest, chosen: date) -> str:
    return f"{reverse('waste:day', args=[request.compound.slug])}?day={chosen.isoformat()}"


def _fetch(request: MemberRequest, rows: WorkQuerySet, key: int) -> Any:
    """The row of this compound, and of the member's own part if they have one; else 404."""
    found = (
        rows.select_related("unit__building", "compound", "assignee", "finished_by", "order")
        .filter(request.member.within_units("unit__"), pk=key)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _round(request: MemberRequest, key: int) -> DisinfectionRound:
    return _fetch(request, DisinfectionRound.objects.all(), key)


def _window(request: MemberRequest, key: int) -> RubbishWindow:
    return _fetch(request, RubbishWindow.objects.all(), key)


def _assign_form(request: MemberRequest, unit: Unit, data: Any = None) -> AssignForm | None:
    """Only for those who may hand work to others, and to those who work on this stair."""
    if not request.member.may(Permission.WORK_ASSIGN):
        return None
    members = [one for one in Member.objects.filter(left_at=None) if covers_unit(one, unit)]
    return AssignForm(data, members=members)


@member_page(Permission.BOARD_SEE)
def round_page(request: MemberRequest, round_id: int) -> HttpResponse:
    return _show_round(request, _round(request, round_id))


def _show_round(
    request: MemberRequest, row: DisinfectionRound, status: int = 200, **forms: Any
) -> HttpResponse:
    mix_form = MixForm(request.GET if "stock" in request.GET else _mix_start(row))
    windows = list(row.windows.filter(finished_at=None, cancelled_at=None).order_by("due_at"))
    context = {
        "round": row,
        "words": round_words(row, timezone.now()),
        "form": forms.get("form") or RoundForm.of(row),
        "mix_form": mix_form,
        "mix": mix_of(mix_form),
        "waiting": windows[0] if windows and row.finished_at else None,
        "assign_form": forms.get("assign_form") or _assign_form(request, row.unit),
        "may_do": request.member.may(Permission.WORK_DO),
        "back_url": _day_url(request, timezone.localtime(row.due_at).date()),
        "back_label": _("Sanitation"),
    }
    return render(request, "waste/round.html", context, status=status)


def _mix_start(row: DisinfectionRound) -> dict[str, str]:
    return MIX_START[row.agent] | {"target": str(row.mg_per_litre), "litres": "10"}


@member_page(Permission.WORK_DO)
@require_POST
def round_start(request: MemberRequest, round_id: int) -> HttpResponse:
    row = _round(request, round_id)
    try:
        start_round(round=row, by=request.member)
        messages.success(request, _("Started. Leave it on for the contact time."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("waste:round", request.compound.slug, row.pk)


@member_page(Permission.WORK_DO)
@require_POST
def round_done(request: MemberRequest, round_id: int) -> HttpResponse:
    row = _round(request, round_id)
    form = RoundForm.of(row, request.POST)
    if not form.is_valid():
        return _show_round(request, row, 422, form=form)
    done = attempt(form, finish_round, round=row, **form.cleaned_data, by=request.member)
    if done is None:
        return _show_round(request, row, 422, form=form)
    short = minutes_short(done)
    if short:
        said = _("Recorded. By the clock the contact time is over in %(minutes)s minutes.")
        messages.warning(request, said % {"minutes": short})
    else:
        messages.success(request, _("Recorded as done."))
    return redirect("waste:round", request.compound.slug, row.pk)


@member_page(Permission.WORK_ASSIGN)
@require_POST
def round_assign(request: MemberRequest, round_id: int) -> HttpResponse:
    row = _round(request, round_id)
    form = _hand_over(request, row)
    if form.errors:
        return _show_round(request, row, 422, assign_form=form)
    return redirect("waste:round", request.compound.slug, row.pk)


def _hand_over(request: MemberRequest, row: DisinfectionRound | RubbishWindow) -> AssignForm:
    members = [one for one in Member.objects.filter(left_at=None) if covers_unit(one, row.unit)]
    form = AssignForm(request.POST, members=members)
    if form.is_valid() and attempt(form, assign, work=row, to=form.chosen, by=request.member):
        messages.success(request, _("Handed to %(name)s.") % {"name": form.chosen.name})
    return form


@member_page(Permission.BOARD_SEE)
def window_page(request: MemberRequest, window_id: int) -> HttpResponse:
    return _show_window(request, _window(request, window_id))


def _show_window(
    request: MemberRequest, row: RubbishWindow, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        "window": row,
        "words": window_words(row, timezone.now()),
        "form": forms.get("form") or MoveForm(),
        "assign_form": forms.get("assign_form") or _assign_form(request, row.unit),
        "may_do": request.member.may(Permission.WORK_DO),
        "back_url": _day_url(request, timezone.localtime(row.due_at).date()),
        "back_label": _("Sanitation"),
    }
    return render(request, "waste/window.html", context, status=status)


@member_page(Permission.WORK_DO)
@require_POST
def window_move(request: MemberRequest, window_id: int) -> HttpResponse:
    row = _window(request, window_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _show_window(request, row, 422, form=form)
    moved = attempt(form, move_window, window=row, **form.cleaned_data, by=request.member)
    if moved is None:
        return _show_window(request, row, 422, form=form)
    messages.success(request, _("Recorded: %(phase)s.") % {"phase": moved.get_phase_display()})
    return redirect("waste:window", request.compound.slug, row.pk)


@member_page(Permission.WORK_DO)
@require_POST
def window_disinfect(request: MemberRequest, window_id: int) -> HttpResponse:
    """Add the disinfection that the window waits for, and open its page."""
    row = _window(request, window_id)
    try:
        made = add_gate(window=row, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("waste:window", request.compound.slug, row.pk)
    return redirect("waste:round", request.compound.slug, made.pk)


@member_page(Permission.WORK_ASSIGN)
@require_POST
def window_assign(request: MemberRequest, window_id: int) -> HttpResponse:
    row = _window(request, window_id)
    form = _hand_over(request, row)
    if form.errors:
        return _show_window(request, row, 422, assign_form=form)
    return redirect("waste:window", request.compound.slug, row.pk)
