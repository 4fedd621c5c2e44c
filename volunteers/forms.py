from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from volunteers.models import CareOutcome


class CareForm(forms.Form):
    """How a care call went."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How is it"),
        choices=[one for one in CareOutcome.choices if one[0] != CareOutcome.WAITING],
        widget=forms.RadioSelect,
    )
    needs = forms.CharField(
        label=gettext_lazy("What is needed"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Medicine, food, somebody to come: by when"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Medicine for how many days, meals, the children's number"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == CareOutcome.NEEDS and not data.get("needs", "").strip():
            self.add_error("needs", _("Write down what is needed."))
        return data
