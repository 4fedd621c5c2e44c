"""The bar of the resident's pages: it says always whose home this is."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compounds.models import Home
from households.access import ResidentRequest, homes_kept
from households.models import HomeOf, Proxy

# How a page speaks of the home to whoever acts for it.
WHOSE = {
    HomeOf.MOTHER: _("your mother's home"),
    HomeOf.FATHER: _("your father's home"),
    HomeOf.PARENTS: _("your parents' home"),
    HomeOf.GRANDPARENTS: _("your grandparents' home"),
    HomeOf.CHILD: _("your child's home"),
    HomeOf.RELATIVE: _("your relative's home"),
    HomeOf.FRIEND: _("your friend's home"),
}


def whose(proxy: Proxy) -> str:
    return str(WHOSE[HomeOf(proxy.home_of)])


def home_label(home: Home, proxy: Proxy | None) -> str:
    """1栋1单元 1501 to those who live there, 您母亲家 1501 to a relative outside."""
    return f"{whose(proxy) if proxy else home.unit} {home.number}"


def bar(request: ResidentRequest, *, back: str = "") -> dict[str, Any]:
    """What `base_phone.html` needs. `back` is the address above this page, by default the home."""
    label = home_label(request.home, request.proxy)
    return {
        "home_label": label,
        "home_url": reverse("reports:home"),
        "back_url": back or reverse("reports:home"),
        "back_label": label,
        "compound_name": request.compound.name,
        "duty_phone": request.compound.duty_phone,
        "proxy": request.proxy,
        "many_homes": len(homes_kept(request)) > 1,
    }
