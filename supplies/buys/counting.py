"""The count at the gate as it is typed: good, damaged, missing, beside what was ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lockdown.kernel.errors import Refused
from supplies.actions.counting import Counted
from supplies.actions.purchasing import Bought
from supplies.forms import whole_number
from supplies.models import Count, OfferLine


@dataclass
class CountRow:
    """`good`, `damaged` and `missing` are what stands in the fields, typed or proposed."""

    line: OfferLine
    ordered: int
    good: str
    damaged: str
    missing: str
    note: str = ""
    offered: int | None = None  # what the supplier said, when that is something else
    remark: str = ""
    error: str = ""
    counted: Counted | None = None

    @property
    def is_more(self) -> bool:
        return self.counted is not None and self.counted.good > self.ordered

    @property
    def over(self) -> int:
        return self.counted.good - self.ordered if self.counted else 0

    @property
    def cases(self) -> str:
        """ "12 箱 × 6", where there are cases."""
        if self.line.case_size == 1:
            return ""
        cases = -(-self.ordered // self.line.case_size)
        return _("%(cases)s cases of %(size)s") % {"cases": cases, "size": self.line.case_size}


def count_rows(
    bought: Sequence[Bought],
    known: Mapping[int, Count],
    offered: Mapping[int, int],
    remarks: Mapping[int, str],
    data: Mapping[str, str] | None,
) -> list[CountRow]:
    """Typed numbers first, then what was counted before, then what the supplier announced."""
    rows = []
    for one in bought:
        row = _proposed(one, known.get(one.line.pk), offered.get(one.line.pk))
        row.remark = remarks.get(one.line.pk, "")
        if data is not None:
            _type_in(row, data)
        rows.append(row)
    return rows


def _proposed(bought: Bought, before: Count | None, offered: int | None) -> CountRow:
    line, ordered = bought.line, bought.quantity
    differs = offered if offered is not None and offered != ordered else None
    if before is not None:
        numbers = (str(before.good), str(before.damaged), str(before.missing))
        return CountRow(line, ordered, *numbers, note=before.note, offered=differs)
    good = ordered if offered is None else min(offered, ordered)
    return CountRow(line, ordered, str(good), "0", "", offered=differs)


def _type_in(row: CountRow, data: Mapping[str, str]) -> None:
    key = row.line.pk
    row.good, row.damaged = data.get(f"good-{key}", ""), data.get(f"damaged-{key}", "")
    row.missing, row.note = data.get(f"missing-{key}", ""), data.get(f"note-{key}", "")[:120]
    try:
        good, damaged = whole_number(row.good), whole_number(row.damaged)
        typed = row.missing.strip()
        missing = whole_number(typed) if typed else max(row.ordered - good - damaged, 0)
    except Refused:
        row.error = _("Write whole numbers, 0 or more.")
        return
    if not row.good.strip():
        row.error = _("Write how many are good; 0 when none came.")
        return
    together = good + damaged + missing
    if together < row.ordered:
        row.error = _("%(ordered)s were ordered, %(count)s are accounted for: %(left)s more?") % {
            "ordered": row.ordered,
            "count": together,
            "left": row.ordered - together,
        }
        return
    if missing and together > row.ordered:
        row.error = _("Together %(count)s, but only %(ordered)s were ordered: are any missing?") % {
            "count": together,
            "ordered": row.ordered,
        }
        return
    row.counted = Counted(good=good, damaged=damaged, missing=missing, note=row.note)


def counts_of(rows: Sequence[CountRow]) -> dict[int, Counted]:
    return {row.line.pk: row.counted for row in rows if row.counted is not None}
