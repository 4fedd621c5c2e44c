"""Forms of orders, recalls, tasks and templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.limits import refuse_outside
from compounds.models import Compound, Member
from compounds.places import Place, find_place
from lockdown.kernel.errors import Refused
from seals.library import PlanChoice, library, pick
from seals.models import Level, RecallOutcome

FARTHEST_START = timedelta(days=7)
LONGEST = timedelta(days=90)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def moment_field(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A time on the compound's own clock."""
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, input_formats=formats, widget=MomentInput(), **kwargs)


@dataclass(frozen=True)
class Draft:
    """What somebody chose, before anything starts."""

    place: Place
    choice: PlanChoice
    level: Level
    starts_at: datetime
    ends_at: datetime
    starts_now: bool
    issuer: str
    legal_source: str
    saved: int | None = None  # the draft that is being changed
    seen: str = ""  # its version when the form was drawn
    ends_by_plan: bool = False

    @property
    def order(self) -> dict[str, Any]:
        """What `seal` and `save_draft` ask for, without the steps."""
        return {
            "place": self.place,
            "level": self.level,
            "template_name": self.choice.name,
            "easing": self.choice.easing,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "issuer": self.issuer,
            "legal_source": self.legal_source,
        }


class OrderForm(forms.Form):
    """Where, which plan, from when to when, on whose word."""

    place = forms.CharField(
        label=gettext_lazy("Place"),
        max_length=40,
        error_messages={"required": gettext_lazy("Choose the place first.")},
    )
    template = forms.CharField(
        label=gettext_lazy("Plan"),
        max_length=40,
        error_messages={"required": gettext_lazy("Choose a plan.")},
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        required=False,
        choices=[("", gettext_lazy("as the plan says")), *Level.choices],
    )
    starts_at = moment_field(
        gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("Empty: from the moment of confirming"),
    )
    ends_at = moment_field(
        gettext_lazy("Planned end"),
        required=False,
        help_text=gettext_lazy("Empty: as the plan says"),
    )
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=80, required=False)
    legal_source = forms.CharField(
        label=gettext_lazy("Based on"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Number or name of the order you were given"),
    )
    # The saved draft that is being changed.
    draft = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, compound: Compound, member: Member | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.member = compound, member
        self.library = library()

    def clean_place(self) -> Place:
        try:
            place = read_place(self.compound, self.cleaned_data["place"])
            if self.member is not None:
                refuse_outside(self.member, place)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return place

    def clean_template(self) -> PlanChoice:
        choice = pick(self.library, self.cleaned_data["template"])
        if choice is None:
            raise forms.ValidationError(_("This plan is not there any more. Choose another."))
        return choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        choice = data.get("template")
        if choice is None or self.errors:
            return data
        now = timezone.now()
        begin = data.get("starts_at") or now
        end = data.get("ends_at") or choice.end_after(self.compound, begin)
        if abs(begin - now) > FARTHEST_START:
            self.add_error("starts_at", _("The start is more than 7 days away. Check the date."))
        elif end <= begin:
            self.add_error("ends_at", _("The end must be later than the start."))
        elif end - begin > LONGEST:
            self.add_error("ends_at", _("At most 90 days; extend the order later."))
        data["begin"], data["end"] = begin, end
        return data

    def chosen(self) -> Draft:
        data = self.cleaned_data
        return Draft(
            place=data["place"],
            choice=data["template"],
            level=Level(data["level"] or data["template"].level),
            starts_at=data["begin"],
            ends_at=data["end"],
            starts_now=data.get("starts_at") is None,
            issuer=data["issuer"],
            legal_source=data["legal_source"],
            saved=data.get("draft"),
            seen=data.get("seen", ""),
            ends_by_plan=data.get("ends_at") is None,
        )

    @property
    def typed(self) -> dict[str, str]:
        """What a saved draft is opened again with."""
        return {name: value for name, value in self.kept.items() if name not in ("draft", "seen")}

    @property
    def kept(self) -> dict[str, str]:
        """The choices as they were sent, for hidden fields and for the way back."""
        return {name: str(self.data[name]) for name in self.fields if self.data.get(name)}


def read_place(compound: Compound, code: str) -> Place:
    """The place behind "compound", "building:3", "unit:12", "floor:12:5" or "home:33"."""
    kind, *numbers = code.split(":")
    if len(numbers) > 2 or not all(_is_number(one) for one in numbers):
        kind, numbers = "", []
    row = int(numbers[0]) if numbers else None
    floor = int(numbers[1]) if len(numbers) > 1 else None
    return find_place(compound, kind, row=row, floor=floor)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 18


class RecallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What was said"),
        choices=[one for one in RecallOutcome.choices if one[0] != RecallOutcome.WAITING],
        widget=forms.RadioSelect,
    )
    expected_at = moment_field(
        gettext_lazy("Expected back"),
        required=False,
        help_text=gettext_lazy("When on the way back"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where they stay, who told you"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == RecallOutcome.COMING and not data.get("expected_at"):
            self.add_error("expected_at", _("Ask when they will be back, and write it here."))
        return data


class TaskForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class TemplateForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Template name"), max_length=80)
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Level.choices)
    days = forms.IntegerField(label=gettext_lazy("Planned days"), min_value=1, max_value=60)

    def __init__(self, *args: Any, easing: Sequence[dict[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = [f"stage_{number}" for number in range(len(easing))]
        for name, stage in zip(self.stages, easing, strict=True):
            label = _("Then %(level)s, days") % {"level": Level(stage["level"]).label}
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=60,
                initial=stage["days"],
                help_text=_("0 leaves this stage out"),
            )

    @property
    def easing_days(self) -> list[int]:
        return [self.cleaned_data[name] for name in self.stages]
