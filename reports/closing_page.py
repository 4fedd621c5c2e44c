"""A frozen report in words: the same for the company and for the committee."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from households.models import Outcome
from notices.models import Told
from reports import rows
from reports.figures import LABELS
from reports.models import ClosingReport
from seals.models import Level, OrderChange, RecallOutcome
from seals.words import said
from volunteers.models import CareOutcome

WAYS = {
    "acknowledged": gettext_lazy("confirmed on their phone page"),
    "read": gettext_lazy("read on their phone page"),
    "page": gettext_lazy("on their phone page"),
    **{way.value: way.label for way in Told},
    "": gettext_lazy("not reached"),
}
OPEN = {
    rows.VERIFY: gettext_lazy("Not verified"),
    rows.RECALL: gettext_lazy("Still out"),
    rows.CARE: gettext_lazy("Not called on the last day"),
    rows.TELL: gettext_lazy("Not told of the seal"),
}
PEOPLE = (rows.VERIFY, rows.TELL, rows.CARE, rows.RECALL)
CHANGES = {
    OrderChange.Kind.EXTENDED: gettext_lazy("Extended from %(old)s to %(new)s: %(reason)s"),
    OrderChange.Kind.REDUCED: gettext_lazy("Shortened from %(old)s to %(new)s: %(reason)s"),
}
OTHER_CHANGE = gettext_lazy("Changed from %(old)s to %(new)s: %(reason)s")


def closings(member: Member) -> QuerySet[ClosingReport]:
    """The reports of the scope that this member may read, newest first."""
    rows_ = ClosingReport.objects.filter(member.within("order__"))
    return rows_.select_related("order").order_by("-lifted_at", "-id")


def line(report: ClosingReport) -> dict[str, Any]:
    """One report of the list."""
    order, figures = report.data["order"], _by_kind(report.data)
    rounds = figures.get(rows.ROUND, {})
    return {
        "report": report,
        "place": order["place"],
        "level": _label(Level, order["level"]),
        "days": order["days"],
        "span": _span(order),
        "people": report.data["people"],
        "rounds": rounds.get("done", 0),
        "missed": rounds.get("missed", 0),
        "open": sum(group["count"] for group in report.data["open"]),
        "by": order["lifted_by"],
    }


def page(report: ClosingReport) -> dict[str, Any]:
    """Everything that the sheet shows, from the frozen values alone: no other row is read."""
    data = report.data
    order, figures = data["order"], _by_kind(data)
    lines = [{**one, "label": LABELS[kind]} for kind, one in figures.items() if kind in LABELS]
    return {
        "report": report,
        "order": order,
        "level": _label(Level, order["level"]),
        "template": said(order["template"]),
        "span": _span(order),
        "people": data["people"],
        "figures": figures,
        "bags": data["bags"],
        "homes": [one for one in lines if one["kind"] in PEOPLE],
        "work": [one for one in lines if one["kind"] not in PEOPLE],
        "told": _counted(data["told"], WAYS),
        "recalls": _counted(data["recalls"], dict(RecallOutcome.choices)),
        "care": _counted(data["care"], dict(CareOutcome.choices)),
        "days": [_day(one) for one in data["days"]],
        "bars": _bars(data["days"]),
        "dates": _dates(data),
        "statements": data["statements"],
        "open": [_open(group) for group in data["open"]],
        "open_count": sum(group["count"] for group in data["open"]),
    }


def _by_kind(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in data["figures"]}


def _counted(counts: Mapping[str, int], words: Mapping[Any, object]) -> list[dict[str, Any]]:
    """In the order of the words; a code that is not known any more shows as itself."""
    known = [(code, word) for code, word in words.items() if counts.get(code)]
    other = [(code, code) for code in counts if code not in words]
    return [{"label": word, "count": counts[code]} for code, word in (*known, *other)]


def _day(one: Mapping[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(one["day"])
    return {
        "date": date_format(day, "n-j"),
        "verified": one.get("verified", 0),
        "rounds": _of(one, "rounds"),
        "rounds_short": one.get("rounds_done", 0) < one.get("rounds", 0),
        "windows": _of(one, "windows"),
        "bags": one.get("bags", 0),
        "care": _of(one, "care"),
        "care_short": one.get("care_done", 0) < one.get("care", 0),
    }


BAR, STEP, TALL = 34, 46, 56  # of the chart, in its own units


def _bars(days: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Bags per day as a small chart; none when nothing was counted, or for many days."""
    most = max((one.get("bags", 0) for one in days), default=0)
    if not most or not 2 <= len(days) <= 16:
        return None
    items = []
    for place, one in enumerate(days):
        bags = one.get("bags", 0)
        height = max(1, round(TALL * bags / most))
        x, y = place * STEP + 4, 76 - height
        date_text = date_format(date.fromisoformat(one["day"]), "n-j")
        items.append(
            {"x": x, "y": y, "height": height, "middle": x + BAR // 2, "top": y - 4}
            | {"bags": bags, "date": date_text}
        )
    return {"width": max(640, len(days) * STEP), "bar": BAR, "items": items}


def _of(one: Mapping[str, Any], name: str) -> str:
    return f"{one.get(f'{name}_done', 0)} / {one[name]}" if one.get(name) else "–"


def _dates(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Issued, every change with the date that stood before, lifted; with who did it."""
    order, changes = data["order"], data["changes"]
    first = changes[0]["old_end"] if changes else order["planned_end"]
    issued = _("Issued, to end %(end)s") % {"end": _moment(first)}
    lines = [{"time": _moment(order["starts_at"]), "text": issued, "by": order["issued_by"]}]
    for one in changes:
        words = {"old": _moment(one["old_end"]), "new": _moment(one["new_end"])}
        text = str(CHANGES.get(one["kind"], OTHER_CHANGE)) % (words | {"reason": one["reason"]})
        lines.append({"time": _moment(one["at"]), "text": text, "by": one["by"]})
    lifted = _("Lifted and signed")
    lines.append({"time": _moment(order["lifted_at"]), "text": lifted, "by": order["lifted_by"]})
    return lines


def _open(group: Mapping[str, Any]) -> dict[str, Any]:
    outcomes = dict((*Outcome.choices, *RecallOutcome.choices, *CareOutcome.choices))
    return {
        "label": OPEN.get(group["kind"], group["kind"]),
        "count": group["count"],
        "doors": [
            {**door, "note": outcomes.get(door["note"], door["note"])} for door in group["doors"]
        ],
        "more": group["count"] - len(group["doors"]),
    }


def _label(choices: Any, code: str) -> str:
    return str(dict(choices.choices).get(code, code))


def _span(order: Mapping[str, Any]) -> str:
    return f"{_moment(order['starts_at'])} – {_moment(order['lifted_at'])}"


def _moment(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "Y-n-j H:i")
