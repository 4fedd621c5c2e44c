"""Filters for household files: {% load households_ui %}."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import gettext as _

from households.models import Weekday
from households.phones import mask

register = template.Library()
NUMBER = re.compile(r"\+?\d[\d-]{5,}\d")


@register.filter
def mask_numbers(text: object) -> str:
    """A note without full phone numbers: they are shown only by a reveal that is logged."""
    return NUMBER.sub(lambda found: mask(found.group()), str(text or ""))


@register.filter
def weekdays(days: list[int]) -> str:
    """Monday, Wednesday and Friday as one phrase: 周一、周三、周五."""
    comma = str(_(", "))
    return comma.join(str(Weekday(day).label) for day in sorted(days))


@register.filter
def last_part(label: object) -> str:
    """502 of 1-1-502: what neighbours on one floor call a door."""
    return str(label or "").rsplit("-", 1)[-1]
