"""Forms of sign-in and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import User
from compounds.signin.links import LONGEST


class SignInForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext_lazy("Sign-in name")

    error_messages = {
        "invalid_login": gettext_lazy(
            "Name or password is not right. Passwords are case-sensitive."
        ),
        "inactive": gettext_lazy("This account has been closed. Ask your manager."),
    }


def code_widget(digits: bool = True) -> forms.TextInput:
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return forms.TextInput(attrs=attrs | ({"inputmode": "numeric"} if digits else {}))


class SecondForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        widget=code_widget(digits=False),
        help_text=gettext_lazy("Six digits from your app, or one of your recovery codes."),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password beside the old one."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    old = forms.CharField(
        label=gettext_lazy("Password until now"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least eight characters, none that everybody knows."),
    )

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your present password."))
        return old

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new


class CodeAppForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of this device"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example: my phone"),
    )
    code = forms.CharField(
        label=gettext_lazy("The code that the app shows now"), max_length=12, widget=code_widget()
    )


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of this device"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example: my phone"),
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)


class LinkForm(forms.Form):
    """Hours."""

    opens_within = forms.TypedChoiceField(
        label=gettext_lazy("To be opened within"),
        coerce=int,
        initial=12,
        choices=[
            (2, gettext_lazy("2 hours")),
            (12, gettext_lazy("12 hours")),
            (24, gettext_lazy("1 day")),
            (72, gettext_lazy("3 days")),
        ],
    )
    session_hours = forms.IntegerField(
        label=gettext_lazy("The phone stays signed in, hours"),
        min_value=1,
        max_value=LONGEST,
        initial=12,
        help_text=gettext_lazy("As long as the shift; at most 72."),
    )


class ResetForm(forms.Form):
    what = forms.ChoiceField(
        label=gettext_lazy("What is lost"),
        widget=forms.RadioSelect,
        choices=[
            ("second", gettext_lazy("the device: passkeys, apps and recovery codes are forgotten")),
            ("password", gettext_lazy("the password: a new one is shown once")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, and how you know that it is them"), max_length=200
    )


class RuleForm(forms.Form):
    """A second factor for a role, after some days; empty waives it."""

    grace_days = forms.IntegerField(
        label=gettext_lazy("Days to get ready"), min_value=0, max_value=30, required=False
    )
