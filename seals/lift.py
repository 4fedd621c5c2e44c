"""The lift checklist: conditions computed from live data, and those that a person states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from seals.models import PlanPart, SealOrder
from seals.sharing import recalls_of, verifications_of
from seals.words import door_field


@dataclass(frozen=True)
class Finding:
    """One condition. `behind` names the places (never people) that keep it from being met.

    A condition that this installation does not record has `is_met` False and `by_person` True:
    it is met by the signer's statement.
    """

    key: str
    label: object  # lazy translation
    is_met: bool
    fact: str
    behind: tuple[str, ...] = ()
    by_person: bool = False

    def signed(self, statements: dict[str, str]) -> dict[str, object]:
        """As kept with the order, for the closing report."""
        return {
            "key": self.key,
            "label": str(self.label),
            "met": self.is_met,
            "fact": self.fact,
            "behind": list(self.behind),
            "statement": statements.get(self.key, "").strip()[:300],
        }


Check = Callable[[SealOrder, datetime], Finding]
_checks: list[Check] = []


def register_check(check: Check) -> None:
    """Apps above add their conditions in `AppConfig.ready()`."""
    if check not in _checks:
        _checks.append(check)


def checklist(order: SealOrder, now: datetime) -> list[Finding]:
    own: list[Check] = [_end_reached, _no_new_case, _all_negative, _verified, _recalled, _started]
    return [check(order, now) for check in (*own, *_checks)]


def _end_reached(order: SealOrder, now: datetime) -> Finding:
    days = order.day_of(now)
    return Finding(
        "end",
        _("The planned days are over"),
        now >= order.ends_at,
        f"{days} / {order.days}",
    )


def _no_new_case(order: SealOrder, now: datetime) -> Finding:
    label = _("No new case in the days that the order asks for")
    return Finding("no_new_case", label, False, "", by_person=True)


def _all_negative(order: SealOrder, now: datetime) -> Finding:
    label = _("Last screening round complete and all negative")
    return Finding("all_negative", label, False, "", by_person=True)


def _verified(order: SealOrder, now: datetime) -> Finding:
    rows = verifications_of(order)
    total = rows.count()
    open_rows = list(rows.open().select_related("home").order_by("home__position"))
    return Finding(
        "verified",
        _("Every household verified"),
        not open_rows,
        f"{total - len(open_rows)} / {total}",
        tuple(getattr(row.home, door_field(order.place_kind)) for row in open_rows),
    )


def _recalled(order: SealOrder, now: datetime) -> Finding:
    rows = recalls_of(order)
    open_rows = list(rows.open().select_related("home").order_by("home__position"))
    total = rows.count()
    return Finding(
        "recalled",
        _("Everybody who was out is back or registered elsewhere"),
        not open_rows,
        f"{total - len(open_rows)} / {total}",
        tuple(getattr(row.home, door_field(order.place_kind)) for row in open_rows),
    )


def _started(order: SealOrder, now: datetime) -> Finding:
    parts = list(PlanPart.objects.filter(order=order))
    failing = [part for part in parts if part.started_at is None]
    return Finding(
        "plan",
        _("Every part of the plan was started"),
        not failing,
        f"{len(parts) - len(failing)} / {len(parts)}",
        tuple(part.title for part in failing),
    )
