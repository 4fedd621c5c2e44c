"""Forms of requests for help: asking, and answering one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Home, Member
from households.roster.doors import NotADoor, parse_door
from volunteers.models import AskKind

URGENT, SOON = "urgent", "soon"
# (value, words, days from today, clock): a choice is offered while its time is an hour away.
TIMES = (
    ("noon", gettext_lazy("today by noon"), 0, time(12)),
    ("evening", gettext_lazy("today by the evening"), 0, time(20)),
    ("next-noon", gettext_lazy("tomorrow by noon"), 1, time(12)),
    ("next-evening", gettext_lazy("tomorrow by the evening"), 1, time(20)),
    ("three-days", gettext_lazy("within three days"), 3, time(20)),
)


def new_key() -> str:
    return uuid4().hex


class AskForm(forms.Form):
    """What is needed and until when; one tap each, and a few words."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is needed"), choices=AskKind.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=500,
        help_text=gettext_lazy(
            "For medicine: its name, how much, for how many days there is some."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    when = forms.ChoiceField(
        label=gettext_lazy("Until when"), widget=forms.RadioSelect, initial=SOON
    )
    call_back = forms.CharField(
        label=gettext_lazy("Number to ring back"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Seen by whoever does it."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    form_key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = timezone.localtime()
        self.moments = {
            value: moment
            for value, _words, days, clock in TIMES
            if (moment := self._moment(days, clock)) - self.now > timedelta(hours=1)
        }
        words = {value: name for value, name, _days, _clock in TIMES}
        self.fields["when"].choices = [  # type: ignore[attr-defined]
            (SOON, _("when it can be done")),
            (URGENT, _("urgent, within hours")),
            *((value, words[value]) for value in self.moments),
        ]
        self.fields["form_key"].initial = new_key()

    def _moment(self, days: int, clock: time) -> datetime:
        day = self.now.date() + timedelta(days=days)
        return datetime.combine(day, clock, tzinfo=self.now.tzinfo)

    def asked(self) -> dict[str, Any]:
        """What `make_ask` takes."""
        data = self.cleaned_data
        return {
            "kind": AskKind(data["kind"]),
            "text": data["text"],
            "form_key": data["form_key"],
            "is_urgent": data["when"] == URGENT,
            "wanted_at": self.moments.get(data["when"]),
            "call_back": data["call_back"],
        }


class StaffAskForm(AskForm):
    """The same, had on the phone by staff: for which door."""

    door = forms.CharField(
        label=gettext_lazy("Door"), max_length=32, help_text=gettext_lazy("For example 1-1-502")
    )
    field_order = ("door", "kind", "text", "when", "call_back", "form_key")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_door(self) -> Home:
        """The home, in any spelling, within what the member looks after."""
        typed = self.cleaned_data["door"]
        homes = Home.objects.filter(self.member.within()).select_related("unit__building")
        try:
            door = parse_door(typed)
        except NotADoor:
            raise forms.ValidationError(_("This is no door number.")) from None
        wanted = homes.filter(number=door.number)
        if door.building:
            wanted = wanted.filter(building__number__iexact=door.building)
        if door.unit:
            wanted = wanted.filter(unit__number__iexact=door.unit)
        found = list(wanted[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Write the door with building and unit, such as 1-1-502.")
                if found
                else _("There is no such door here.")
            )
        return found[0]


class AnswerForm(forms.Form):
    """What was done, or why it cannot be, and what they can do next."""

    answer = forms.CharField(
        label=gettext_lazy("What was done, or why it cannot be"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_step = forms.CharField(
        label=gettext_lazy("What they can do next"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed when it cannot be done."),
    )
