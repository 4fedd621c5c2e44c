"""The one search box of the desk: a list under the box while typing, a page without script."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.search import find

UNDER_THE_BOX = 8


@member_page(Permission.HOUSEHOLD_SEE)
def search_page(request: MemberRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    if request.htmx:
        hits = find(text, member=request.member, most=UNDER_THE_BOX)
        return render(request, "households/_found.html", {"hits": hits, "asked": text.strip()})
    hits = find(text, member=request.member)
    certain = [hit for hit in hits if hit.is_certain]
    if len(certain) == 1 and certain[0].household_id:
        return redirect("households:file", request.compound.slug, certain[0].household_id)
    context = {"hits": hits, "asked": text.strip(), "search_query": text}
    return render(request, "households/search.html", context)
