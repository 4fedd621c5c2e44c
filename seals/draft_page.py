"""What two people wrote differently in one draft, in words, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lockdown.kernel.wording import daytime
from seals.forms import Draft
from seals.models import Level, SealOrder
from seals.planning import Step, steps_of
from seals.steps import StepForm
from seals.words import said


@dataclass(frozen=True)
class Difference:
    """One choice or step; a text is empty where nothing was written."""

    label: str
    theirs: str
    mine: str


def differences(saved: SealOrder, draft: Draft, steps: Iterable[Step]) -> list[Difference]:
    """Between the draft as it stands and what was sent, the choices before the steps."""
    theirs = _choices_of(saved) | {said(one.title): _step(one) for one in steps_of(saved)}
    mine = _choices(draft) | {said(one.title): _step(one) for one in steps}
    return [
        Difference(label, theirs.get(label, ""), mine.get(label, ""))
        for label in dict.fromkeys((*theirs, *mine))
        if theirs.get(label, "") != mine.get(label, "")
    ]


def _choices_of(saved: SealOrder) -> dict[str, str]:
    typed = saved.draft or {}
    return _worded(
        saved.place_label,
        said(saved.template_name),
        Level(saved.level),
        daytime(saved.starts_at) if typed.get("starts_at") else "",
        daytime(saved.ends_at) if typed.get("ends_at") else "",
        saved.issuer,
        saved.legal_source,
    )


def _choices(draft: Draft) -> dict[str, str]:
    return _worded(
        draft.place.label,
        draft.choice.title,
        draft.level,
        "" if draft.starts_now else daytime(draft.starts_at),
        "" if draft.ends_by_plan else daytime(draft.ends_at),
        draft.issuer,
        draft.legal_source,
    )


def _worded(
    place: str, plan: str, level: Level, begin: str, end: str, issuer: str, source: str
) -> dict[str, str]:
    return {
        _("Place"): place,
        _("Plan"): plan,
        _("Level"): str(level.label),
        _("From"): begin or _("from the moment of confirming"),
        _("Planned end"): end or _("as the plan says"),
        _("Issued by"): issuer,
        _("Based on"): source,
    }


def _step(step: Step) -> str:
    """Each figure of the step with its name, or that the step is left out."""
    if not step.on:
        return _("left out")
    form = StepForm(step, prefix=step.key)
    words = []
    for name, field in form.fields.items():
        value = form.initial.get(name)
        if name == "on" or value in (None, "", []):
            continue
        known = {str(key): str(text) for key, text in getattr(field, "choices", ())}
        values = value if isinstance(value, (list, tuple)) else [value]
        shown = "、".join(known.get(str(one), str(one)) for one in values)
        words.append(f"{field.label} {shown}")
    return " · ".join(words) or _("as the plan says")
