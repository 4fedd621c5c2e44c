"""The purchase order as a workbook for the supplier: text stays text, nothing is a formula."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from households.roster.rejects import guarded
from supplies.models import GroupBuy, PurchaseOrder

COLUMNS = (
    (pgettext_lazy("purchase column", "No."), 6),
    (pgettext_lazy("purchase column", "Item"), 28),
    (pgettext_lazy("purchase column", "Unit"), 8),
    (pgettext_lazy("purchase column", "Pieces a case"), 10),
    (pgettext_lazy("purchase column", "Cases"), 8),
    (pgettext_lazy("purchase column", "Pieces"), 10),
    (pgettext_lazy("purchase column", "Price"), 10),
    (pgettext_lazy("purchase column", "Amount"), 12),
    (pgettext_lazy("purchase column", "You can deliver"), 14),
    (pgettext_lazy("purchase column", "Remark"), 24),
)
HEAD_ROW = 5  # zero-based; the goods follow
ITEM, PIECES, ANSWER, REMARK = 1, 5, 8, 9


def mark(order: PurchaseOrder) -> str:
    """What a returned sheet is known by: compound, number, version."""
    return f"PO-{order.compound_id}-{order.number}.{order.version}"


@dataclass(frozen=True)
class Looks:
    text: Any
    bold: Any
    head: Any
    whole: Any
    money: Any
    open_: Any  # the cells that the supplier fills


def workbook(buy: GroupBuy, order: PurchaseOrder) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(pgettext("purchase", "Purchase order"))
    looks = _looks(book)
    _top(sheet, buy, order, looks)
    for column, (title, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD_ROW, column, guarded(title), looks.head)
    for place, line in enumerate(order.lines):
        _line(sheet, HEAD_ROW + 1 + place, place + 1, line, looks)
    last = HEAD_ROW + 1 + len(order.lines)
    sheet.write_string(last, ITEM, pgettext("purchase", "Together"), looks.bold)
    sheet.write_number(last, PIECES, sum(one["quantity"] for one in order.lines), looks.whole)
    sheet.write_number(last, PIECES + 2, order.total_fen / 100, looks.money)
    _paper(sheet, last)
    book.close()
    return buffer.getvalue()


def _looks(book: Workbook) -> Looks:
    edge = {"border": 1, "border_color": "#999999", "valign": "vcenter"}
    return Looks(
        text=book.add_format({**edge, "num_format": "@", "text_wrap": True}),
        bold=book.add_format({"num_format": "@", "bold": True}),
        head=book.add_format({**edge, "bold": True, "text_wrap": True, "bg_color": "#EEEEEE"}),
        whole=book.add_format({**edge, "num_format": "0"}),
        money=book.add_format({**edge, "num_format": "#,##0.00"}),
        open_=book.add_format({**edge, "bg_color": "#FFF8E0"}),
    )


def _top(sheet: Worksheet, buy: GroupBuy, order: PurchaseOrder, looks: Looks) -> None:
    compound = buy.compound
    at = f"{timezone.localtime(order.made_at):%Y-%m-%d %H:%M}"
    wanted = f"{timezone.localtime(buy.deliver_from):%Y-%m-%d %H:%M}" if buy.deliver_from else "–"
    rows = (
        _("Purchase order %(number)s, version %(version)s · %(compound)s")
        % {"number": order.number, "version": order.version, "compound": compound.name},
        _("To: %(name)s") % {"name": buy.supplier.name if buy.supplier else "–"},
        _("Made %(at)s · wanted %(wanted)s · duty phone %(phone)s")
        % {"at": at, "wanted": wanted, "phone": compound.duty_phone or "–"},
        _("Please fill in what you can deliver, and send this sheet back. Leave %(mark)s as it is.")
        % {"mark": mark(order)},
    )
    for row, text in enumerate(rows):
        sheet.write_string(row, 0, guarded(text), looks.bold)


def _line(sheet: Worksheet, row: int, place: int, line: dict[str, Any], looks: Looks) -> None:
    sheet.write_number(row, 0, place, looks.whole)
    sheet.write_string(row, ITEM, guarded(line["name"]), looks.text)
    sheet.write_string(row, 2, guarded(line["unit"]), looks.text)
    sheet.write_number(row, 3, line["case_size"], looks.whole)
    sheet.write_number(row, 4, line["cases"], looks.whole)
    sheet.write_number(row, PIECES, line["quantity"], looks.whole)
    sheet.write_number(row, 6, line["price_fen"] / 100, looks.money)
    sheet.write_number(row, 7, line["amount_fen"] / 100, looks.money)
    sheet.write_blank(row, ANSWER, None, looks.open_)
    sheet.write_blank(row, REMARK, None, looks.open_)


def _paper(sheet: Worksheet, last: int) -> None:
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.print_area(0, 0, last, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
