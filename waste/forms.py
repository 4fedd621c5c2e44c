"""Forms of rounds and windows; made for gloved hands, so few fields and all prefilled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from compounds.roles import Permission
from waste.actions import CONTACT_MINUTES, LIMITS, MOST_BAGS
from waste.dilution import MOST_LITRES, mg_per_litre_of_percent
from waste.models import Agent, DisinfectionRound

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}


class RoundForm(forms.Form):
    """What was used; the plan's figures stand in it."""

    agent = forms.ChoiceField(label=_("Agent"), choices=Agent.choices)
    mg_per_litre = forms.IntegerField(
        label=_("Strength, mg/L"),
        min_value=1,
        max_value=max(most for _least, most in LIMITS.values()),
        widget=forms.NumberInput(attrs=_NUMBER),
    )
    contact_minutes = forms.IntegerField(
        label=_("Contact time, minutes"),
        min_value=1,
        max_value=CONTACT_MINUTES[1] * 10,
        widget=forms.NumberInput(attrs=_NUMBER),
    )
    batch = forms.CharField(label=_("Batch number"), max_length=40, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    @classmethod
    def of(cls, row: DisinfectionRound, data: Any = None) -> RoundForm:
        return cls(
            data,
            initial={
                "agent": row.agent,
                "mg_per_litre": row.mg_per_litre,
                "contact_minutes": row.contact_minutes,
            },
        )


class StockUnit:
    PERCENT = "percent"
    MG = "mg"
    CHOICES = [(PERCENT, _("%")), (MG, _("mg/L"))]


class MixForm(forms.Form):
    """Stock strength, wanted strength and litres."""

    stock = forms.DecimalField(
        label=_("Strength on the bottle"),
        min_value=Decimal("0.01"),
        max_value=1_000_000,
        widget=forms.NumberInput(attrs=_DECIMAL | {"step": "any"}),
    )
    stock_unit = forms.ChoiceField(label=_("Its unit"), choices=StockUnit.CHOICES)
    target = forms.DecimalField(
        label=_("Wanted, mg/L"),
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs=_DECIMAL | {"step": "any"}),
    )
    litres = forms.DecimalField(
        label=_("How many litres"),
        min_value=Decimal("0.1"),
        max_value=MOST_LITRES,
        widget=forms.NumberInput(attrs=_DECIMAL | {"step": "any"}),
    )

    @property
    def stock_mg_per_litre(self) -> Decimal:
        stock = self.cleaned_data["stock"]
        if self.cleaned_data["stock_unit"] == StockUnit.PERCENT:
            return mg_per_litre_of_percent(stock)
        return stock


class MoveForm(forms.Form):
    to_phase = forms.CharField(max_length=12, widget=forms.HiddenInput)
    bags = forms.IntegerField(
        label=_("Bags"),
        required=False,
        min_value=0,
        max_value=MOST_BAGS,
        widget=forms.NumberInput(attrs=_NUMBER),
    )


class AssignForm(forms.Form):
    member = forms.ChoiceField(label=_("Hand to"))

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(one.pk): one for one in members if one.may(Permission.WORK_DO)}
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            (key, f"{one.name} · {one.get_role_display()}") for key, one in self.members.items()
        ]

    @property
    def chosen(self) -> Member:
        return self.members[self.cleaned_data["member"]]


def parse_day(text: str) -> date | None:
    """A day of an address (2026-11-22); None when it is not one that a compound can have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None
