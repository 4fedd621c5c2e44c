"""Forms that change an order in force: its end, its clock, its existence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seals.forms import moment_field


class ChangeForm(forms.Form):
    """A new end, and why."""

    ends_at = moment_field(gettext_lazy("New end"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


WHOLE, PART, KEEP = "whole", "part", "keep"


class RestartForm(forms.Form):
    """A new positive: what becomes of the days, and why. A person decides."""

    what = forms.ChoiceField(
        label=gettext_lazy("What becomes of the days"),
        choices=[
            (WHOLE, gettext_lazy("Count anew for the whole place")),
            (PART, gettext_lazy("Count anew for a part; the rest keeps its dates")),
            (KEEP, gettext_lazy("Go on counting: the household was strictly isolated at home")),
        ],
        widget=forms.RadioSelect,
    )
    part = forms.ChoiceField(label=gettext_lazy("Which part"), required=False)
    door = forms.CharField(
        label=gettext_lazy("Or one door"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("For example 502 or 1-1-502"),
    )
    clock_from = moment_field(
        gettext_lazy("Counted from"),
        required=False,
        help_text=gettext_lazy("Empty: from now. Some orders count from the last disinfection."),
    )
    ends_at = moment_field(
        gettext_lazy("New end"),
        required=False,
        help_text=gettext_lazy("Empty: as many days as before"),
    )
    to_first = forms.BooleanField(
        label=gettext_lazy("Back to the first stage of the plan"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("What was found, and who decided. No names of residents."),
    )
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, parts: list, may_go_back: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [("", _("Choose")), *parts]  # type: ignore[attr-defined]
        if not parts:
            del self.fields["part"]
        if not may_go_back:
            del self.fields["to_first"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("what") == PART and not (data.get("part") or data.get("door")):
            name = "part" if "part" in self.fields else "door"
            self.add_error(name, _("Choose the part, or write the door."))
        return data


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why was it a mistake"), max_length=200, widget=forms.TextInput
    )
    with_parts = forms.BooleanField(
        label=gettext_lazy("Cancel the orders for its parts too"), required=False
    )

    def __init__(self, *args: Any, has_parts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_parts:
            del self.fields["with_parts"]


class EaseForm(forms.Form):
    """The stage that ends, as the person saw it."""

    stage = forms.IntegerField(widget=forms.HiddenInput)
