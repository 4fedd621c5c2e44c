"""Forms of a household's file: documents, medicines, appointments, pets, notes, merging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import IdentityKind, PetKind, Resident, TripKind, Weekday

LONGEST = 365  # days that a medicine may last


class IdentityForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Document"), choices=IdentityKind.choices)
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Kept encrypted; shown only for a reason that is kept."),
    )


class MedicineForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the medicine"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    dose = forms.CharField(
        label=gettext_lazy("Dose"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("1 tablet in the morning")}),
    )
    days_left = forms.IntegerField(
        label=gettext_lazy("Lasts for how many days"),
        required=False,
        min_value=0,
        max_value=LONGEST,
    )
    prescribed_at = forms.CharField(
        label=gettext_lazy("Where it is prescribed"), required=False, max_length=80
    )


class AppointmentForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Treatment"), choices=TripKind.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Every week on"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    day = forms.DateField(
        label=gettext_lazy("or once on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=gettext_lazy("Leaves at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    place = forms.CharField(label=gettext_lazy("Hospital"), required=False, max_length=80)
    escort = forms.CharField(label=gettext_lazy("Who takes them"), required=False, max_length=40)


class PetForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Animal"), choices=PetKind.choices)
    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=20, initial=1)
    note = forms.CharField(
        label=gettext_lazy("What to know"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("shy, food on the balcony")}),
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class KeyForm(forms.Form):
    key_holder = forms.CharField(
        label=gettext_lazy("Who holds a key"), required=False, max_length=80
    )


class OtherPersonForm(forms.Form):
    other = forms.ChoiceField(
        label=gettext_lazy("The same person's other entry"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, people: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.fields["other"].choices = [  # type: ignore[attr-defined]
            (key, _entry(one)) for key, one in self.people.items()
        ]


def _entry(one: Resident) -> str:
    age = "" if one.age is None else str(_("%(age)s years") % {"age": one.age})
    return " · ".join(part for part in (one.name, age, one.relation) if part)


class MedicalForm(forms.Form):
    """How far ahead the list of medicines looks; what is not understood is a week."""

    days = forms.ChoiceField(choices=[(str(one), str(one)) for one in (3, 7, 14, 30)])

    @classmethod
    def read(cls, data: Any) -> int:
        form = cls(data)
        return int(form.cleaned_data["days"]) if form.is_valid() else 7
