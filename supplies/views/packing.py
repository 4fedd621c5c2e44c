"""The packing table: sheets, labels and the workbook, and the word that the carriers may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from supplies.actions.delivering import start_delivery
from supplies.actions.packing import pack
from supplies.models import BuyState, GroupBuy
from supplies.packing import Bagged, bagged, labels, stacks
from supplies.packs import Pack, grid, served
from supplies.parts import round_of, whole_round_of
from supplies.workbooks import Book

A_PAGE = 60
LENSES = (
    ("home", gettext_lazy("By household")),
    ("item", gettext_lazy("By item")),
    ("grid", gettext_lazy("Grid")),
)
SHEETS = {
    "home": gettext_lazy("Packing sheet by household"),
    "item": gettext_lazy("Packing sheet by item"),
    "grid": gettext_lazy("Packing grid"),
}


class BagForm(forms.Form):
    pieces = forms.IntegerField(
        label=gettext_lazy("Pieces that fit into a bag"), min_value=1, max_value=999
    )


class StartForm(forms.Form):
    due_at = forms.DateTimeField(
        label=gettext_lazy("At every door by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_due_at(self) -> Any:
        due_at = self.cleaned_data["due_at"]
        if due_at <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Choose a later one."))
        return due_at


@member_page(Permission.BUY_SEE)
def packing(request: MemberRequest, buy: int) -> HttpResponse:
    """What to do at the packing table, in the order of doing it."""
    return _page(request, round_of(request.member, buy))


def _page(request: MemberRequest, buy: GroupBuy, status: int = 200, **typed: Any) -> HttpResponse:
    found = bagged(buy, member=request.member)
    may = request.member.may(Permission.BUY_ORGANISE) and buy.state == BuyState.ALLOCATED
    may = may and encloses(request.member, buy)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    lens = _lens(request)
    context = _sheet_of(buy, lens, [one.pack for one in found]) | {
        "rows": shown.object_list,
        "page": shown,
        "facts": _facts(request, buy, found),
        "lens": lens,
        "lenses": [
            {"label": label, "url": f"?by={key}", "active": key == lens} for key, label in LENSES
        ],
        "most": max((one.pack.pieces for one in found), default=0),
        "bag_form": (typed.get("bag_form") or BagForm()) if may else None,
        "start_form": (typed.get("start_form") or StartForm(initial=_by())) if may else None,
    }
    return render(request, "supplies/doors/packing.html", context, status=status)


def _by() -> dict[str, Any]:
    """Two hours from now, on the quarter of an hour."""
    now = timezone.localtime(timezone.now() + timedelta(hours=2))
    return {"due_at": now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)}


def _lens(request: MemberRequest) -> str:
    asked = request.GET.get("by", "home")
    return asked if asked in SHEETS else "home"


def _facts(request: MemberRequest, buy: GroupBuy, found: list[Bagged]) -> list[dict[str, Any]]:
    bags = sum(len(one.bags) for one in found)
    labels_url = reverse("supplies:labels", args=[request.compound.slug, buy.pk])
    apart = sum(one.is_isolated for one in found)
    return [
        {"label": _("Households"), "value": len(found)},
        {"label": _("Bags"), "value": bags, "url": labels_url if bags else ""},
        {"label": _("Pieces"), "value": sum(one.pack.pieces for one in found)},
        {"label": _("Isolated, carried last"), "value": apart},
    ]


def _sheet_of(buy: GroupBuy, lens: str, found: list[Pack]) -> dict[str, Any]:
    """What the lens shows of all households besides their rows: sums by item, or the grid."""
    context: dict[str, Any] = {"buy": buy}
    if lens == "item":
        context["stacks"] = stacks(found)
    elif lens == "grid":
        context["grid"] = grid(found)
    return context


def print_context(request: MemberRequest, title: str, buy: GroupBuy, back: str) -> dict[str, Any]:
    """What `base_print.html` needs for a sheet of a round."""
    return {
        "sheet_title": title,
        "sheet_sub": buy.title,
        "sheet_no": _("Group-buy %(number)s") % {"number": buy.number},
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "back_url": back,
        "buy": buy,
    }


@member_page(Permission.BUY_SEE)
def packing_print(request: MemberRequest, buy: int) -> HttpResponse:
    found, lens = round_of(request.member, buy), _lens(request)
    back = reverse("supplies:packing", args=[request.compound.slug, found.pk]) + f"?by={lens}"
    context = print_context(request, str(SHEETS[lens]), found, back) | {"lens": lens}
    if lens == "home":
        context["rows"] = bagged(found, member=request.member)
    else:
        context |= _sheet_of(found, lens, served(found, member=request.member))
    return render(request, "supplies/doors/packing_print.html", context)


@member_page(Permission.BUY_SEE)
def labels_page(request: MemberRequest, buy: int) -> HttpResponse:
    """One for each bag, in walking order, eight on a page."""
    found = round_of(request.member, buy)
    back = reverse("supplies:packing", args=[request.compound.slug, found.pk])
    made = labels(bagged(found, member=request.member))
    context = print_context(request, _("Labels"), found, back) | {"labels": made}
    return render(request, "supplies/doors/labels.html", context)


@member_page(Permission.BUY_SEE)
def packing_file(request: MemberRequest, buy: int) -> HttpResponse:
    """Three sheets; the numbers are those of the pages."""
    found = round_of(request.member, buy)
    rows = bagged(found, member=request.member)
    if not rows:
        raise Http404
    foot = _("Printed by %(who)s") % {"who": request.member.name}
    book, number = Book(), pgettext("in the round", "Number")
    book.add(_("By household"), [_("Door"), number, _("Bag"), _("What is in it"), _("Name")],
             _bag_rows(rows), foot)  # fmt: skip
    made = stacks([row.pack for row in rows])
    names = [f"{line.name} ({line.unit})" for line in made.lines]
    book.add(_("By item"), [_("Stair"), _("Floor"), _("Households"), *names],
             _stack_rows(made), foot)  # fmt: skip
    table = grid(row.pack for row in rows)
    heads = [f"{line.name} ({line.unit})" for line in table.lines]
    book.add(_("Grid"), [_("Door"), number, *heads], _grid_rows(table), foot)
    return book.answer(f"{found.number}-{found.title}")


def _bag_rows(rows: list[Bagged]) -> Any:
    for one in rows:
        order = one.pack.order
        for number, parts in enumerate(one.bags, start=1):
            said = f"{number}/{len(one.bags)}"
            yield order.home.label, order.number, said, "、".join(map(str, parts)), one.name


def _stack_rows(made: Any) -> Any:
    for stair in made.units:
        name = str(stair.unit)
        for floor in stair.floors:
            yield name, floor.floor, floor.homes, *(floor.pieces[x.pk] for x in made.lines)
        yield name, _("in all"), stair.homes, *(stair.pieces[x.pk] for x in made.lines)
    yield _("in all"), "", "", *(made.totals[x.pk] for x in made.lines)


def _grid_rows(grid: Any) -> Any:
    for order, pieces in grid.rows:
        yield order.home.label, order.number, *(pieces.get(line.pk, 0) for line in grid.lines)
    yield _("in all"), "", *(grid.totals[line.pk] for line in grid.lines)


@member_page(Permission.BUY_ORGANISE)
@require_POST
def bags(request: MemberRequest, buy: int) -> HttpResponse:
    found, form = whole_round_of(request.member, buy), BagForm(request.POST)
    if form.is_valid():
        count = attempt(
            form, pack, buy=found, pieces_a_bag=form.cleaned_data["pieces"], by=request.member
        )
        if count is not None:
            messages.success(request, _("%(count)s bags. Print the labels now.") % {"count": count})
            return redirect("supplies:packing", request.compound.slug, found.pk)
    return _again(request, found, bag_form=form)


@member_page(Permission.BUY_ORGANISE)
@require_POST
def delivery_start(request: MemberRequest, buy: int) -> HttpResponse:
    """The runs are made and everybody who waits is told."""
    found, form = whole_round_of(request.member, buy), StartForm(request.POST)
    if form.is_valid():
        due_at = form.cleaned_data["due_at"]
        started = attempt(form, start_delivery, buy=found, due_at=due_at, by=request.member)
        if started is not None:
            messages.success(request, _("The carriers have their runs."))
            return redirect("supplies:run-list", request.compound.slug)
    return _again(request, found, start_form=form)


def _again(request: MemberRequest, buy: GroupBuy, **forms_: Any) -> HttpResponse:
    """What was typed stays; a round that has gone on meanwhile says so at the top."""
    if buy.state != BuyState.ALLOCATED:
        for form in forms_.values():
            for error in form.non_field_errors():
                messages.error(request, error)
    return _page(request, buy, 422, **forms_)
