"""Deeds on an order in force that show first what they do: restart, ease, cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.models import Home
from compounds.places import Place, find_place
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals.cancelling import cancel
from seals.change_forms import KEEP, PART, CancelForm, EaseForm, RestartForm
from seals.changes import cancel_counts, part_choices
from seals.easing import ease, stage_end, stage_of
from seals.family import overlap_text, parts_in_force
from seals.forms import read_place
from seals.means import household_lines, level_text
from seals.models import Level, OrderState, SealOrder
from seals.planning import place_of
from seals.preview import preview
from seals.restarting import keep_clock, new_end, restart, restart_part
from seals.views import find_order


def _find(request: MemberRequest, order: int) -> SealOrder:
    """An order whose whole place is within the member's limits; a part of it is not enough."""
    found = find_order(request, order)
    if not encloses(request.member, found):
        raise Http404
    return found


@member_page(Permission.ORDER_SEAL)
def order_restart(request: MemberRequest, order: int) -> HttpResponse:
    """A new positive: a person decides what becomes of the days."""
    found = _find(request, order)
    now = timezone.now()
    form = RestartForm(
        request.POST or None,
        parts=part_choices(found),
        may_go_back=found.stage > 0,
        initial={"what": "whole", "seen": found.clock.isoformat()},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, _restart, request=request, order=found, form=form)
    ):
        return redirect("seals:order", request.compound.slug, found.pk)
    context = {
        "order": found,
        "in_force": found.state == OrderState.IN_FORCE,
        "form": form,
        "level": level_text(found.level),
        "day": found.day_of(now),
        "days": found.days,
        "end_now": new_end(found, now) if found.state == OrderState.IN_FORCE else None,
        "request_key": request.POST.get("request_key") or get_random_string(32),
        "now": now,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/order_restart.html", context, status=status)


def _restart(*, request: MemberRequest, order: SealOrder, form: RestartForm) -> Any:
    data = form.cleaned_data
    why: dict[str, Any] = {"order": order, "reason": data["reason"], "by": request.member}
    if data["what"] == KEEP:
        kept = keep_clock(**why)
        messages.success(request, _("Kept on record: the days go on."))
        return kept
    dates: dict[str, Any] = {"clock_from": data["clock_from"], "ends_at": data["ends_at"]}
    if data["what"] == PART:
        key = request.POST.get("request_key", "")
        if not 16 <= len(key) <= 64:
            raise Refused(_("Open this page again, then decide."))
        part = restart_part(place=_part(order, data), request_key=key, **dates, **why)
        sentence = _("The days of %(place)s are counted anew by order %(number)s.")
        messages.success(request, sentence % {"place": part.place_label, "number": part.number})
        return part
    done = restart(to_first=data.get("to_first", False), seen=data["seen"], **dates, **why)
    messages.success(request, _("The days of the whole place are counted anew."))
    return done


def _part(order: SealOrder, data: dict[str, Any]) -> Place:
    """The part chosen from the list, or the door that was written."""
    if not data.get("door"):
        return read_place(order.compound, data["part"])
    door = data["door"].strip()
    homes = list(place_of(order).homes().filter(label=door)[:1])
    homes = homes or list(place_of(order).homes().filter(number=door)[:2])
    if len(homes) != 1:
        raise Refused(
            _("This door is not in %(place)s, or there are several. Write it as 1-1-502.")
            % {"place": order.place_label},
            field="door",
        )
    return find_place(order.compound, "home", row=_only(homes).pk)


def _only(homes: list[Home]) -> Home:
    return homes[0]


@member_page(Permission.ORDER_SEAL)
def order_ease(request: MemberRequest, order: int) -> HttpResponse:
    """The next stage: what would start and stop, then a person confirms."""
    found = _find(request, order)
    now = timezone.now()
    here = stage_of(found, now)
    form = EaseForm(request.POST or None, initial={"stage": here.number})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, ease, order=found, stage=form.cleaned_data["stage"], by=request.member)
        if done is not None:
            text = _("%(place)s is now: %(level)s.")
            messages.success(
                request, text % {"place": done.place_label, "level": Level(done.level).label}
            )
            return redirect("seals:order", request.compound.slug, found.pk)
    context = {"order": found, "form": form, "here": here, "now": now}
    if here.next is not None and found.state == OrderState.IN_FORCE:
        context |= _next_stage(request, found, now)
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/order_ease.html", context, status=status)


def _next_stage(request: MemberRequest, found: SealOrder, now: Any) -> dict[str, Any]:
    stage = stage_of(found, now).next
    assert stage is not None
    ends_at = stage_end(found, stage, now)
    level = Level(stage.level)
    changed = SealOrder(level=level, steps=[step.as_json() for step in stage.steps])
    return {
        "preview": preview(
            compound=request.compound,
            place=place_of(found),
            level=level,
            steps=stage.steps,
            starts_at=now,
            ends_at=ends_at,
            by=request.member,
            during=found,
        ),
        "stage": stage,
        "ends_at": ends_at,
        "level": level_text(level),
        "means": household_lines(changed),
    }


@member_page(Permission.ORDER_LIFT)
def order_cancel(request: MemberRequest, order: int) -> HttpResponse:
    """Take back an order entered by mistake; lifting has its own checklist."""
    found = _find(request, order)
    parts = parts_in_force(found)
    form = CancelForm(request.POST or None, has_parts=bool(parts))
    if request.method == "POST" and form.is_valid():
        data = {"with_parts": False, **form.cleaned_data}
        if attempt(form, cancel, order=found, by=request.member, **data) is not None:
            text = _("Order %(number)s is cancelled. Whoever was told is told.")
            messages.success(request, text % {"number": found.number})
            return redirect("seals:order", request.compound.slug, found.pk)
    context = {
        "order": found,
        "in_force": found.state == OrderState.IN_FORCE,
        "form": form,
        "parts": parts,
        "counts": cancel_counts(found),
        "level": level_text(found.level),
        "overlap": overlap_text(parts) if parts else "",
        "now": timezone.now(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/order_cancel.html", context, status=status)
