"""Forms and actions meet here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

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
