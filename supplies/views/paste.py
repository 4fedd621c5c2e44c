"""Pasting a chat group's order list: read, looked through by a person, confirmed line by line."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.models import Household
from households.queries import files_of
from lockdown.kernel.errors import Refused
from supplies.actions.orders import place_order
from supplies.models import GroupBuy
from supplies.pasted import (
    LONGEST,
    Proposed,
    Row,
    Sheet,
    cart_of,
    household_of,
    key_of,
    open_sheet,
    propose,
    rows_of,
)
from supplies.views.order_for import find_open


@member_page(Permission.BUY_ORDER_FOR)
def paste(request: MemberRequest, buy: int) -> HttpResponse:
    """The text comes, the table goes out, the table comes back; nothing of it is stored."""
    found = find_open(request.member, buy)
    if request.method != "POST":
        return _page(request, found)
    sheet = open_sheet(found, files_of(request.member))
    if "rows" in request.POST:
        return _confirm(request, found, sheet)
    text = request.POST.get("text", "")
    if not text.strip() or len(text) > LONGEST:
        words = _("Paste the list first.") if not text.strip() else _("Paste it in two parts.")
        return _page(request, found, error=words, text=text[:LONGEST], status=422)
    return _table(request, found, propose(text, sheet), uuid.uuid4().hex)


def _confirm(request: MemberRequest, buy: GroupBuy, sheet: Sheet) -> HttpResponse:
    """All that are ticked, or the one whose button was pressed."""
    rows, page = rows_of(request.POST), request.POST.get("page", "")[:40]
    one = request.POST.get("one", "")
    households = {row.pk: row for row in files_of(request.member)}
    for row in rows:
        if str(row.place) == one or (not one and row.ticked):
            _place(request, buy, sheet, row, households, page)
    status = 422 if any(row.refused for row in rows) else 200
    return _table(request, buy, Proposed(rows, [], 0), page, status=status)


def _place(
    request: MemberRequest,
    buy: GroupBuy,
    sheet: Sheet,
    row: Row,
    households: dict[int, Household],
    page: str,
) -> None:
    """Its number, or why not; a row that is refused keeps no other from being ordered."""
    try:
        household = household_of(row, sheet)
        cart = cart_of(row, household, sheet)
        placed = place_order(
            buy=buy,
            household=households[household],
            wanted=cart,
            key=key_of(page, row, household, cart),
            for_whom=_("in the chat group"),
            by=request.member,
        )
    except Refused as refusal:
        row.refused, row.ticked = str(refusal), True
    else:
        row.number, row.ticked = placed.number, False


def _page(
    request: MemberRequest, buy: GroupBuy, *, error: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    is_open = buy.takes_orders(timezone.now())
    context = {"buy": buy, "error": error, "text": text, "is_open": is_open}
    return render(request, "supplies/home/paste.html", context, status=status)


def _table(
    request: MemberRequest, buy: GroupBuy, found: Proposed, page: str, status: int = 200
) -> HttpResponse:
    placed = [row for row in found.rows if row.number]
    context = {
        "buy": buy,
        "found": found,
        "page": page,
        "placed": placed,
        "to_look": [row for row in found.rows if not row.number and not row.is_certain],
        "certain": [row for row in found.rows if not row.number and row.is_certain],
        "ticked": sum(row.ticked for row in found.rows),
    }
    return render(request, "supplies/home/paste_table.html", context, status=status)
