"""{% load supplies_ui %}: the strip of pages of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from supplies.buys.course import state_of
from supplies.buys.links import Links

register = template.Library()
register.filter("buy_state", state_of)

TABS = (
    ("rounds", _("Group-buys"), "round-list"),
    ("runs", _("Deliveries"), "run-list"),
    ("claims", _("Claims"), "claim-list"),
    ("money", _("Money"), "money"),
    ("stock", _("Stock"), "stock"),
)


@register.simple_tag
def supply_tabs(member: Member, active: str) -> list[dict[str, Any]]:
    """For components/lens.html; only what this member may open."""
    links = Links(member, member.compound.slug)
    tabs = [(key, label, links.to(name)) for key, label, name in TABS]
    return [
        {"label": label, "url": url, "active": key == active} for key, label, url in tabs if url
    ]


@register.filter
def at_key(found: Mapping[Any, Any], key: Any) -> Any:
    """`sums|at_key:line.pk`; nothing for a key that is not there."""
    return found.get(key, "")
