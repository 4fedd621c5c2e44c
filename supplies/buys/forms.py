"""The steps of a draft: what and from whom, the goods, when and where, the rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from compounds.places import Place
from compounds.queries import building_outline
from lockdown.kernel.errors import Refused
from seals.forms import moment_field, read_place
from supplies.buys.fields import CountField, YuanField
from supplies.drafts import MOST_ITEMS, Item
from supplies.models import FeeSplit, GroupBuy, OfferLine, ShortageRule, Supplier


class WhatForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title of the round"),
        max_length=60,
        help_text=gettext_lazy("As people call it, for example 鸡蛋牛奶团"),
    )
    supplier = forms.ModelChoiceField(
        label=gettext_lazy("Supplier"),
        queryset=Supplier.objects.none(),
        required=False,
        empty_label=gettext_lazy("not chosen yet"),
    )
    note = forms.CharField(
        label=gettext_lazy("For the households"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Where it comes from, how it is delivered"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Supplier.objects.filter(retired_at=None)
        self.fields["supplier"].queryset = known  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """One row of the goods; a row without a name is no row."""

    name = forms.CharField(label=gettext_lazy("Item"), max_length=60, required=False)
    unit = forms.CharField(label=gettext_lazy("Sold by"), max_length=12, required=False)
    price_fen = YuanField(label=gettext_lazy("Price, ¥"), required=False)
    case_size = CountField(label=gettext_lazy("Pieces a case"), default=1)
    minimum = CountField(label=gettext_lazy("Least a home"), default=1)
    cap_household = CountField(label=gettext_lazy("Most a home"))
    cap_total = CountField(label=gettext_lazy("Most in all"))
    tolerance = forms.BooleanField(label=gettext_lazy("“Up to”"), required=False)
    essential = forms.BooleanField(label=gettext_lazy("Essential"), required=False)
    perishable = forms.BooleanField(label=gettext_lazy("Fresh"), required=False)
    gone = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("gone"):
            self.errors.clear()
            return {"name": ""}
        if not data.get("name"):
            if any(data.get(one) for one in ("unit", "price_fen", "cap_household", "cap_total")):
                self.add_error("name", _("Which item is this? Write its name."))
            return data
        if not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Write the unit, for example 板 or 袋."))
        self._check_caps(data)
        return data

    def _check_caps(self, data: dict[str, Any]) -> None:
        most, least = data.get("cap_household"), data.get("minimum") or 1
        if most is not None and most < least:
            self.add_error("cap_household", _("This is less than the least a home must take."))
        whole, case = data.get("cap_total"), data.get("case_size") or 1
        if whole is not None and whole < case:
            self.add_error("cap_total", _("This is less than one case."))

    def item(self) -> Item | None:
        data = self.cleaned_data
        if not data.get("name"):
            return None
        apart = ("price_fen", "gone")
        known = {one: data[one] for one in self.fields if one not in apart}
        return Item(price_fen=data["price_fen"] or 0, **known)


class BaseItems(forms.BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        counted = Counter(form.cleaned_data.get("name") for form in self.forms)
        for form in self.forms:
            name = form.cleaned_data.get("name")
            if name and counted[name] > 1:
                form.add_error("name", _("It stands twice. Give each item its own name."))
                raise ValidationError(_("Two items have the same name."))

    def items(self) -> list[Item]:
        return [item for form in self.forms if (item := form.item()) is not None]


def items_formset(data: Any = None, *, lines: list[OfferLine], extra: int = 2) -> Any:
    """The goods of a draft as rows, with some empty ones below."""
    made = forms.formset_factory(
        ItemForm,
        formset=BaseItems,
        extra=extra if lines else extra + 1,
        max_num=MOST_ITEMS,
        absolute_max=MOST_ITEMS,
    )
    initial = [
        {name: getattr(line, name) for name in ItemForm.base_fields if name != "gone"}
        | {"price_fen": line.price_fen or None}
        for line in lines
    ]
    return made(data, initial=initial, prefix="i")


class WhenForm(forms.Form):
    place = forms.ChoiceField(label=gettext_lazy("For which homes"))
    opens_at = moment_field(
        gettext_lazy("Opens"),
        help_text=gettext_lazy("At once when the committee has approved it, if this has passed"),
    )
    closes_at = moment_field(gettext_lazy("Closes"))
    deliver_from = moment_field(gettext_lazy("Delivery from"), required=False)
    deliver_until = moment_field(gettext_lazy("Delivery until"), required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compound = member.compound
        self.fields["place"].choices = place_choices(  # type: ignore[attr-defined]
            member, str(self.initial.get("place", ""))
        )

    def clean_place(self) -> Place:
        try:
            return read_place(self.compound, self.cleaned_data["place"])
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


def place_choices(member: Member, kept: str) -> list[tuple[str, str]]:
    """The compound, its buildings and stairs, within the member's part; a finer place that the
    draft has stays."""
    compound = member.compound
    whole = _("%(name)s, the whole compound") % {"name": compound.name}
    choices = [] if member.is_limited else [("compound", whole)]
    outline = building_outline(member)
    outline.sort(key=lambda line: (line.unit.building.position, line.unit.building_id))
    stairs = Counter(line.unit.building_id for line in outline)
    for line in outline:
        building = line.unit.building
        code = (f"building:{building.pk}", str(building))
        if stairs[building.pk] > 1 and code not in choices:
            choices.append(code)
        choices.append((f"unit:{line.unit.pk}", str(line.unit)))
    if kept and kept not in dict(choices):
        choices.append((kept, read_place(compound, kept).label))
    return choices


class RulesForm(forms.Form):
    min_amount_fen = YuanField(
        label=gettext_lazy("Forms from this amount, ¥"),
        required=False,
        help_text=gettext_lazy("Of all orders together"),
    )
    min_units = CountField(label=gettext_lazy("Forms from this many pieces"))
    min_households = CountField(label=gettext_lazy("Forms from this many homes"))
    extend_hours = CountField(
        label=gettext_lazy("If short, extend once by hours"),
        least=0,
        default=0,
        help_text=gettext_lazy("Empty: it does not form, and everybody is told"),
    )
    fee_fen = YuanField(label=gettext_lazy("Delivery fee in all, ¥"), required=False, least_fen=0)
    fee_split = forms.ChoiceField(label=gettext_lazy("Who bears the fee"), choices=FeeSplit.choices)
    rule = forms.ChoiceField(
        label=gettext_lazy("When too little arrives"), choices=ShortageRule.choices
    )
    reserve_percent = CountField(
        label=gettext_lazy("Held for homes with a care mark, %"),
        least=0,
        default=0,
        help_text=gettext_lazy(
            "Of essential items with a cap in all, until two hours before it closes"
        ),
    )
    repeats_weekly = forms.BooleanField(label=gettext_lazy("Every week"), required=False)

    def clean_fee_fen(self) -> int:
        return self.cleaned_data["fee_fen"] or 0


def what_initial(buy: GroupBuy) -> dict[str, Any]:
    return {"title": buy.title, "supplier": buy.supplier_id, "note": buy.note}


def when_initial(buy: GroupBuy) -> dict[str, Any]:
    names = ("opens_at", "closes_at", "deliver_from", "deliver_until")
    return {"place": buy.place_key} | {name: getattr(buy, name) for name in names}


def rules_initial(buy: GroupBuy) -> dict[str, Any]:
    initial = {name: getattr(buy, name) for name in RulesForm.base_fields}
    # A zero is "none": shown as an empty field.
    return {name: None if value == 0 else value for name, value in initial.items()}


class SupplierForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Supplier's name"), max_length=80)
    licence_number = forms.CharField(
        label=gettext_lazy("Licence number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Food business licence; the committee asks for it"),
    )
    licence_until = forms.DateField(
        label=gettext_lazy("Licence valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contact = forms.CharField(label=gettext_lazy("Contact"), max_length=40, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class PaperForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("What the paper shows"),
        max_length=60,
        initial=gettext_lazy("Food business licence"),
    )
    picture = forms.FileField(
        label=gettext_lazy("Photo or PDF"),
        help_text=gettext_lazy("A PDF of at most 3 MB"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,.pdf"}),
    )


class ExtendForm(forms.Form):
    closes_at = moment_field(gettext_lazy("New closing time"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


class EndForm(forms.Form):
    how = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[
            ("cancel", gettext_lazy("We give it up")),
            ("failed", gettext_lazy("The supplier does not deliver")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Every household that ordered reads it"),
    )


class VehicleForm(forms.Form):
    expected_at = moment_field(gettext_lazy("Expected at the gate"))
    plate = forms.CharField(label=gettext_lazy("Number plate"), max_length=16, required=False)
    driver = forms.CharField(label=gettext_lazy("Driver"), max_length=40, required=False)
    drop_zone = forms.CharField(
        label=gettext_lazy("Where it is put down"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Outside the gate, for example 南门外雨棚"),
    )
