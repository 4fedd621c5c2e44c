"""The purchase order: made, sent as a sheet or on paper, and read back when it was edited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.models import Member
from compounds.roles import Permission
from households.roster.gate import MAX_UPLOAD
from lockdown.kernel.errors import Refused
from supplies.actions.answers import offered_pieces, record_answer
from supplies.actions.purchasing import bought_lines, order_from_supplier
from supplies.buys import sheet
from supplies.buys.course import steps_of
from supplies.buys.returned import Returned, read_returned
from supplies.buys.standing import waiting_count
from supplies.forms import whole_number
from supplies.models import BuyState, GroupBuy, PurchaseOrder
from supplies.parts import whole_round_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWERED = (BuyState.ORDERED, BuyState.ARRIVED)


@member_page(Permission.BUY_ORGANISE)
def purchase_order(request: MemberRequest, buy: int) -> HttpResponse:
    found = _closed_round(request.member, buy)
    if request.method != "POST":
        return _page(request, found)
    try:
        deed = request.POST.get("deed")
        if deed == "make":
            order_from_supplier(buy=found, by=request.member)
            messages.success(request, _("Numbered and frozen. Send it to the supplier."))
        elif deed == "read":
            return _page(request, found, returned=_read(request, found))
        elif deed == "answer":
            _keep_answer(request, found)
            messages.success(request, _("Noted. The count at the gate starts from these numbers."))
    except Refused as refusal:
        return _page(request, found, refusal=str(refusal), status=422)
    return redirect("supplies:purchase-order", request.compound.slug, buy)


def _closed_round(member: Member, pk: int) -> GroupBuy:
    """Before the cut-off there is nothing to order."""
    found = whole_round_of(member, pk)
    if found.locked_at is None:
        raise Http404
    return found


def _newest(buy: GroupBuy) -> PurchaseOrder | None:
    return buy.purchase_orders.select_related("made_by__user").order_by("-version").first()


def _read(request: MemberRequest, buy: GroupBuy) -> Returned:
    order, upload = _newest(buy), request.FILES.get("file")
    if order is None:
        raise Refused(_("Make the purchase order first."))
    if upload is None:
        raise Refused(_("Choose the sheet that came back."))
    if (upload.size or 0) > MAX_UPLOAD:
        raise Refused(_("The file is larger than 10 MB. Save it without pictures."))
    return read_returned(order, upload.name or "", upload.read())


def _keep_answer(request: MemberRequest, buy: GroupBuy) -> None:
    order = _newest(buy)
    if order is None:
        raise Refused(_("Make the purchase order first."))
    offered, remarks = {}, {}
    for line in order.lines:
        key = line["line"]
        offered[key] = whole_number(request.POST.get(f"n-{key}", ""))
        remarks[key] = request.POST.get(f"r-{key}", "").strip()
    record_answer(order=order, offered=offered, remarks=remarks, by=request.member)


def _page(
    request: MemberRequest,
    buy: GroupBuy,
    *,
    returned: Returned | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    order = _newest(buy)
    versions = buy.purchase_orders.select_related("made_by__user").order_by("-version")
    bought = bought_lines(buy) if order is None else []
    context = {
        "buy": buy,
        "order": order,
        "versions": list(versions)[1:],
        "bought": [
            {
                "line": one.line,
                "quantity": one.quantity,
                "cases": -(-one.quantity // one.line.case_size),
                "amount": one.quantity * one.line.price_fen,
            }
            for one in bought
        ],
        "total": sum(one.quantity * one.line.price_fen for one in bought),
        "waiting": waiting_count(buy, request.member) if order is None else 0,
        "answers": _answers(request, buy, order, returned) if order else [],
        "notes": returned.notes if returned else [],
        "has_read": returned is not None,
        "takes_answer": buy.state in ANSWERED,
        "refusal": refusal,
        "steps": steps_of(buy),
    }
    return render(request, "supplies/buys/purchase.html", context, status=status)


def _answers(
    request: MemberRequest, buy: GroupBuy, order: PurchaseOrder, returned: Returned | None
) -> list[dict[str, Any]]:
    """Each item with what was ordered, what the supplier says, and the difference."""
    if returned is not None:
        pieces = {one.line: one.offered for one in returned.said}
        words = {one.line: one.remark for one in returned.said}
    else:
        pieces, words = offered_pieces(buy)
    rows = []
    for line in order.lines:
        key, quantity = line["line"], line["quantity"]
        offered: Any = pieces.get(key, quantity)
        typed = request.POST.get(f"n-{key}", offered)
        more = offered - quantity
        rows.append(
            line
            | {
                "key": key,
                "typed": typed,
                "remark": request.POST.get(f"r-{key}", words.get(key, "")),
                "more": more,
                "is_known": key in pieces,
            }
        )
    return rows


@member_page(Permission.BUY_ORGANISE)
def purchase_sheet(request: MemberRequest, buy: int, version: int) -> HttpResponse:
    found, order = _version(request.member, buy, version)
    answer = HttpResponse(sheet.workbook(found, order), content_type=XLSX)
    name = f"purchase-{order.number}-{order.version}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@member_page(Permission.BUY_ORGANISE)
def purchase_print(request: MemberRequest, buy: int, version: int) -> HttpResponse:
    found, order = _version(request.member, buy, version)
    context = {
        "buy": found,
        "order": order,
        "mark": sheet.mark(order),
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "total_pieces": sum(line["quantity"] for line in order.lines),
    }
    return render(request, "supplies/buys/purchase_print.html", context)


def _version(member: Member, buy: int, version: int) -> tuple[GroupBuy, PurchaseOrder]:
    found = _closed_round(member, buy)
    rows = found.purchase_orders.select_related("made_by__user")
    order = rows.filter(version=version).first()
    if order is None:
        raise Http404
    return found, order
