"""The planners of this room: verification sweep, recalls, and tasks for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Home
from compounds.rota import WHO, Spot
from compounds.work import Work, WorkQuerySet
from households.actions import open_missing_files, start_sweep
from households.models import Presence, Resident, Sweep, Verification
from seals.models import PlanTask, Recall, SealOrder
from seals.planning import Plan, Planned, Step, names, place_of
from seals.sharing import (
    hand_on_calls,
    hand_on_doors,
    hold_stairs,
    homes_waiting,
    residents_called,
)


def spots(homes: Sequence[Home]) -> list[Spot]:
    return [Spot(home.unit_id, home.floor) for home in homes]


class VerifyPlanner:
    """Every home of the place on somebody's list, from the top floor down."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        shared = homes_waiting(plan.place, plan.order)
        homes = [home for home in plan.homes if home.pk not in shared]
        people = plan.rota.share("verify", spots(homes))
        unknown = [home for home in homes if home.pk not in plan.files]
        warnings: tuple[str, ...] = ()
        if unknown:
            warnings = (
                _("%(count)s homes have no file yet; they are on the list to be verified.")
                % {"count": len(unknown)},
            )
        return Planned(
            rows=list(zip(homes, people, strict=True)),
            count=len(homes),
            unit=_("households"),
            detail=_shared_text(len(shared)),
            who=names(people),
            warnings=warnings,
            first_at=_first(plan, step),
        )

    def start(self, plan: Plan, step: Step) -> int:
        hold_stairs(plan.place)
        planned = self.plan(plan, step)
        order = _order(plan)
        homes = [home for home, _member in planned.rows]
        open_missing_files(compound=plan.compound, homes=homes)
        sweep = start_sweep(
            compound=plan.compound,
            cause=order.pk,
            title=order.place_label,
            assigned=planned.rows,
            due_at=planned.first_at or plan.starts_at,
        )
        return Verification.objects.filter(sweep=sweep).count()

    def stop(self, order: SealOrder, after: datetime) -> int:
        # A shorter order still wants every household verified.
        if order.ended_at is None:
            return 0
        sweep = Sweep.objects.filter(cause=order.pk, closed_at=None).first()
        if sweep is None:
            return 0
        hold_stairs(place_of(order))
        hand_on_doors(order, Verification.objects.filter(sweep=sweep).open())
        now = timezone.now()
        sweep.closed_at = now
        sweep.save(update_fields=["closed_at"])
        return Verification.objects.filter(sweep=sweep).open().update(cancelled_at=now)


class RecallPlanner:
    """A call to everybody of the roster who is out."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        away = list(
            Resident.objects.filter(
                presence=Presence.AWAY,
                moved_out_at=None,
                household__closed_at=None,
                **plan.place.filter("household__home__"),
            )
            .select_related("household__home")
            .order_by("household__home__position", "position")
        )
        called = residents_called(plan.place, plan.order)
        away = [one for one in away if one.pk not in called]
        people = plan.rota.share("recall", spots([one.household.home for one in away]))
        due = _first(plan, step)
        rows = [
            Recall(
                compound=plan.compound,
                order=plan.order,
                resident=resident,
                household=resident.household,
                home=resident.household.home,
                assignee=member,
                due_at=due,
            )
            for resident, member in zip(away, people, strict=True)
        ]
        shared = _shared_text(len(called))
        return Planned(rows, len(rows), _("people"), shared, names(people), first_at=due)

    def start(self, plan: Plan, step: Step) -> int:
        hold_stairs(plan.place)
        Recall.objects.bulk_create(self.plan(plan, step).rows, ignore_conflicts=True)
        return Recall.objects.filter(order=plan.order).count()

    def stop(self, order: SealOrder, after: datetime) -> int:
        if order.ended_at is None:
            return 0
        hold_stairs(place_of(order))
        hand_on_calls(order, Recall.objects.filter(order=order).open())
        return Recall.objects.filter(order=order).open().update(cancelled_at=timezone.now())


class TaskPlanner:
    """A step that no app does: a task on a person's list for each time it falls due."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        times = plan.times(step)
        kind = str(step.params.get("who", "manage"))
        spot = Spot(plan.place.unit.pk if plan.place.unit else None)
        people = plan.rota.share(kind if kind in WHO else "manage", [spot] * len(times))
        rows = [
            PlanTask(
                compound=plan.compound,
                order=plan.order,
                key=step.key,
                title=step.title,
                detail=step.detail,
                assignee=member,
                due_at=due,
            )
            for due, member in zip(times, people, strict=True)
        ]
        return Planned(
            rows, len(rows), _("tasks"), who=names(people), first_at=times[0] if times else None
        )

    def start(self, plan: Plan, step: Step) -> int:
        rows = self.plan(plan, step).rows
        PlanTask.objects.bulk_create(rows, ignore_conflicts=True)
        _want_again(PlanTask.objects.filter(order=plan.order, key=step.key), rows)
        return PlanTask.objects.filter(order=plan.order, key=step.key, cancelled_at=None).count()

    def stop(self, order: SealOrder, after: datetime) -> int:
        waiting = PlanTask.objects.filter(order=order).open()
        if order.ended_at is None:
            waiting = waiting.filter(due_at__gt=after)
        return waiting.update(cancelled_at=timezone.now())


def _shared_text(count: int) -> str:
    if not count:
        return ""
    return _("%(count)s more are on the list of another order") % {"count": count}


def _first(plan: Plan, step: Step) -> datetime:
    """When the first of it is due; a step at once that is looked at again is due from now."""
    times = plan.times(step)
    return times[0] if times else (plan.not_before or plan.starts_at)


def _want_again(found: WorkQuerySet, rows: Sequence[Work]) -> None:
    """Cancelled by a shorter end, wanted again by a longer one."""
    moments = [row.due_at for row in rows]
    found.filter(cancelled_at__isnull=False, due_at__in=moments).update(cancelled_at=None)


def _order(plan: Plan) -> SealOrder:
    if plan.order is None:
        raise ValueError("only an order in force can be started")
    return plan.order
