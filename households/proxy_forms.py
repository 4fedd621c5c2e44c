"""Forms of relatives outside: inviting one, and what he says of himself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import HomeOf, Relation, Relative
from lockdown.kernel.masking import mask_phone


class InviteForm(forms.Form):
    """Which of the relatives in the file; or somebody who is not in it."""

    relative = forms.ModelChoiceField(
        label=gettext_lazy("Who is invited"),
        queryset=Relative.objects.none(),
        required=False,
        empty_label=gettext_lazy("somebody who is not in the file"),
    )

    def __init__(self, *args: Any, relatives: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["relative"]
        field.queryset = relatives  # type: ignore[attr-defined]
        field.label_from_instance = _named  # type: ignore[attr-defined]


def _named(relative: Relative) -> str:
    """儿子 139****8000"""
    who = relative.relation or relative.name or _("relative")
    return f"{who} {mask_phone(relative.phone)}".strip()


class ProxyForm(forms.Form):
    """What the invited relative says; the deed is not done until somebody approves."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("You are their"),
        choices=[("", gettext_lazy("choose")), *Relation.choices],
    )
    home_of = forms.ChoiceField(
        label=gettext_lazy("Who lives there"),
        choices=[("", gettext_lazy("choose")), *HomeOf.choices],
    )
    phone = forms.CharField(
        label=gettext_lazy("Your phone"),
        max_length=40,
        help_text=gettext_lazy("They and the staff see it, to ring you when a door stays shut."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
