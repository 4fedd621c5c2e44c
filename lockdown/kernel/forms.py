"""Forms and actions meet here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.db import models

from lockdown.kernel.errors import Refused

T = TypeVar("T")


def attempt(form: forms.BaseForm, action: Callable[..., T], /, **kwargs: Any) -> T | None:
    """Run the action; a refusal becomes the form's error and the answer is None."""
    try:
        return action(**kwargs)
    except Refused as refusal:
        known = refusal.field if refusal.field in form.fields else None
        form.add_error(known, str(refusal))
        return None


def choose_among(field: Any, rows: Iterable[models.Model]) -> None:
    """Draw the choices of a ModelChoiceField from rows that were read already.

    Its queryset is asked only when something was chosen.
    """
    first = [] if field.empty_label is None else [("", field.empty_label)]
    field.choices = [*first, *((one.pk, field.label_from_instance(one)) for one in rows)]
