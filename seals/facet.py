"""Which order rules a door now, as a line on its household's file."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.roles import Permission
from households.facets import Facet, register_facet
from households.models import Household
from lockdown.kernel.wording import daytime
from seals.models import Level
from seals.queries import rule_for_home


def rule(household: Household, member: Member, now: datetime) -> Facet | None:
    """One query. Says nothing to whom orders are not shown."""
    if not member.may(Permission.ORDER_SEE):
        return None
    order = rule_for_home(household.home, now)
    if order is None:
        return Facet(str(_("Rule of this door")), str(_("under no order")))
    text = _("%(place)s, until %(until)s") % {
        "place": order.place_label,
        "until": daytime(order.ends_at),
    }
    url = reverse("seals:order", args=[member.compound.slug, order.pk])
    level = Level(order.level)
    state = "iso" if level == Level.SEALED else "now"
    return Facet(str(_("Rule of this door")), str(text), state, str(level.label), url)


def connect() -> None:
    register_facet("1-rule", rule)
