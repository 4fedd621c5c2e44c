"""The list of rounds, a new one, and the page of one round: the spine of its whole way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from supplies.actions.rounds import draft_again, draft_buy
from supplies.buys import chat, live
from supplies.buys.course import COMING, OVER, UNDER_WAY, in_order, is_closing, tag_of, turn_of
from supplies.buys.links import Links
from supplies.buys.orders import order_rows, seen_orders
from supplies.buys.pages import round_context
from supplies.buys.standing import live_context, waiting_count
from supplies.models import BuyState, BuyTemplate, GroupBuy
from supplies.parts import own_place, round_of, rounds_of
from supplies.queries import Progress, progress

EVERY = 10  # seconds between two polls
CLOSING_EVERY = 3  # while the cut-off is at work
ENDED = 20  # rounds a page
ORDERS = 50  # orders a page
PARTS = 10  # messages a page
QUARTER = 15  # minutes
USUAL_HOURS = 6


@member_page(Permission.BUY_SEE)
def round_list(request: MemberRequest) -> HttpResponse:
    now, links = timezone.now(), Links(request.member, request.compound.slug)
    rows = rounds_of(request.member).select_related("compound", "supplier", "drafted_by__user")
    over = Paginator(rows.filter(state__in=OVER), ENDED).get_page(request.GET.get("page"))
    standing = list(rows.filter(state__in=[*COMING, *UNDER_WAY])[:200])

    def shown(buys: list[GroupBuy]) -> list[dict[str, Any]]:
        return [
            {
                "buy": buy,
                "turn": turn_of(buy, links, now),
                "tag": tag_of(buy, now),
                "url": links.of("round", buy),
            }
            for buy in buys
        ]

    context = {
        "under_way": shown(in_order([one for one in standing if one.state in UNDER_WAY], now)),
        "coming": shown(in_order([one for one in standing if one.state in COMING], now)),
        "over": shown(list(over)),
        "page": over,
        "new_url": links.to("round-new"),
        "suppliers_url": links.to("supplier-list"),
    }
    return render(request, "supplies/buys/list.html", context)


@member_page(Permission.BUY_ORGANISE)
def round_new(request: MemberRequest) -> HttpResponse:
    """From an earlier round, from a template, or from nothing; then the steps of the draft."""
    error = ""
    if request.method == "POST":
        try:
            buy = _drafted(request)
        except Refused as refusal:
            error = str(refusal)
        else:
            return redirect("supplies:round-edit", request.compound.slug, buy.pk)
    earlier = rounds_of(request.member).filter(opened_at__isnull=False).prefetch_related("lines")
    context = {
        "earlier": list(earlier[:6]),
        "templates": list(BuyTemplate.objects.select_related("supplier")[:12]),
        "title": request.POST.get("title", ""),
        "error": error,
    }
    status = 422 if error else 200
    return render(request, "supplies/buys/new.html", context, status=status)


def _drafted(request: MemberRequest) -> GroupBuy:
    kind, _colon, number = request.POST.get("from", "").partition(":")
    opens, place = next_quarter(), own_place(request.member, request.compound)
    if kind in ("round", "template"):
        row = int(number) if number.isdecimal() and len(number) < 18 else 0
        templates = BuyTemplate.objects.select_related("supplier")
        rows = rounds_of(request.member) if kind == "round" else templates
        source = get_object_or_404(rows, pk=row)
        there = place if request.member.is_limited else None
        return draft_again(source=source, place=there, opens_at=opens, by=request.member)
    return draft_buy(
        compound=request.compound,
        place=place,
        title=request.POST.get("title", ""),
        opens_at=opens,
        closes_at=opens + timedelta(hours=USUAL_HOURS),
        by=request.member,
    )


def next_quarter() -> Any:
    """The coming quarter of an hour."""
    now = timezone.now().replace(second=0, microsecond=0)
    return now + timedelta(minutes=QUARTER - now.minute % QUARTER)


@member_page(Permission.BUY_SEE)
def round_page(request: MemberRequest, buy: int) -> HttpResponse:
    found = round_of(request.member, buy)
    now, links = timezone.now(), Links(request.member, request.compound.slug)
    if found.state != BuyState.OPEN:
        context = round_context(found, links, now) | _orders(request, found)
        context |= _waiting(request, links, found)
        return render(request, "supplies/buys/round.html", context)
    stands = progress(found, now=now)
    html, url = _live_html(request, found, stands, now), _live_url(request, links, found, now)
    context = round_context(found, links, now, stands)
    context |= {"live": html, "poll": live.poller("round-poll", url, html, _every(found, now))}
    return render(request, "supplies/buys/round.html", context)


def _orders(request: MemberRequest, buy: GroupBuy) -> dict[str, Any]:
    """A page of the orders: by number, while it is open the newest first."""
    rows = seen_orders(buy, request.member)
    if buy.state == BuyState.OPEN:
        rows = rows.order_by("-changed_at", "-number")
    page = Paginator(rows, ORDERS).get_page(request.GET.get("page"))
    links = Links(request.member, request.compound.slug)
    return {"orders": order_rows(buy, list(page), links), "page": page}


def _waiting(request: MemberRequest, links: Links, buy: GroupBuy) -> dict[str, Any]:
    """How many homes wait for an answer, where it can still be given."""
    if buy.state != BuyState.LOCKED:
        return {}
    url = links.of("waiting-list", buy)
    return {"waiting": waiting_count(buy, request.member), "waiting_url": url}


def _every(buy: GroupBuy, now: datetime) -> int:
    return CLOSING_EVERY if is_closing(buy, now) else EVERY


def _live_url(request: MemberRequest, links: Links, buy: GroupBuy, now: datetime) -> str:
    """The poll shows the page of orders that is being read, and knows what the page says."""
    page, asked = request.GET.get("page", ""), {}
    if page.isdecimal() and len(page) < 6:
        asked["page"] = page
    if is_closing(buy, now):
        asked["closing"] = "1"
    url = links.of("round-live", buy)
    return f"{url}?{urlencode(asked)}" if asked else url


@member_page(Permission.BUY_SEE)
def round_live(request: MemberRequest, buy: int) -> HttpResponse:
    """How the open round stands. When the cut-off has come, and again when it is done, the page
    loads itself anew."""
    found, now = round_of(request.member, buy), timezone.now()
    said = "closing" in request.GET
    if found.state != BuyState.OPEN or is_closing(found, now) != said:
        answer = HttpResponse(status=200)
        answer["HX-Refresh"] = "true"
        return answer
    links = Links(request.member, request.compound.slug)
    url = _live_url(request, links, found, now)
    html = _live_html(request, found, progress(found), now)
    every = _every(found, now)
    return live.answer(request, "round-live", html, poll="round-poll", url=url, every=every)


def _live_html(request: MemberRequest, buy: GroupBuy, stands: Progress, now: datetime) -> str:
    links = Links(request.member, request.compound.slug)
    context = live_context(buy, stands, now, request.member) | _orders(request, buy)
    context |= {"request": request, "waiting_url": links.of("waiting-list", buy)}
    return render_to_string("supplies/buys/_live.html", context)


@member_page(Permission.BUY_ORGANISE)
def round_chat(request: MemberRequest, buy: int) -> HttpResponse:
    """How it stands and who ordered, as messages for the chat group."""
    found = round_of(request.member, buy)
    orders = list(seen_orders(found, request.member))
    parts = Paginator(chat.list_parts(found, orders) if orders else [], PARTS)
    page = parts.get_page(request.GET.get("page"))
    context = {
        "buy": found,
        "summary": chat.summary(found, progress(found)),
        "parts": list(page),
        "page": page,
        "first": (page.number - 1) * PARTS,
    }
    return render(request, "supplies/buys/chat.html", context)
