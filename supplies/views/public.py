"""The page of a round that a link in the chat group opens: for anybody, about nobody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import find_compound, public_page
from lockdown.kernel.tenancy import scope
from lockdown.kernel.wording import daytime, fen
from supplies.group_text import round_text
from supplies.models import GroupBuy
from supplies.queries import progress
from supplies.views.home_order import CLOSED


@public_page("What is offered, at what price and until when, as posted at the gate; no person.")
def public_round(request: HttpRequest, compound: str, number: int) -> HttpResponse:
    place = find_compound(compound)
    with scope([place.pk]), timezone.override(place.tz):
        rounds = GroupBuy.objects.exclude(state__in=CLOSED)
        buy = get_object_or_404(rounds, number=number)
        now = timezone.now()
        at = progress(buy, now=now)
        lines = [one.line for one in at.lines]
        goods = "、".join(f"{line.name} {fen(line.price_fen)}" for line in lines[:3])
        social = {"goods": goods, "time": daytime(buy.closes_at)}
        link = settings.SITE_URL + reverse("supplies:public-round", args=[compound, number])
        context = {
            "buy": buy,
            "at": at,
            "is_open": buy.takes_orders(now),
            "compound_name": place.name,
            "duty_phone": place.duty_phone,
            "social_title": f"{place.name} · {buy.title}",
            "social_text": _("%(goods)s; order until %(time)s") % social,
            "text": round_text(buy, lines, link),
        }
        answer = render(request, "supplies/home/public.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer
