"""Forms of this room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The property reads it on the desk and on this page. It stays with the day."),
    )
    request_key = forms.RegexField(regex=r"^[\w-]{16,64}$", widget=forms.HiddenInput)
