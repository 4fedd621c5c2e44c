"""The gate: the vehicle that is expected, its pass, and the count on a phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from supplies.actions.answers import offered_pieces
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.purchasing import Bought, bought_lines, expect_vehicle
from supplies.buys.counting import CountRow, count_rows, counts_of
from supplies.buys.course import steps_of
from supplies.buys.forms import VehicleForm
from supplies.models import Arrival, BuyState, Count, GroupBuy
from supplies.parts import round_of

S = BuyState


@member_page(Permission.BUY_SEE)
def arrival(request: MemberRequest, buy: int) -> HttpResponse:
    """Expected, then here, then counted: what the round waits for is what the page asks."""
    found = round_of(request.member, buy)
    if found.locked_at is None:
        raise Http404
    organises = request.member.may(Permission.BUY_ORGANISE) and encloses(request.member, found)
    if found.state in (S.ARRIVED, S.COUNTED) and organises:
        return _count(request, found)
    return _gate(request, found, organises)


def _gate(request: MemberRequest, buy: GroupBuy, organises: bool) -> HttpResponse:
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    begin = buy.deliver_from or timezone.now()
    initial = {"expected_at": begin, "drop_zone": _last_zone()}
    form = VehicleForm(request.POST if deed == "expect" else None, initial=initial)
    refusal = ""
    if deed == "expect" and organises and form.is_valid():
        made = attempt(form, expect_vehicle, buy=buy, by=request.member, **form.cleaned_data)
        if made is not None:
            messages.success(request, _("Give the pass to the driver; the gate lets it in once."))
            return redirect("supplies:arrival", request.compound.slug, buy.pk)
    elif deed == "arrive":
        refusal = _arrived(request, buy, organises)
        if not refusal:
            return redirect("supplies:arrival", request.compound.slug, buy.pk)
    context = {
        "buy": buy,
        "form": form,
        "organises": organises,
        "expected": list(Arrival.objects.filter(buy=buy, arrived_at=None)),
        "came": list(
            Arrival.objects.filter(buy=buy, arrived_at__isnull=False).select_related(
                "received_by__user"
            )
        ),
        "refusal": refusal,
        "typed": request.POST.get("code", ""),
        "steps": steps_of(buy),
        "waits": buy.state in (S.LOCKED, S.ORDERED),
        "may_arrive": buy.state == S.ORDERED,
    }
    status = 422 if deed else 200
    return render(request, "supplies/buys/gate.html", context, status=status)


def _last_zone() -> str:
    last = Arrival.objects.exclude(drop_zone="").order_by("-expected_at").first()
    return last.drop_zone if last else ""


def _arrived(request: MemberRequest, buy: GroupBuy, organises: bool) -> str:
    """The gate types the pass; who organises may also note an arrival without one."""
    code = request.POST.get("code", "").strip().upper().replace(" ", "")
    waiting = Arrival.objects.filter(buy=buy, arrived_at=None)
    known = waiting.filter(pass_code=code).first() if code else None
    if code and known is None:
        return _("No vehicle is expected with this pass. Compare it letter by letter.")
    if known is None and not organises:
        return _("Type the pass that the driver shows.")
    try:
        arrive(buy=buy, arrival=known, by=request.member)
    except Refused as refusal:
        return str(refusal)
    messages.success(request, _("The goods are here. Count them in the buffer zone."))
    return ""


def _count(request: MemberRequest, buy: GroupBuy) -> HttpResponse:
    bought = bought_lines(buy)
    known = {row.line_id: row for row in Count.objects.filter(arrival__buy=buy)}
    offered, remarks = offered_pieces(buy)
    rows = count_rows(bought, known, offered, remarks, request.POST or None)
    refusal = ""
    if request.method == "POST":
        refusal = _counted(request, buy, rows, bought)
        if not refusal:
            messages.success(request, _("Counted. Next the goods are shared out."))
            return redirect("supplies:allocation", request.compound.slug, buy.pk)
    context = {
        "buy": buy,
        "rows": rows,
        "refusal": refusal,
        "asks_more": any(row.is_more and not row.error for row in rows) and bool(refusal),
        "is_again": buy.state == S.COUNTED,
        "steps": steps_of(buy),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "supplies/buys/count.html", context, status=status)


def _counted(
    request: MemberRequest, buy: GroupBuy, rows: list[CountRow], bought: list[Bought]
) -> str:
    """Empty when it is recorded; else what is to be looked at first."""
    if any(row.error for row in rows):
        return _("Some numbers do not add up yet. They are marked below.")
    more = [row for row in rows if row.is_more]
    if more and request.POST.get("more") != "yes":
        return _("More came than was ordered. Count these once more, then confirm.")
    counts: dict[int, Counted] = counts_of(rows)
    try:
        record_count(buy=buy, counts=counts, by=request.member)
    except Refused as refusal:
        return str(refusal)
    return ""
