"""The form that starts a drill."""

from __future__ import annotations

from random import randrange
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.limits import refuse_outside
from compounds.models import Compound, Member
from compounds.places import Place
from drills.figures import TARGETS, default_targets
from drills.models import Mode, Pace
from lockdown.kernel.errors import Refused
from seals.forms import read_place
from seals.library import PlanChoice, library, pick
from seals.places import buildings
from seals.words import said

PLACES = 400  # more options than that are no list any more; sealing itself has finer ones


class DrillForm(forms.Form):
    """Where, which plan, how fast, who plays; and what the scorecard measures against."""

    place = forms.ChoiceField(label=gettext_lazy("Place"))
    template = forms.ChoiceField(label=gettext_lazy("Plan"))
    mode = forms.ChoiceField(
        label=gettext_lazy("Who plays"), choices=Mode.choices, widget=forms.RadioSelect
    )
    pace = forms.TypedChoiceField(
        label=gettext_lazy("Pace"), choices=Pace.choices, coerce=int, initial=Pace.FAST
    )
    helpers = forms.IntegerField(
        label=gettext_lazy("Volunteers more"),
        min_value=0,
        max_value=20,
        required=False,
        help_text=gettext_lazy("Invented ones beside your own, to see whether more hands help"),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Number of the draw"),
        min_value=0,
        max_value=999_999,
        required=False,
        help_text=gettext_lazy("The same number invents the same people, to compare two drills"),
    )

    def __init__(
        self,
        *args: Any,
        compound: Compound,
        member: Member,
        targets: dict[str, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.member = compound, member
        self.library = library()
        self._choose("place", _places(compound, member))
        self._choose("template", [(one.key, one.title) for one in self.library])
        self.fields["seed"].initial = randrange(1, 1000)
        before = default_targets() | (targets or {})
        for one in TARGETS:
            if one.is_editable:
                self.fields[f"target_{one.key}"] = forms.IntegerField(
                    label=said(one.label),
                    min_value=1,
                    max_value=24 * 60,
                    initial=before[one.key],
                    help_text=_TARGET_HELP.get(one.key, gettext_lazy("minutes, our default")),
                )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_place(self) -> Place:
        try:
            place = read_place(self.compound, self.cleaned_data["place"])
            refuse_outside(self.member, place)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return place

    def clean_template(self) -> PlanChoice:
        choice = pick(self.library, self.cleaned_data["template"])
        if choice is None:
            raise forms.ValidationError(_("This plan is not there any more. Choose another."))
        return choice

    @property
    def wanted(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        seed = data.get("seed")
        return {
            "place": data["place"],
            "choice": data["template"],
            "mode": Mode(data["mode"]),
            "pace": data["pace"],
            "helpers": data.get("helpers") or 0,
            "seed": randrange(1, 1000) if seed is None else seed,
            "targets": {
                name.removeprefix("target_"): value
                for name, value in data.items()
                if name.startswith("target_")
            },
        }

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("place", "template", "mode", "pace")]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        """Folded away: what most drills leave as it is."""
        return [self[name] for name in self.fields if name not in _FIRST]


_FIRST = ("place", "template", "mode", "pace")
_TARGET_HELP = {
    "elder_all": gettext_lazy("minutes after the plan has the first call due, our default")
}


def _places(compound: Compound, member: Member) -> list[Any]:
    """Units first, since they are sealed most often; then buildings, and the whole compound."""
    whole, groups = buildings(compound, member)
    units = [(one.code, one.label) for group in groups for one in group.units if one.homes]
    blocks = [(group.whole.code, group.whole.label) for group in groups if group.whole.homes]
    return [*units[:PLACES], *blocks[:PLACES], (whole.code, whole.label)]
