"""Forms of household files, imports, sweeps and sign-in."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member, Unit
from households.imports import MAX_UPLOAD
from households.models import CareKind, Found, How, Outcome, Presence, Relative, Resident
from households.templatetags.households_ui import mask_numbers

MEGABYTE = 1024 * 1024


def unit_choices(member: Member) -> list[tuple[str, str]]:
    units = Unit.objects.filter(member.within_units()).select_related("building")
    return [(str(unit.pk), str(unit)) for unit in units]


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Roster file"))
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit of doors without one"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("the sheet says it"),
        help_text=gettext_lazy("Only needed when the sheet has plain door numbers such as 502."),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(member.within_units()).select_related("building")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Save it without pictures."),
                params={"limit": MAX_UPLOAD // MEGABYTE},
            )
        return file


class DoorsForm(forms.Form):
    """What completes doors that a sheet gives without building or unit."""

    building = forms.CharField(label=gettext_lazy("Building"), max_length=10, initial="1")
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=10, initial="1")


class ListForm(forms.Form):
    """Filters of the household list; what is not understood is left out."""

    q = forms.CharField(
        label=gettext_lazy("Find"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": gettext_lazy("Door, name, initials, last four digits"),
            }
        ),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    floor = forms.IntegerField(
        label=gettext_lazy("Floor"), required=False, min_value=-5, max_value=200
    )
    flag = forms.ChoiceField(
        label=gettext_lazy("Care mark"),
        required=False,
        choices=[("", gettext_lazy("any")), *CareKind.choices],
    )
    presence = forms.ChoiceField(
        label=gettext_lazy("Presence"),
        required=False,
        choices=[("", gettext_lazy("any")), *Presence.choices],
    )
    check = forms.ChoiceField(
        label=gettext_lazy("To check"),
        required=False,
        choices=[
            ("", gettext_lazy("any")),
            ("unverified", gettext_lazy("not verified")),
            ("no_phone", gettext_lazy("no phone")),
            ("empty", gettext_lazy("nobody in the file")),
        ],
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("all")), *unit_choices(member)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]


class MemberForm(forms.ModelForm):
    age = forms.IntegerField(label=gettext_lazy("Age"), required=False, min_value=0, max_value=120)

    class Meta:
        model = Resident
        fields = ("name", "relation", "sex", "is_head", "presence", "note")

    field_order = ("name", "age", "relation", "sex", "presence", "is_head", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._note = self.instance.note
        if self.instance.pk and self.instance.birth_year is not None:
            self.fields["age"].initial = self.instance.age

        # A number written into the note is shown by a reveal only; see `clean_note`.
        self.initial["note"] = mask_numbers(self.instance.note)

    def clean_note(self) -> str:
        """The note as it was, when only its numbers are masked."""
        note = str(self.cleaned_data["note"])
        return self._note if note == mask_numbers(self._note) else note

    def particulars(self) -> dict[str, Any]:
        """The fields as the actions take them; an age becomes a year of birth."""
        data = dict(self.cleaned_data)
        age = data.pop("age", None)
        data["birth_year"] = None if age is None else timezone.localdate().year - age
        return data


class PresenceForm(forms.Form):
    presence = forms.ChoiceField(label=gettext_lazy("Presence"), choices=Presence.choices)


class PhoneForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    resident = forms.IntegerField(required=False, widget=forms.HiddenInput)


class FlagForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Care mark"), choices=CareKind.choices)
    resident = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Two words are enough: what was seen or said."),
    )

    def __init__(self, *args: Any, residents: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residents = {str(one.pk): one for one in residents}
        self.fields["resident"].choices = [  # type: ignore[attr-defined]
            ("", _("the whole home")),
            *((key, one.name) for key, one in self.residents.items()),
        ]


class RelativeForm(forms.ModelForm):
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40)

    class Meta:
        model = Relative
        fields = ("relation", "name", "phone")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=80)


class VerifyForm(forms.Form):
    outcome = forms.ChoiceField(choices=[one for one in Outcome.choices if one[0] != "unverified"])
    how = forms.ChoiceField(
        label=gettext_lazy("How reached"), choices=How.choices, required=False, initial=How.DOOR
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)


class PersonForm(forms.Form):
    """One person at a door: `say` is "resident:found"."""

    say = forms.RegexField(rf"^\d{{1,18}}:({'|'.join(Found.values)})$")
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def tap(self) -> dict[str, Any]:
        resident, _colon, found = self.cleaned_data["say"].partition(":")
        return {"resident": int(resident), "found": found}


class NewcomerForm(forms.Form):
    """Somebody whom the roster lacks, as written at the door."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    stays = forms.ChoiceField(
        label=gettext_lazy("Stays as"),
        choices=[
            (str(Presence.TEMPORARY), gettext_lazy("visitor or worker, sealed in")),
            (str(Presence.INSIDE), gettext_lazy("resident of this home")),
        ],
        initial=Presence.TEMPORARY,
        widget=forms.RadioSelect,
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def tap(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "phone", "stays")}


class DoorForm(forms.Form):
    """Who somebody at a door is, and how they prove it."""

    who = forms.CharField(required=False, max_length=20)
    name = forms.CharField(label=gettext_lazy("Your name"), required=False, max_length=40)
    digits = forms.RegexField(
        r"^\s*\d{4}\s*$",
        label=gettext_lazy("Last four digits of a registered phone"),
        required=False,
        error_messages={"invalid": gettext_lazy("Four digits, please.")},
    )

    def __init__(self, *args: Any, residents: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residents = {str(one.pk): one for one in residents}

    @property
    def resident(self) -> Resident | None:
        return self.residents.get(self.cleaned_data.get("who", ""))

    def clean_digits(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["digits"]).strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.resident is None and not data.get("name", "").strip():
            self.add_error("name", _("Choose your name, or write it."))
        return data
