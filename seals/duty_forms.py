"""Forms of lodging, barriers and handovers; short, prefilled, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compounds.limits import touching
from compounds.models import Home, Member, Unit
from households.models import Sex
from seals.barriers import QUESTIONS
from seals.models import (
    MOST_BEDS,
    Barrier,
    BarrierKind,
    ForWhom,
    Gone,
    Guest,
    GuestKind,
    Need,
    SealOrder,
)

TEL = {"inputmode": "tel", "autocomplete": "off"}
NUMBER = {"inputmode": "numeric"}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class UnitField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Unit) -> str:
        return str(obj)


class GuestForm(forms.Form):
    """Who was caught by the seal, where they are, what they need."""

    name = forms.CharField(label=_("Name"), max_length=40)
    phone = forms.CharField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs=TEL)
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    kind = forms.ChoiceField(label=_("Who is it"), choices=GuestKind.choices)
    with_whom = forms.CharField(label=_("With whom, for whom"), max_length=80, required=False)
    employer = forms.CharField(label=_("Employer"), max_length=80, required=False)
    unit = UnitField(label=_("In which stair"), queryset=Unit.objects.none())
    door = forms.CharField(
        label=_("Behind which door"),
        max_length=10,
        required=False,
        help_text=_("Leave it empty for somebody in the hall or outside."),
        widget=forms.TextInput(attrs=NUMBER),
    )
    spot = forms.CharField(
        label=_("Where exactly"), max_length=60, required=False, help_text=_("Hall, guard's post")
    )
    needs = forms.MultipleChoiceField(
        label=_("Needs"),
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[Need.BED],
    )
    needs_note = forms.CharField(label=_("More about it"), max_length=200, required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(member.within_units()).select_related("building")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.member = member
        self.home: Home | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        door, unit = data.get("door", "").strip(), data.get("unit")
        if door and unit:
            self.home = Home.objects.filter(unit=unit, number=door).first()
            if self.home is None:
                self.add_error("door", _("There is no such door in this stair."))
        return data

    def particulars(self) -> dict[str, Any]:
        left_out = ("unit", "door")
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class GuestEditForm(GuestForm):
    """Where somebody sleeps is changed by a stay; the rest is corrected here."""

    def __init__(self, *args: Any, guest: Guest, **kwargs: Any) -> None:
        fields = [name for name in self.base_fields if name not in ("unit", "door")]
        kwargs["initial"] = {name: getattr(guest, name) for name in fields}
        super().__init__(*args, **kwargs)
        del self.fields["unit"], self.fields["door"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("What for? It is kept with your name."), max_length=80)


class GoneForm(forms.Form):
    how = forms.ChoiceField(
        label=_("What became of them"), choices=Gone.choices, widget=forms.RadioSelect
    )


class OfferForm(forms.Form):
    """What a household offers; the same form for staff and on the household's page."""

    beds = forms.IntegerField(label=_("How many beds"), min_value=1, max_value=MOST_BEDS, initial=1)
    first_night = forms.DateField(label=_("First night"), widget=DateInput())
    last_night = forms.DateField(label=_("Last night"), widget=DateInput())
    for_whom = forms.ChoiceField(label=_("Who may come"), choices=ForWhom.choices)
    meals = forms.BooleanField(label=_("Meals with us"), required=False)
    quiet = forms.BooleanField(label=_("A room of its own"), required=False)
    pets = forms.BooleanField(label=_("A pet may come along"), required=False)
    conditions = forms.CharField(
        label=_("Conditions"),
        max_length=200,
        required=False,
        help_text=_("For example: no smoking, quiet after 22:00."),
    )
    contact = forms.CharField(label=_("Whom to ask"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs=TEL)
    )

    @classmethod
    def opening(cls, first: date, last: date, data: Any = None, **kwargs: Any) -> OfferForm:
        """From tonight until the seal is planned to end."""
        return cls(data, initial={"first_night": first, "last_night": max(first, last)}, **kwargs)


class StaffOfferForm(OfferForm):
    """With the door, since staff enter offers of many homes."""

    unit = UnitField(label=_("Stair"), queryset=Unit.objects.none())
    door = forms.CharField(label=_("Door"), max_length=10, widget=forms.TextInput(attrs=NUMBER))
    field_order = ("unit", "door")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(member.within_units()).select_related("building")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class BarrierForm(forms.Form):
    """Where it stands and who opens it; the three questions come after."""

    kind = forms.ChoiceField(label=_("Kind"), choices=BarrierKind.choices)
    unit = UnitField(
        label=_("At which stair"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("the whole compound, a gate or lane"),
    )
    spot = forms.CharField(
        label=_("Where it stands"), max_length=60, help_text=_("South side, by the bicycle shed")
    )
    order = forms.ModelChoiceField(
        label=_("For which order"),
        queryset=SealOrder.objects.none(),
        required=False,
        empty_label=_("for none in particular"),
    )
    opener = forms.CharField(label=_("Opens it in an emergency"), max_length=40)
    opener_phone = forms.CharField(
        label=_("Phone"), max_length=20, widget=forms.TextInput(attrs=TEL)
    )
    deputy = forms.CharField(label=_("Deputy"), max_length=40)
    deputy_phone = forms.CharField(
        label=_("The deputy's phone"), max_length=20, widget=forms.TextInput(attrs=TEL)
    )
    key_place = forms.CharField(label=_("Where key or tool is"), max_length=80)
    opens_within = forms.IntegerField(
        label=_("Opens within, minutes"), min_value=1, max_value=60, initial=5
    )
    check_hours = forms.IntegerField(
        label=_("Looked at every … hours"), min_value=1, max_value=168, initial=24
    )

    OPENING = (
        *("opener", "opener_phone", "deputy", "deputy_phone", "key_place"),
        *("opens_within", "check_hours"),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(member.within_units()).select_related("building")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].required = member.is_limited
        orders = self.fields["order"]
        orders.queryset = SealOrder.objects.in_force().filter(touching(member))  # type: ignore[attr-defined]
        orders.label_from_instance = lambda order: order.place_label  # type: ignore[attr-defined]

    def opening(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.OPENING}


class BarrierEditForm(BarrierForm):
    """Another opener, deputy, key or rhythm; a barrier elsewhere is another barrier."""

    def __init__(self, *args: Any, barrier: Barrier, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(barrier, name) for name in self.OPENING}
        super().__init__(*args, **kwargs)
        for name in ("kind", "unit", "spot", "order"):
            del self.fields[name]


YES_NO = (("yes", _("Yes")), ("no", _("No")))


class LaneForm(forms.Form):
    """Three plain questions, each to be answered."""

    lane = forms.ChoiceField(label=QUESTIONS["lane"], choices=YES_NO, widget=forms.RadioSelect)
    door = forms.ChoiceField(label=QUESTIONS["door"], choices=YES_NO, widget=forms.RadioSelect)
    gate = forms.ChoiceField(label=QUESTIONS["gate"], choices=YES_NO, widget=forms.RadioSelect)

    def answers(self) -> Mapping[str, bool]:
        return {key: self.cleaned_data[key] == "yes" for key in QUESTIONS}


class CheckForm(LaneForm):
    note = forms.CharField(label=_("What you saw"), max_length=300, required=False)
