"""The reviewer's search box: doors and masked names in every compound that was granted."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from compounds.access import PersonRequest, granted, person_page
from compounds.models import Home
from compounds.roles import Permission
from households.search import Hit, find
from lockdown.kernel.tenancy import scope
from reports.board import order_pill
from seals.queries import rules_for_homes

UNDER_THE_BOX = 8


class SearchRequest(PersonRequest):
    htmx: HtmxDetails


@dataclass(frozen=True)
class Found:
    """A door that answers, and the order that rules it now."""

    hit: Hit
    order: str


@person_page("A reviewer finds doors in the compounds that were granted; names are masked.")
def review_search(request: SearchRequest) -> HttpResponse:
    compounds = granted(request.user, Permission.REPORT_COMMENT)
    if not compounds:
        raise Http404
    text = request.GET.get("q", "")
    with scope(compounds):
        hits = find(text, most=UNDER_THE_BOX) if request.htmx else find(text)
    found = _with_orders(hits)
    context = {"found": found, "asked": text.strip(), "search_query": text}
    template = "reports/_found.html" if request.htmx else "reports/search.html"
    return render(request, template, context)


def _with_orders(hits: list[Hit]) -> list[Found]:
    """Two queries in the compounds of the hits alone."""
    if not hits:
        return []
    now = timezone.now()
    with scope({hit.compound_id for hit in hits}):
        homes = list(Home.objects.filter(pk__in=[hit.home_id for hit in hits]))
        rules = rules_for_homes(homes, now)
        return [
            Found(hit, order_pill(rules[hit.home_id], now) if hit.home_id in rules else "")
            for hit in hits
        ]
