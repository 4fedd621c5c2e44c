"""The sweep without a network: the list that a phone keeps, and the log that it sends."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from compounds.access import MemberRequest, member_page, public_page
from compounds.roles import Permission
from households.models import CareFlag, Found, How, Outcome, Presence, Resident, Tap, Verification
from households.reaching import next_steps
from households.sweep_queries import doors_of, people_of, progress
from households.sweeps import BELIEVED, MOST, Said, take
from households.views.sweeps import find_sweep
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name

MOST_DOORS = 400  # a phone keeps its own list, not a compound


@member_page(Permission.WORK_DO)
@require_GET
def sweep_doors(request: MemberRequest, sweep: int) -> HttpResponse:
    """The member's own doors with their people; a chosen floor for who has none."""
    found = find_sweep(request, sweep)
    rows = doors_of(found, request.member)
    mine = rows.filter(assignee=request.member)
    unit, _colon, floor = request.GET.get("floor", "").partition(":")
    if unit.isdecimal() and floor.removeprefix("-").isdecimal():
        mine = mine | rows.filter(home__unit_id=int(unit), home__floor=int(floor))
    doors = list(
        mine.select_related("home__unit__building", "assignee").order_by(
            "home__unit__position", "home__unit_id", "-home__floor", "home__position"
        )[:MOST_DOORS]
    )
    state = progress(found)
    answer = JsonResponse(
        {
            "sweep": found.pk,
            "closed": found.closed_at is not None,
            "now": _millis(timezone.now()),
            "progress": {
                "percent": state.percent,
                "done": state.done,
                "total": state.total,
                "seen": state.seen,
                "people": state.people,
            },
            "doors": _doors(doors, full=request.member.may(Permission.HOUSEHOLD_SEE)),
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _doors(rows: list[Verification], *, full: bool) -> list[dict[str, Any]]:
    """Four queries at any length."""
    people: dict[int, list[Resident]] = defaultdict(list)
    for one in people_of(rows):
        people[one.household_id].append(one)
    flags: dict[int, list[str]] = defaultdict(list)
    files = [row.household_id for row in rows]
    for flag in CareFlag.objects.filter(household_id__in=files, ended_at=None):
        flags[flag.household_id].append(flag.get_kind_display())
    steps = next_steps(rows)
    return [
        {
            "id": row.pk,
            "unit": str(row.home.unit),
            "floor": row.home.floor,
            "key": f"{row.home.unit_id}:{row.home.floor}",
            "number": row.home.number,
            "outcome": row.outcome,
            "note": row.note,
            "attempts": row.attempts,
            "flags": list(dict.fromkeys(flags[row.household_id])),
            "next": _step(steps.get(row.pk)),
            "people": [_one(person, full) for person in people[row.household_id]],
        }
        for row in rows
    ]


def _step(step: Any) -> str:
    if step is None:
        return ""
    at = timezone.localtime(step.due_at).strftime("%H:%M")
    who = step.whom or step.who
    return _("%(who)s by %(time)s") % {"who": who, "time": at}


def _one(person: Resident, full: bool) -> dict[str, Any]:
    return {
        "id": person.pk,
        "name": person.name if full else mask_name(person.name),
        "age": person.age,
        "relation": person.relation,
        "presence": person.presence,
        "where": person.get_presence_display(),
        "found": person.known,  # type: ignore[attr-defined]
    }


@member_page(Permission.WORK_DO)
@require_POST
def sweep_log(request: MemberRequest, sweep: int) -> HttpResponse:
    """Lines of a phone's log, at most MOST; each is created, duplicate or refused with a reason.

    It answers when the lines are committed, so a phone may forget what was answered.
    """
    found = find_sweep(request, sweep)
    try:
        body = json.loads(request.body)
        lines = [_said(one, str(body["device"])[:40]) for one in body["lines"]]
        sent_at = _moment(body["sent_at"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"detail": _("This is not a log of a sweep.")}, status=400)
    if len(lines) > MOST:
        detail = _("Send at most %(most)s lines at once.") % {"most": MOST}
        return JsonResponse({"detail": detail}, status=413)
    now = timezone.now()
    good = [one for one in lines if isinstance(one, Said)]
    try:
        fates = take(sweep=found, said=good, sent_at=sent_at, by=request.member)
    except Refused as refusal:
        return JsonResponse({"detail": str(refusal)}, status=409)
    ahead = sent_at - now
    rows = [{"key": str(one.key), "state": one.state, "reason": one.reason} for one in fates]
    rows += [
        {"key": one, "state": "refused", "reason": _("This line cannot be read.")}
        for one in lines
        if isinstance(one, str)
    ]
    off = round(ahead.total_seconds()) if abs(ahead) > BELIEVED else 0
    return JsonResponse({"rows": rows, "clock_ahead": off})


def _said(one: dict[str, Any], device: str) -> Said | str:
    """One line; its key alone when the rest cannot be understood."""
    key = uuid.UUID(one["key"])
    try:
        kind = Tap(one["kind"])
        return Said(
            key=key,
            verification=int(one["door"]),
            kind=kind,
            data=DATA[kind](one["data"]),
            at=_moment(one["at"]),
            device=device,
            sequence=max(0, min(int(one["sequence"]), 2**31 - 1)),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return str(key)


def _moment(millis: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(millis) / 1000, tz=UTC)
    except (OverflowError, OSError) as error:
        raise ValueError from error


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _outcome(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "outcome": str(Outcome(data["outcome"])),
        "how": str(How(data.get("how") or How.DOOR)),
        "note": str(data.get("note", "")).strip()[:300],
    }


def _person(data: dict[str, Any]) -> dict[str, Any]:
    return {"resident": int(data["resident"]), "found": str(Found(data["found"]))}


def _new(data: dict[str, Any]) -> dict[str, Any]:
    stays = Presence(data.get("stays") or Presence.TEMPORARY)
    if stays not in (Presence.TEMPORARY, Presence.INSIDE):
        raise ValueError
    return {
        "name": str(data["name"]).strip()[:40],
        "phone": str(data.get("phone", "")).strip()[:40],
        "stays": str(stays),
    }


def _undo(data: dict[str, Any]) -> dict[str, Any]:
    return {"target": str(uuid.UUID(data["target"]))}


DATA = {Tap.DOOR: _outcome, Tap.PERSON: _person, Tap.NEW: _new, Tap.UNDO: _undo}


@public_page("A script without data; it keeps a person's own opened sweep for stairs without net.")
@require_GET
def sweep_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, so that it may serve the sweep pages of every compound."""
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def _worker() -> str:
    return (settings.BASE_DIR / "static" / "js" / "sweep-worker.js").read_text()
