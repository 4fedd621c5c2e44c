"""What the order pages show, from rows to words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.limits import encloses
from compounds.models import Compound, Member
from compounds.roles import Permission
from compounds.work import WorkState
from households.models import Sweep, Verification
from journal.actions import SYSTEM
from journal.events import sentence
from lockdown.kernel.wording import clock, daytime
from seals.forms import Draft
from seals.library import PlanChoice
from seals.lift import Finding
from seals.models import Level, OrderChange, OrderState, PlanTask, Recall, RecallOutcome, SealOrder
from seals.planning import Step, place_of, steps_of
from seals.preview import Preview, figures_of
from seals.queries import PartLine, own_entries, parts_of
from seals.words import said

MEANING = {
    Level.SEALED: lambda: _("nobody leaves the home"),
    Level.CONTROLLED: lambda: _("nobody leaves the area"),
    Level.GUARDED: lambda: _("no gatherings, ordinary care"),
}


def level_text(level: str) -> str:
    """ "封控 · 足不出户"."""
    return f"{Level(level).label} · {MEANING[Level(level)]()}"


def deed(draft: Draft, seen: Preview) -> str:
    """The button says the deed: "封控 1栋1单元 90 户"."""
    data = {"place": draft.place.label, "count": seen.homes}
    if draft.level == Level.CONTROLLED:
        return _("Control %(place)s, %(count)s homes") % data
    if draft.level == Level.GUARDED:
        return _("Guard %(place)s, %(count)s homes") % data
    return _("Seal %(place)s, %(count)s homes") % data


def choices(draft: Draft, seen: Preview, back: str) -> list[dict[str, str]]:
    """The left column: each choice with its own way to change it."""
    end = _("%(end)s, lifted by checklist") % {"end": daytime(draft.ends_at)}
    if draft.choice.lifts_when:
        end = _("%(end)s: %(condition)s") % {
            "end": daytime(draft.ends_at),
            "condition": said(draft.choice.lifts_when),
        }
    start = _("%(time)s (now)") if draft.starts_now else _("%(time)s on")
    return [
        {
            "label": _("Place"),
            "value": draft.place.label,
            "note": _("%(floors)s floors, %(homes)s homes · %(inside)s inside, %(out)s out")
            % {
                "floors": seen.floors,
                "homes": seen.homes,
                "inside": seen.inside,
                "out": seen.out,
            },
            "url": f"{back}#place",
        },
        {
            "label": _("Level and plan"),
            "value": level_text(draft.level),
            "note": _("Template: %(name)s") % {"name": draft.choice.title},
            "url": f"{back}#plan",
        },
        {
            "label": _("From and to"),
            "value": start % {"time": daytime(draft.starts_at)},
            "note": end,
            "url": f"{back}#time",
        },
        {
            "label": _("Based on"),
            "value": draft.legal_source or _("not given"),
            "note": draft.issuer,
            "url": f"{back}#source",
        },
    ]


def order_rows(found: Iterable[SealOrder], now: datetime) -> list[dict[str, Any]]:
    """Orders in force; those past their end or with a failing part first."""
    return [
        {
            "order": one,
            "level": level_text(one.level),
            "template": said(one.template_name),
            "day": one.day_of(now),
            "days": one.days,
            "begun": one.starts_at <= now,
            "is_over": one.ends_at < now,
        }
        for one in found
    ]


def past_rows(found: Iterable[SealOrder]) -> list[dict[str, Any]]:
    return [{"order": one, "template": said(one.template_name), "days": one.days} for one in found]


def order_context(order: SealOrder, member: Member, now: datetime) -> dict[str, Any]:
    parts = parts_of(order)
    tasks = list(
        PlanTask.objects.filter(order=order, cancelled_at=None)
        .select_related("assignee", "finished_by")
        .order_by("due_at", "id")
    )
    soon = now + timedelta(days=1)
    in_force = order.state == OrderState.IN_FORCE
    inside = in_force and encloses(member, order)
    may_seal = inside and member.may(Permission.ORDER_SEAL)
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
        "parts": [part_row(order.compound, part, now) for part in parts],
        "failing": sum(part.state == WorkState.LATE for part in parts),
        "dates": dates(order),
        "sweep": sweep_figure(order, member),
        "recalls": recall_rows(order, member, now),
        "tasks": [task_row(one, now) for one in tasks if one.due_at <= soon],
        "later": [task_row(one, now) for one in tasks if one.due_at > soon],
        "open_tasks": sum(one.finished_at is None for one in tasks),
        "timeline": timeline(order, member),
        "now": now,
    }


def part_row(compound: Compound, part: PartLine, now: datetime) -> dict[str, Any]:
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


def dates(order: SealOrder) -> list[dict[str, Any]]:
    """Where the planned end stood, and who moved it; the old dates stay on record."""
    changes = list(OrderChange.objects.filter(order=order).select_related("by"))
    first = changes[0].old_end if changes else order.ends_at
    lines = [
        {
            "time": daytime(order.issued_at or order.starts_at),
            "who": str(order.issued_by or ""),
            "text": _("Issued, to end %(end)s") % {"end": daytime(first)},
            "state": "done",
        }
    ]
    words = {
        OrderChange.Kind.EXTENDED: lambda: _("Extended from %(old)s to %(new)s: %(reason)s"),
        OrderChange.Kind.REDUCED: lambda: _("Shortened from %(old)s to %(new)s: %(reason)s"),
    }
    for change in changes:
        data = {
            "old": daytime(change.old_end),
            "new": daytime(change.new_end),
            "reason": change.reason,
        }
        text = words[OrderChange.Kind(change.kind)]() % data
        lines.append(
            {"time": daytime(change.at), "who": change.by.name, "text": text, "state": "done"}
        )
    if order.lifted_at:
        lines.append(
            {
                "time": daytime(order.lifted_at),
                "who": str(order.lifted_by or ""),
                "text": _("Lifted"),
                "state": "done",
            }
        )
    return lines


def sweep_figure(order: SealOrder, member: Member) -> dict[str, Any] | None:
    """How far the verification has come, with the way to its list."""
    sweep = Sweep.objects.filter(cause=order.pk).first()
    if sweep is None:
        return None
    counts = Verification.objects.filter(member.within("home__"), sweep=sweep).aggregate(
        total=Count("id", filter=Q(cancelled_at=None)),
        done=Count("id", filter=Q(finished_at__isnull=False)),
    )
    return {"sweep": sweep, **counts}


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


def timeline(order: SealOrder, member: Member) -> list[dict[str, Any]]:
    return [
        {
            "time": daytime(entry.at),
            "who": "" if entry.by == SYSTEM.actor_label else entry.by,
            "text": sentence(entry.event, entry.data),
        }
        for entry in own_entries(order, member)
    ]


@dataclass(frozen=True)
class Condition:
    """One line of the lift checklist, with what the signer has written about it."""

    finding: Finding
    statement: str
    links: tuple[dict[str, str], ...]
    is_missing: bool  # refused for want of a statement

    @property
    def key(self) -> str:
        return self.finding.key

    @property
    def is_met(self) -> bool:
        return self.finding.is_met

    @property
    def state(self) -> str:
        return "done" if self.is_met else "late" if not self.finding.by_person else "now"

    @property
    def tag(self) -> str:
        if self.is_met:
            return _("met")
        return _("to be stated") if self.finding.by_person else _("not met")


def conditions(
    order: SealOrder, findings: Sequence[Finding], statements: dict[str, str], *, refused: bool
) -> list[Condition]:
    """Unmet first, so that what keeps the place closed is read first."""
    lines = [
        Condition(
            one,
            statements.get(one.key, ""),
            _links(order, one),
            refused and not one.is_met and not statements.get(one.key, "").strip(),
        )
        for one in findings
    ]
    return sorted(lines, key=lambda one: one.is_met)


def _links(order: SealOrder, finding: Finding) -> tuple[dict[str, str], ...]:
    """Where the doors behind a condition can be worked on."""
    if finding.is_met:
        return ()
    slug = order.compound.slug
    url = reverse("seals:order", args=[slug, order.pk])
    places = {
        "recalled": (f"{url}#recalls", _("Recall list")),
        "plan": (f"{url}#parts", _("Parts of the plan")),
        "verified": (f"{url}#sweep", _("Verification list")),
    }
    found = places.get(finding.key)
    return ({"url": found[0], "label": found[1]},) if found else ()


def document_context(order: SealOrder, member: Member, now: datetime) -> dict[str, Any]:
    place = place_of(order)
    return {
        "order": order,
        "level": level_text(order.level),
        "homes": place.homes().count(),
        "lines": [document_line(step) for step in steps_of(order)],
        "today": [clock(order.starts_at)],
        "dates": dates(order),
        "printed_by": member.name,
        "printed_at": now,
        "compound_name": order.compound.name,
        "back_url": reverse("seals:order", args=[order.compound.slug, order.pk]),
    }


def document_line(step: Step) -> dict[str, str]:
    days = "、".join(map(str, step.days))
    when = " ".join(step.at)
    if step.repeat == "days":
        when = _("Day %(days)s %(times)s") % {"days": days, "times": when}
    elif step.repeat == "daily":
        when = _("every day %(times)s") % {"times": when}
    else:
        when = _("at once")
    return {"when": when, "title": said(step.title), "detail": said(step.detail)}


def choice_card(choice: PlanChoice) -> dict[str, Any]:
    """A plan as shown when choosing one: what it does, when it lifts, where it comes from."""
    if choice.hours:
        length = _("%(hours)s hours") % {"hours": choice.hours}
    else:
        length = ngettext("%(count)s day", "%(count)s days", choice.days) % {"count": choice.days}
    return {
        "choice": choice,
        "about": said(choice.about),
        "level": level_text(choice.level),
        "length": length,
        "lifts_when": said(choice.lifts_when),
        "source": said(choice.source),
        "lines": [
            document_line(step)
            | {"source": said(step.source), "figures": figures_of(step), "on": step.on}
            for step in choice.steps
        ],
    }
