"""Changing one step of a plan: its times, days and figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.rota import WHO
from households.models import CareKind
from seals.planning import Step
from seals.words import said

CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
MOST_TIMES = 8
MOST_DAYS = 60

SCHEMES = (
    ("disinfect_first", gettext_lazy("Keep in, disinfect, put out, collect")),
    ("bag_then_disinfect", gettext_lazy("Put out, disinfect, collect")),
    ("box_at_door", gettext_lazy("Put out, collect")),
)
# The kinds of work that a person can be given, named by the role that does it first.
DOERS = [(kind, WHO[kind][0].label) for kind in ("gate", "supply", "repair", "manage")]


def _words(text: str) -> list[str]:
    """Full-width digits and marks are what Chinese keyboards give."""
    return [word for word in re.split(r"[\s,、;]+", unicodedata.normalize("NFKC", text)) if word]


class TimesField(forms.CharField):
    """ "9:00 17:00", in any order, becomes ("09:00", "17:00")."""

    def clean(self, value: Any) -> tuple[str, ...]:
        found = set()
        for word in _words(super().clean(value)):
            match = CLOCK.match(word)
            if match is None:
                raise forms.ValidationError(
                    _("“%(word)s” is not a time. Write times such as 09:00 17:00."),
                    params={"word": word[:20]},
                )
            found.add(f"{int(match[1]):02d}:{match[2]}")
        if len(found) > MOST_TIMES:
            raise forms.ValidationError(_("At most 8 times a day."))
        return tuple(sorted(found))


class DaysField(forms.CharField):
    """ "1 4 7" becomes (1, 4, 7); 1 is the day on which the order starts."""

    def clean(self, value: Any) -> tuple[int, ...]:
        words = _words(super().clean(value))
        if any(not word.isdecimal() or not 1 <= int(word) <= MOST_DAYS for word in words):
            raise forms.ValidationError(_("Write days such as 1 4 7; day 1 is the first."))
        return tuple(sorted({int(word) for word in words}))


class StepForm(forms.Form):
    """One step: whether it is done, when, and its figures by kind. What is not asked stays."""

    on = forms.BooleanField(label=gettext_lazy("Do this"), required=False)

    def __init__(
        self, step: Step, data: QueryDict | dict[str, Any] | None = None, *, prefix: str
    ) -> None:
        self.step = step
        super().__init__(data, prefix=prefix, initial=_initial(step))
        self._add_when()
        for name, field in _figures(step).items():
            self.fields[name] = field

    @property
    def title(self) -> str:
        return said(self.step.title)

    @property
    def detail(self) -> str:
        return said(self.step.detail)

    @property
    def source(self) -> str:
        return said(self.step.source)

    def _add_when(self) -> None:
        if self.step.at:
            self.fields["at"] = TimesField(
                label=_("Times"), max_length=80, help_text=_("For example 09:00 17:00")
            )
        elif self.step.within_minutes:
            self.fields["within_minutes"] = forms.IntegerField(
                label=_("Done within, minutes"), min_value=5, max_value=2880
            )
        if self.step.repeat == "days":
            self.fields["days"] = DaysField(
                label=_("On days"),
                max_length=80,
                help_text=_("Day 1 is the first; for example 1 4 7"),
            )

    def result(self) -> Step:
        """The step as changed; as it was while the form is unbound or refused."""
        if not self.is_bound or not self.is_valid():
            return self.step
        data = self.cleaned_data
        params = dict(self.step.params)
        params.update({name: data[name] for name in _figures(self.step)})
        return replace(
            self.step,
            on=data["on"],
            at=data.get("at", self.step.at),
            days=data.get("days", self.step.days),
            within_minutes=data.get("within_minutes", self.step.within_minutes),
            params=params,
        )


def step_forms(steps: Iterable[Step], data: QueryDict | None = None) -> list[StepForm]:
    return [StepForm(step, data, prefix=f"step-{step.key}") for step in steps]


def changed_forms(steps: Iterable[Step], changes: Iterable[dict[str, Any]]) -> list[StepForm]:
    """Steps with changes sent as data, checked as the page checks them; unknown keys are left."""
    wanted = {one["key"]: one for one in changes}
    return [_changed(step, wanted.get(step.key)) for step in steps]


def _changed(step: Step, change: dict[str, Any] | None) -> StepForm:
    prefix = f"step-{step.key}"
    if change is None:
        return StepForm(step, prefix=prefix)
    data = _initial(step) | change.get("params", {})
    for name in ("at", "days"):
        if name in change:
            data[name] = " ".join(map(str, change[name]))
    data |= {name: change[name] for name in ("on", "within_minutes") if name in change}
    return StepForm(
        step, {f"{prefix}-{name}": value for name, value in data.items()}, prefix=prefix
    )


def _initial(step: Step) -> dict[str, Any]:
    return {
        **step.params,
        "on": step.on,
        "at": " ".join(step.at),
        "days": " ".join(map(str, step.days)),
        "within_minutes": step.within_minutes,
    }


def _figures(step: Step) -> dict[str, forms.Field]:
    """The figures that a kind of step has."""
    match step.kind:
        case "disinfect":
            return {
                "mg_per_litre": forms.IntegerField(
                    label=_("Strength, mg/L"), min_value=50, max_value=20000
                ),
                "contact_minutes": forms.IntegerField(
                    label=_("Contact time, minutes"), min_value=1, max_value=240
                ),
            }
        case "rubbish":
            return {
                "scheme": forms.ChoiceField(label=_("Order of steps"), choices=SCHEMES),
                "put_out": _PutOut(label=_("Put out from"), max_length=5),
            }
        case "care":
            return {
                "flags": forms.MultipleChoiceField(
                    label=_("Whom to call"),
                    choices=CareKind.choices,
                    widget=forms.CheckboxSelectMultiple,
                )
            }
        case "task" | "food":
            return {"who": forms.ChoiceField(label=_("Who does it"), choices=DOERS)}
    return {}


class _PutOut(TimesField):
    """One time, kept as text."""

    def clean(self, value: Any) -> str:  # type: ignore[override]
        times = super().clean(value)
        if len(times) != 1:
            raise forms.ValidationError(_("Write one time, for example 17:30."))
        return times[0]
