"""What the order pages show, from rows to words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.limits import encloses, touching
from compounds.models import Member
from compounds.roles import Permission
from compounds.work import WorkState
from households.models import Sweep
from lockdown.kernel.packed import how_many, packed, together, unpacked
from lockdown.kernel.wording import daytime
from seals.easing import stage_of
from seals.family import over, overlap_text, spot_of, tree
from seals.history import coming, dates, stage_steps, timeline
from seals.means import level_text
from seals.models import Level, OrderState, PlanPart, PlanTask, Recall, RecallOutcome, SealOrder
from seals.queries import PartLine, part_line
from seals.sharing import verifications_of
from seals.words import said


def order_rows(found: Iterable[SealOrder], now: datetime) -> list[dict[str, Any]]:
    """Orders in force as a tree: parts stand under the order around them."""
    return [
        {
            "order": branch.order,
            "depth": min(branch.depth, 3),
            "level": level_text(branch.order.level),
            "template": said(branch.order.template_name),
            "day": branch.order.day_of(now),
            "days": branch.order.days,
            "begun": branch.order.starts_at <= now,
            "is_over": branch.order.ends_at < now,
        }
        for branch in tree(found)
    ]


def past_rows(found: Iterable[SealOrder]) -> list[dict[str, Any]]:
    return [{"order": one, "template": said(one.template_name)} for one in found]


def draft_rows(found: Iterable[SealOrder]) -> list[dict[str, Any]]:
    return [
        {"order": one, "level": level_text(one.level), "template": said(one.template_name)}
        for one in found
    ]


def order_context(order: SealOrder, member: Member, now: datetime) -> dict[str, Any]:
    small = _small(order, member)
    parts = [part_line(one) for one in unpacked(PlanPart, small["parts"])]
    tasks = list(
        PlanTask.objects.filter(order=order, cancelled_at=None)
        .select_related("assignee", "finished_by")
        .order_by("due_at", "id")
    )
    soon = now + timedelta(days=1)
    in_force = order.state == OrderState.IN_FORCE
    inside = in_force and encloses(member, order)
    may_seal = inside and member.may(Permission.ORDER_SEAL)
    here = stage_of(order, now)
    return {
        "order": order,
        "level": level_text(order.level),
        "template": said(order.template_name),
        "day": order.day_of(now),
        "days": order.days,
        "begun": order.starts_at <= now,
        "is_over": in_force and order.ends_at < now,
        "in_force": in_force,
        "may_seal": may_seal,
        "may_lift": inside and member.may(Permission.ORDER_LIFT),
        "may_do": in_force and member.may(Permission.WORK_DO),
        "parts": [part_row(part) for part in parts if part.stage == order.stage],
        "earlier": [part_row(part) for part in parts if part.stage != order.stage],
        "failing": sum(part.state == WorkState.LATE for part in parts),
        "dates": dates(order),
        "stages": stage_steps(order, now),
        "coming": coming(order, now),
        "may_ease": may_seal and not here.is_last,
        "next_level": Level(here.next.level).label if here.next else "",
        **_family(order, member),
        "sweep": {"id": small["sweep"][0], **small} if small["sweep"] else None,
        "recalls": recall_rows(order, member, now),
        "tasks": [task_row(one, now) for one in tasks if one.due_at <= soon],
        "later": [task_row(one, now) for one in tasks if one.due_at > soon],
        "open_tasks": sum(one.finished_at is None for one in tasks),
        "timeline": timeline(order, member),
        "now": now,
    }


def _small(order: SealOrder, member: Member) -> dict[str, Any]:
    """The parts of the plan, the verification and how far it has come; one query."""
    doors = verifications_of(order).filter(member.within("home__"))
    return together(
        SealOrder.objects.filter(pk=order.pk),
        {
            "parts": packed(PlanPart.objects.filter(order=order)),
            "sweep": ArraySubquery(Sweep.objects.filter(cause=order.pk).values("pk")),
            "total": how_many(doors),
            "done": how_many(doors.filter(finished_at__isnull=False)),
        },
    )


def _family(order: SealOrder, member: Member) -> dict[str, Any]:
    """The orders for parts of this one, and what else is over its doors; one query.

    The order above came with the order itself.
    """
    near = Q(parent=order, number__isnull=False) | Q(state=OrderState.IN_FORCE)
    found = list(SealOrder.objects.filter(touching(member), near).order_by("number"))
    children = [one for one in found if one.parent_id == order.pk]
    apart = [
        one
        for one in over(spot_of(order), found)
        if one not in (order, *children) and one.pk != order.parent_id
    ]
    in_force = order.state == OrderState.IN_FORCE
    return {
        "children": [{"order": one, "level": level_text(one.level)} for one in children],
        "overlap": overlap_text(apart) if in_force and apart else "",
    }


def part_row(part: PartLine) -> dict[str, Any]:
    if part.state == WorkState.LATE:
        note = _("failed %(times)s times, tried again by itself (%(error)s)") % {
            "times": part.attempts,
            "error": part.error,
        }
        tag = _("being tried again")
    elif part.started_at is None:
        note, tag = _("waiting to be started"), _("starting")
    else:
        note = _("started %(time)s") % {"time": daytime(part.started_at)}
        tag = _("started")
    return {"part": part, "note": note, "state": part.state, "tag": tag}


def recall_rows(order: SealOrder, member: Member, now: datetime) -> list[dict[str, Any]]:
    """Those still out first, by door."""
    rows = Recall.objects.filter(member.within("home__"), order=order)
    rows = rows.select_related("resident", "home", "assignee")
    rows = sorted(rows, key=lambda one: (one.finished_at is not None, one.home.position, one.pk))
    return [recall_row(one, now) for one in rows]


def recall_row(recall: Recall, now: datetime) -> dict[str, Any]:
    state = recall.state(now)
    settled = state in (WorkState.DONE, WorkState.CANCELLED)
    note = str(RecallOutcome(recall.outcome).label)
    if recall.outcome == RecallOutcome.COMING and recall.expected_at:
        note = _("on the way, expected %(time)s") % {"time": daytime(recall.expected_at)}
    elif recall.outcome == RecallOutcome.NO_ANSWER:
        note = ngettext(
            "no answer, tried %(count)s time", "no answer, tried %(count)s times", recall.attempts
        ) % {"count": recall.attempts}
    mark = "late" if state == WorkState.MISSED else state.value
    return {
        "recall": recall,
        "note": note,
        "is_open": not settled,
        "state": "wait" if state == WorkState.CANCELLED else mark,
        "tag": state.label,
    }


def task_row(task: PlanTask, now: datetime) -> dict[str, Any]:
    state = task.state(now)
    return {
        "task": task,
        "title": said(task.title),
        "detail": said(task.detail),
        "state": "late" if state == WorkState.MISSED else state.value,
        "tag": state.label,
        "is_open": state not in (WorkState.DONE, WorkState.CANCELLED),
    }
