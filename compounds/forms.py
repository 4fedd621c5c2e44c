"""Forms of sign-in, compounds, members and tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.actions import UnitPattern
from compounds.models import Member, Unit
from compounds.roles import Role
from compounds.signin.links import ROLES
from lockdown.kernel.forms import choose_among

SUFFIX = re.compile(
    r"(\u53f7\u697c|\u5355\u5143|[\u680b\u5e62\u697c\u5ea7])$"
)  # 号楼 单元 栋 幢 楼 座


class CompoundForm(forms.Form):
    organization = forms.ChoiceField(label=_("Company"))
    name = forms.CharField(label=_("Compound name"), max_length=40)
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Latin letters and digits; appears in addresses, for example yujingwan."),
    )
    duty_phone = forms.CharField(
        label=_("Duty phone"),
        max_length=20,
        help_text=_("Residents see it on every page."),
    )
    pattern = forms.CharField(
        label=_("Homes by pattern"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One line for each unit: building, unit, floors, doors on a floor. "
            "Example: 1 1 18 5 makes 101 to 1805."
        ),
    )

    def __init__(self, *args: Any, organizations: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organizations = {str(one.pk): one for one in organizations}
        self.fields["organization"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in organizations
        ]

    def clean_pattern(self) -> list[UnitPattern]:
        return parse_patterns(self.cleaned_data["pattern"])


class HomesForm(forms.Form):
    pattern = forms.CharField(
        label=_("Homes by pattern"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One line for each unit: building, unit, floors, doors on a floor."),
    )

    def clean_pattern(self) -> list[UnitPattern]:
        return parse_patterns(self.cleaned_data["pattern"])


def parse_patterns(text: str) -> list[UnitPattern]:
    """Lines of "building unit floors doors", full-width digits and commas allowed."""
    patterns = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = [word for word in re.split(r"[\s,\u3001\u3002;xX\u00d7*-]+", _narrow(line)) if word]
        if not words:
            continue
        if len(words) not in {4, 5} or not all(word.isdecimal() for word in words[2:]):
            raise forms.ValidationError(
                _("Line %(number)s: write building, unit, floors, doors, for example 1 1 18 5."),
                params={"number": number},
            )
        floors, doors = int(words[2]), int(words[3])
        if not (1 <= floors <= 120 and 1 <= doors <= 60):
            raise forms.ValidationError(
                _("Line %(number)s: floors go from 1 to 120, doors on a floor from 1 to 60."),
                params={"number": number},
            )
        first = int(words[4]) if len(words) == 5 else 1
        building, unit = (SUFFIX.sub("", word)[:10] or word[:10] for word in words[:2])
        patterns.append(UnitPattern(building, unit, floors, doors, first))
    if not patterns:
        raise forms.ValidationError(_("Write at least one line."))
    return patterns


def _narrow(text: str) -> str:
    """Full-width digits and signs as their ASCII twins."""
    return "".join(chr(ord(one) - 0xFEE0) if 0xFF01 <= ord(one) <= 0xFF5E else one for one in text)


class PartForm(forms.Form):
    """Which part of the compound a member looks after; nothing chosen is all that `by` sees."""

    buildings = forms.TypedMultipleChoiceField(
        label=_("Only these buildings"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    unit: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Or only this unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("no single unit"),
        help_text=_("Nothing chosen: the whole compound."),
    )

    def __init__(
        self, *args: Any, by: Member, units: Iterable[Unit] | None = None, **kwargs: Any
    ) -> None:
        """`units` are those that `by` sees, with their buildings, where they are read already."""
        super().__init__(*args, **kwargs)
        self.by = by
        rows = Unit.objects.filter(by.within_units()).select_related("building")
        units = list(rows if units is None else units)
        found = {one.building_id: str(one.building) for one in units}
        self.fields["unit"].queryset = rows  # type: ignore[attr-defined]
        choose_among(self.fields["unit"], units)
        self.fields["buildings"].choices = list(found.items())  # type: ignore[attr-defined]
        if by.is_limited:
            self.fields["unit"].help_text = ""
        if by.unit_id is not None or len(found) < 2:
            del self.fields["buildings"]
            self.fields["unit"].label = _("Only this unit")

    def part(self) -> dict[str, Any]:
        """As the actions take it. A manager of a part gives the own part when none is chosen."""
        data = self.cleaned_data
        buildings, unit = data.get("buildings", []), data["unit"]
        if self.by.is_limited and not buildings and unit is None:
            return {"unit": self.by.unit, "buildings": self.by.buildings}
        return {"unit": unit, "buildings": buildings}


class MemberForm(PartForm):
    username = forms.CharField(label=_("Sign-in name"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=40)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    by_link = forms.BooleanField(
        label=_("Without a password: signs in by one-time links"),
        required=False,
        help_text=_("For volunteers and building captains."),
    )

    field_order = ["username", "name", "role", "buildings", "unit", "phone", "by_link"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("by_link") and data.get("role") not in ROLES:
            self.add_error("by_link", _("One-time links are for volunteers and building captains."))
        return data


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for"), max_length=60, help_text=_("For example: street office sheet")
    )
