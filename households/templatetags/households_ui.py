"""Filters for household files: {% load households_ui %}."""

from __future__ import annotations

import re

from django import template

from households.phones import mask

register = template.Library()
NUMBER = re.compile(r"\+?\d[\d-]{5,}\d")


@register.filter
def mask_numbers(text: object) -> str:
    """A note without full phone numbers: they are shown only by a reveal that is logged."""
    return NUMBER.sub(lambda found: mask(found.group()), str(text or ""))
