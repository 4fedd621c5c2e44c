"""Small things that the pages of this room say in several places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from compounds.roles import Permission

register = template.Library()

TABS = (
    ("rounds", _("Group-buys"), "supplies:round-list", Permission.BUY_SEE),
    ("runs", _("Deliveries"), "supplies:run-list", Permission.BUY_SEE),
    ("claims", _("Claims"), "supplies:claim-list", Permission.BUY_ORGANISE),
    ("money", _("Money"), "supplies:money", Permission.MONEY_RECORD),
    ("stock", _("Stock"), "supplies:stock", Permission.BUY_SEE),
)


@register.simple_tag
def buy_tabs(member: Member, active: str) -> list[dict[str, Any]]:
    """The strip over the pages of this room: what this member may open."""
    found = []
    for key, label, name, permission in TABS:
        if not member.may(permission):
            continue
        try:
            url = reverse(name, args=[member.compound.slug])
        except NoReverseMatch:
            continue
        found.append({"label": label, "url": url, "active": key == active})
    return found


@register.filter
def at_key(found: Mapping[Any, Any], key: Any) -> Any:
    """`sums|at_key:line.pk`; nothing for a key that is not there."""
    return found.get(key, "")
