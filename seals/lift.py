"""The lift checklist: conditions computed from live data, and those that a person states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compounds.models import Compound, Home
from households.models import Outcome, Resident
from lockdown.kernel.masking import mask_name
from lockdown.kernel.packed import Lists, how_many, packed, together, unpacked
from lockdown.kernel.wording import daytime
from seals.models import PlanPart, Recall, RecallOutcome, SealOrder
from seals.sharing import recalls_of, verifications_of
from seals.words import door_field, said

SHOWN = 20  # of each list on the page; the rest is a number that opens the whole list


@dataclass(frozen=True)
class Behind:
    """One door, person, stair or part that keeps a condition from being met.

    `url` is the row where it can be settled, `who` has it on their list, `note` what is known.
    """

    label: str
    note: str = ""
    url: str = ""
    who: str = ""


@dataclass(frozen=True)
class Finding:
    """One condition. `behind` holds the first of `count` that keep it from being met.

    A condition that this installation does not record has `is_met` False and `by_person` True:
    it is met by the signer's statement.
    """

    key: str
    label: object  # lazy translation
    is_met: bool
    fact: str
    behind: tuple[Behind, ...] = ()
    count: int = 0
    url: str = ""  # the whole list
    by_person: bool = False
    short: object = ""  # lazy translation: its name in the strip on top

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.behind))

    def signed(self, statements: dict[str, str]) -> dict[str, object]:
        """As kept with the order, for the closing report."""
        return {
            "key": self.key,
            "label": str(self.label),
            "met": self.is_met,
            "fact": self.fact,
            "behind": [one.label for one in self.behind],
            "more": self.more,
            "statement": statements.get(self.key, "").strip()[:300],
        }


@dataclass(frozen=True)
class Waiting:
    """The first open rows of some work, how many are open, and how many there are."""

    rows: Sequence[Any]
    open: int
    total: int

    @property
    def fact(self) -> str:
        return f"{self.total - self.open} / {self.total}"


def waiting(rows: QuerySet, *order: str, head: bool = False) -> Waiting:
    """One query, whatever the number of rows; at most SHOWN of them are fetched.

    The counts are two subqueries of their own: a window over all rows would work out the name
    of every home before the first ones are taken. With `head`, each row has it: the name of the
    first person of the home.
    """
    left = rows.filter(finished_at=None)
    found = rows.annotate(all_rows=how_many(rows), open_rows=how_many(left))
    found = found.order_by(F("finished_at").asc(nulls_first=True), *order)
    first = list((with_head(found) if head else found)[:SHOWN])
    if not first:
        return Waiting((), 0, 0)
    shown = [row for row in first if row.finished_at is None]
    return Waiting(shown, first[0].open_rows, first[0].all_rows)


def with_head(rows: QuerySet) -> QuerySet:
    """Rows of households with `head`, the name of the first person of the home."""
    living = Resident.objects.filter(household=OuterRef("household_id"), moved_out_at=None)
    head = living.order_by("-is_head", "position", "id").values("name")[:1]
    return rows.annotate(head=Subquery(head)).select_related("home", "assignee")


def named(order: SealOrder, home: Home, name: str | None) -> str:
    """ "502 杨**": the door as it is called within the order, and the masked name."""
    door = getattr(home, door_field(order.place_kind))
    return f"{door} {mask_name(name)}" if name else str(door)


def holder(row: Any) -> str:
    """Who has it on their list."""
    return row.assignee.name if row.assignee_id else ""


Wanted = Callable[[SealOrder], dict[str, ArraySubquery]]


@dataclass(frozen=True)
class Look:
    """What a condition is computed from: the order, the moment, and the lists it asked for."""

    order: SealOrder
    now: datetime
    lists: Lists


Check = Callable[[Look], Finding]
_checks: dict[Check, Wanted | None] = {}


def register_check(check: Check, wanted: Wanted | None = None) -> None:
    """Apps above add their conditions in `AppConfig.ready()`.

    The lists that they want are read in one statement with those of all others; a condition that
    counts many rows asks for itself.
    """
    _checks[check] = wanted


def checklist(order: SealOrder, now: datetime) -> list[Finding]:
    """Every condition of the order; one query for the small lists and at most one for each
    condition that counts many rows, whatever the number of homes."""
    checks: dict[Check, Wanted | None] = {
        _end_reached: None,
        _no_new_case: None,
        _all_negative: None,
        _verified: None,
        _recalled: None,
        _started: _parts_of_the_plan,
    }
    checks |= _checks
    wanted: dict[str, ArraySubquery] = {}
    for lists in checks.values():
        wanted |= lists(order) if lists else {}
    look = Look(order, now, together(Compound.objects.filter(pk=order.compound_id), wanted))
    return [check(look) for check in checks]


def _end_reached(look: Look) -> Finding:
    order, now = look.order, look.now
    left = "" if now >= order.ends_at else _("planned end %(at)s") % {"at": daytime(order.ends_at)}
    return Finding(
        "end",
        gettext_lazy("The planned days are over"),
        now >= order.ends_at,
        f"{order.day_of(now)} / {order.days}",
        (Behind(left),) if left else (),
        count=1 if left else 0,
        short=gettext_lazy("Planned days"),
    )


def _no_new_case(look: Look) -> Finding:
    label = gettext_lazy("No new case in the days that the order asks for")
    return Finding(
        "no_new_case", label, False, "", by_person=True, short=gettext_lazy("No new case")
    )


def _all_negative(look: Look) -> Finding:
    label = gettext_lazy("Last screening round complete and all negative")
    short = gettext_lazy("All negative")
    return Finding("all_negative", label, False, "", by_person=True, short=short)


def _verified(look: Look) -> Finding:
    order = look.order
    found = waiting(verifications_of(order), "home__position", head=True)
    slug = order.compound.slug

    def list_url(row: Any) -> str:
        return reverse("households:sweep", args=[slug, row.sweep_id]) + "?all=1"

    return Finding(
        "verified",
        gettext_lazy("Every household verified"),
        not found.open,
        found.fact,
        tuple(
            Behind(
                named(order, row.home, row.head),
                "" if row.outcome == Outcome.UNVERIFIED else str(Outcome(row.outcome).label),
                f"{list_url(row)}&at={row.pk}",
                holder(row),
            )
            for row in found.rows
        ),
        count=found.open,
        url=list_url(found.rows[0]) if found.rows else "",
        short=gettext_lazy("Verification"),
    )


def _recalled(look: Look) -> Finding:
    order = look.order
    rows = recalls_of(order).select_related("home", "assignee", "resident")
    found = waiting(rows, "home__position", "id")
    slug = order.compound.slug
    return Finding(
        "recalled",
        gettext_lazy("Everybody who was out is back or registered elsewhere"),
        not found.open,
        found.fact,
        tuple(
            Behind(
                named(order, row.home, row.resident.name),
                _recall_note(row),
                reverse("seals:recall-record", args=[slug, row.pk]),
                holder(row),
            )
            for row in found.rows
        ),
        count=found.open,
        url=reverse("seals:order", args=[slug, order.pk]) + "#recalls",
        short=gettext_lazy("People who were out"),
    )


def _recall_note(row: Recall) -> str:
    if row.outcome == RecallOutcome.COMING and row.expected_at:
        return _("on the way, expected %(time)s") % {"time": daytime(row.expected_at)}
    if row.attempts:
        return ngettext(
            "no answer, tried %(count)s time", "no answer, tried %(count)s times", row.attempts
        ) % {"count": row.attempts}
    return str(RecallOutcome(row.outcome).label)


def _parts_of_the_plan(order: SealOrder) -> dict[str, ArraySubquery]:
    return {"plan": packed(PlanPart.objects.filter(order=order))}


def _started(look: Look) -> Finding:
    order, parts = look.order, unpacked(PlanPart, look.lists["plan"])
    failing = [part for part in parts if part.started_at is None]
    url = reverse("seals:order", args=[order.compound.slug, order.pk]) + "#parts"
    return Finding(
        "plan",
        gettext_lazy("Every part of the plan was started"),
        not failing,
        f"{len(parts) - len(failing)} / {len(parts)}",
        tuple(
            Behind(said(part.title), _("tried again by itself") if part.failed_at else "", url)
            for part in failing[:SHOWN]
        ),
        count=len(failing),
        url=url,
        short=gettext_lazy("Parts of the plan"),
    )
