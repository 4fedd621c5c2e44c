"""Forms of handovers: a line, a question, two signatures, and the shifts themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from compounds.limits import is_near
from compounds.models import Compound, Member
from compounds.roles import PERMISSIONS, Permission, Role
from lockdown.kernel.forms import choose_among
from seals.forms import moment_field


def workers(by: Member) -> list[Member]:
    """Members who do work and of whom `by` may know, for giving something to one of them."""
    roles = [role for role in Role if Permission.WORK_DO in PERMISSIONS[role]]
    found = Member.objects.filter(left_at=None, role__in=roles).select_related("unit__building")
    return [one for one in found.order_by("name") if is_near(by, one)]


class MemberField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Member) -> str:
        return f"{obj.name} · {obj.get_role_display()}"

    def among(self, people: list[Member]) -> None:
        """These may be chosen; for drawing them nothing is asked again."""
        self.queryset = Member.objects.filter(pk__in=[one.pk for one in people])
        choose_among(self, people)


def new_key() -> str:
    return get_random_string(20)


class WordForm(forms.Form):
    """A note, or an open point that may be given to somebody."""

    kind = forms.ChoiceField(choices=(("note", ""), ("point", "")), widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What the next shift must know"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    assignee = MemberField(
        label=_("Put it on somebody's list"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("nobody's, to be kept in mind"),
    )
    due_at = moment_field(_("By when"), required=False)
    request_key = forms.CharField(widget=forms.HiddenInput, initial=new_key, max_length=40)

    def __init__(self, *args: Any, people: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].among(people)  # type: ignore[attr-defined]


class SayForm(forms.Form):
    """A question before signing, or its answer."""

    text = forms.CharField(
        label=_("In one sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    request_key = forms.CharField(widget=forms.HiddenInput, initial=new_key, max_length=40)


class HandForm(forms.Form):
    to = MemberField(
        label=_("Who takes over"),
        queryset=Member.objects.none(),
        error_messages={"required": _("Name the person who takes over.")},
    )

    def __init__(self, *args: Any, people: list[Member], by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].among([one for one in people if one != by])  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ShiftsForm(forms.Form):
    """Up to six shifts as rows of name, begin and end, and the posts one a line."""

    ROWS = 6
    posts = forms.CharField(
        label=_("Posts, one a line"), max_length=140, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(self.ROWS):
            self.fields[f"name_{row}"] = forms.CharField(
                label=_("Name"), max_length=20, required=False
            )
            for edge, label in (("begins", _("Begins")), ("ends", _("Ends"))):
                self.fields[f"{edge}_{row}"] = forms.TimeField(
                    label=label,
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    @property
    def rows(self) -> list[list[Any]]:
        return [
            [self[f"{part}_{row}"] for part in ("name", "begins", "ends")]
            for row in range(self.ROWS)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in range(self.ROWS):
            parts = [data.get(f"{part}_{row}") for part in ("name", "begins", "ends")]
            if any(parts) and not all(part is not None and part != "" for part in parts):
                self.add_error(f"name_{row}", _("Give the name, the begin and the end."))
        return data

    def shifts(self) -> list[dict[str, str]]:
        data = self.cleaned_data
        return [
            {
                "name": data[f"name_{row}"].strip(),
                "begins": f"{data[f'begins_{row}']:%H:%M}",
                "ends": f"{data[f'ends_{row}']:%H:%M}",
            }
            for row in range(self.ROWS)
            if data.get(f"name_{row}")
        ]

    def post_names(self) -> list[str]:
        return [line.strip()[:20] for line in self.cleaned_data["posts"].splitlines()]
