"""Whom to tell and what to say."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member, Unit
from compounds.roles import PERMISSIONS, Permission
from households.models import CareKind
from notices.audience import Audience
from notices.models import Told
from notices.parts import narrowed

FLOOR_LIST = re.compile(r"^(-?\d{1,3})(?:[-~到至](-?\d{1,3}))?$")
SEPARATORS = re.compile(r"[\s,、;]+")
MOST_FLOORS = 200


def _words(text: str) -> list[str]:
    """What people separate by spaces or commas of any width; digits become plain ones."""
    return [word for word in SEPARATORS.split(unicodedata.normalize("NFKC", text)) if word]


def parse_floors(text: str) -> tuple[int, ...]:
    """ "1-3, 8" as (1, 2, 3, 8); full-width digits and commas allowed."""
    floors: set[int] = set()
    for word in _words(text):
        match = FLOOR_LIST.match(word)
        if match is None:
            raise forms.ValidationError(_("Write floors as 1-3, 8."))
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > MOST_FLOORS:
            raise forms.ValidationError(_("Write floors as 1-3, 8."))
        floors.update(range(first, last + 1))
    return tuple(sorted(floors))


class AudienceForm(forms.Form):
    """None chosen is the whole compound, or the member's part of it."""

    buildings = forms.TypedMultipleChoiceField(
        label=_("Buildings"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    units = forms.TypedMultipleChoiceField(
        label=_("Units"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    doors = forms.CharField(
        label=_("Single doors"),
        required=False,
        max_length=400,
        help_text=_("As on the door label: 1-1-502, 1-1-602"),
    )
    floors = forms.CharField(
        label=_("Only these floors"),
        required=False,
        max_length=100,
        help_text=_("For example 1-3, 8. Empty: every floor."),
    )
    flags = forms.MultipleChoiceField(
        label=_("Only households with a care mark"),
        choices=CareKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        units = list(Unit.objects.filter(member.within_units()).select_related("building"))
        buildings = {unit.building_id: unit.building for unit in units}
        self._choose("units", [(unit.pk, str(unit)) for unit in units])
        self._choose("buildings", [(pk, str(one)) for pk, one in buildings.items()])
        if len(buildings) < 2 or member.unit_id is not None:
            del self.fields["buildings"]

    def _choose(self, name: str, choices: list[tuple[int, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_floors(self) -> tuple[int, ...]:
        return parse_floors(self.cleaned_data["floors"])

    def clean_doors(self) -> tuple[int, ...]:
        labels = _words(self.cleaned_data["doors"])
        homes = Home.objects.filter(self.member.within(), label__in=labels)
        found = dict(homes.values_list("label", "pk"))
        missing = [label for label in labels if label not in found]
        if missing:
            raise forms.ValidationError(
                _("There is no door %(doors)s here."), params={"doors": "、".join(missing)}
            )
        return tuple(found[label] for label in labels)

    def audience(self) -> Audience:
        data = self.cleaned_data
        chosen = Audience(
            buildings=tuple(data.get("buildings", ())),
            units=tuple(data.get("units", ())),
            homes=tuple(data.get("doors", ())),
            floors=data.get("floors", ()),
            flags=tuple(data.get("flags", ())),
        )
        return narrowed(chosen, self.member)


class NoticeForm(AudienceForm):
    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(
        label=_("Text"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("What happens, when, what people do, whom to ring."),
    )
    is_emergency = forms.BooleanField(
        label=_("Emergency"),
        required=False,
        help_text=_("Pages not opened within 30 minutes are rung up; the rest within the hour."),
    )
    needs_acknowledging = forms.BooleanField(
        label=_("Ask every household to confirm"), required=False, initial=True
    )
    send_at = forms.DateTimeField(
        label=_("Send later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: at once."),
    )
    request_key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    field_order = [
        "title",
        "body",
        "buildings",
        "units",
        "floors",
        "doors",
        "flags",
        "is_emergency",
        "needs_acknowledging",
        "send_at",
        "request_key",
    ]

    def clean_send_at(self) -> datetime | None:
        wanted = self.cleaned_data["send_at"]
        if wanted is not None and wanted < timezone.now():
            raise forms.ValidationError(_("This time has passed. Leave it empty to send at once."))
        return wanted

    @staticmethod
    def start(data: Any) -> dict[str, Any]:
        """What the form begins with; an address may name a unit and a floor."""
        return {
            "request_key": secrets.token_urlsafe(16),
            "needs_acknowledging": True,
            "units": [one for one in data.getlist("unit") if one.isdecimal()],
            "floors": data.get("floor", "")[:10],
        }


class ToldForm(forms.Form):
    how = forms.ChoiceField(label=_("How"), choices=Told.choices)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class TriesForm(forms.Form):
    seen = forms.IntegerField(min_value=0, max_value=999)


class AssignForm(forms.Form):
    member = forms.ModelChoiceField(
        label=_("Who takes it"), queryset=Member.objects.none(), empty_label=None
    )
    whole_floor = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = workers()  # type: ignore[attr-defined]


def workers() -> QuerySet[Member]:
    """Members who can take work, by name."""
    roles = [role for role, allowed in PERMISSIONS.items() if Permission.WORK_DO in allowed]
    rows = Member.objects.filter(left_at=None, role__in=roles)
    return rows.select_related("unit").order_by("name")
