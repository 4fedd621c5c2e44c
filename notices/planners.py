"""The plan step that tells every household of a place that it is sealed."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.rota import Spot
from households.actions import open_missing_files
from journal.actions import SYSTEM
from notices.actions import write_notice
from notices.audience import Audience, Count
from notices.chase import drop_open
from notices.models import ON_A_PAGE, NoticeKind, Route
from notices.sending import deliver
from notices.texts import in_words_of_the_place, seal_text
from seals.models import SealOrder
from seals.planning import Plan, Planned, Step, names


class NoticePlanner:
    """One notice to all homes of the place, with a receipt for each household."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        rows, spots = self._everybody(plan)
        people = plan.rota.share("reach", spots) if spots else []
        counted = Count()
        counted.routes.update(route for _home, route in rows)
        return Planned(
            rows=rows,
            count=len(rows),
            unit=_("households"),
            detail=_ways(counted),
            who=names(people),
            warnings=_warnings(counted),
            first_at=plan.starts_at,
        )

    def _everybody(self, plan: Plan) -> tuple[list[tuple[int, str]], list[Spot]]:
        """(home, route) of every door, and the spots of those that need a person.

        A home without a file gets one when the plan starts, and a knock.
        """
        households = Audience.of_place(plan.place).households()
        known = dict(households.values_list("home_id", "route"))
        rows, spots = [], []
        homes = plan.place.homes().order_by("unit_id", "-floor", "position")
        for home, unit, floor in homes.values_list("pk", "unit_id", "floor"):
            route = known.get(home, Route.KNOCK)
            rows.append((home, str(route)))
            if route not in ON_A_PAGE:
                spots.append(Spot(unit, floor))
        return rows, spots

    def start(self, plan: Plan, step: Step) -> int:
        order = _order(plan)
        open_missing_files(compound=plan.compound, homes=plan.place.homes())
        text = seal_text(plan)
        with in_words_of_the_place(plan.compound):
            notice, _made = write_notice(
                compound=plan.compound,
                kind=NoticeKind.SEAL,
                title=text.title,
                body=text.body,
                cause=f"order:{order.pk}:{step.key}",
                audience=Audience.of_place(plan.place),
                is_emergency=True,
                needs_acknowledging=True,
                order_id=order.pk,
                send_at=min(timezone.now(), order.issued_at or timezone.now()),
                by=plan.by or SYSTEM,
            )
        return deliver(notice.pk, now=timezone.now())

    def stop(self, order: SealOrder, after: datetime) -> int:
        """A shorter order keeps its receipts; a lifted one has nobody to tell of the seal."""
        return drop_open(order.pk, timezone.now()) if order.ended_at is not None else 0


def _ways(counted: Count) -> str:
    words = _("phone page %(app)s, by phone %(call)s, at the door %(knock)s")
    if counted.relative:
        words = _(
            "phone page %(app)s, through relatives %(relative)s, by phone %(call)s, "
            "at the door %(knock)s"
        )
    return words % {
        "app": counted.app,
        "relative": counted.relative,
        "call": counted.call,
        "knock": counted.knock,
    }


def _warnings(counted: Count) -> tuple[str, ...]:
    if not counted.knock:
        return ()
    return (
        ngettext(
            "%(count)s household has no phone; somebody will knock on the door.",
            "%(count)s households have no phone; somebody will knock on their doors.",
            counted.knock,
        )
        % {"count": counted.knock},
    )


def _order(plan: Plan) -> SealOrder:
    if plan.order is None:
        raise ValueError("only an order in force can be started")
    return plan.order
