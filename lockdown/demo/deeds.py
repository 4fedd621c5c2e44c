"""What people do in the stories, each through the real action."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from compounds.models import Unit
from compounds.places import find_place
from compounds.sweeps import mark_missed
from households.asking import ask_to_reach
from households.imports import confirm_import, preview_roster
from households.models import (
    CareFlag,
    Household,
    Outcome,
    Presence,
    RosterImport,
    SheetKind,
    Sweep,
    Verification,
)
from households.sheets import make_sheet
from households.sweep_sheets import homes_on
from households.sweeps import How, verify
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from notices.actions import no_answer, told
from notices.chase import chase
from notices.models import Receipt
from seals.actions import finish_task, seal
from seals.builtin import find_builtin, steps_json
from seals.models import Level, PlanTask, Recall, RecallOutcome, SealOrder
from seals.planning import Step
from seals.recalls import record_recall
from volunteers.actions import record_call
from volunteers.models import CareOutcome, CareVisit
from waste.actions import finish_round, move_window, start_round
from waste.models import Agent, DisinfectionRound, Phase, RubbishWindow

DATA = Path(__file__).parent / "data"


def import_roster(site: Site, file_name: str, data: bytes | None = None) -> RosterImport:
    with scope([site.compound.pk]):
        batch = preview_roster(
            compound=site.compound,
            file_name=file_name,
            data=data if data is not None else (DATA / file_name).read_bytes(),
            unit=None,
            by=site.manager,
        )
        return confirm_import(batch=batch, by=site.manager)


def seal_place(
    site: Site,
    template: str,
    *,
    kind: str = "unit",
    row: int | None = None,
    level: Level | None = None,
    until: datetime | None = None,
    source: str = "",
) -> SealOrder:
    builtin = find_builtin(template)
    if builtin is None:
        raise LookupError(template)
    now = timezone.now()
    length = timedelta(hours=builtin.hours) if builtin.hours else timedelta(days=builtin.days)
    with scope([site.compound.pk]):
        return seal(
            compound=site.compound,
            place=find_place(site.compound, kind, row=row),
            level=level or Level(builtin.level),
            template_name=builtin.name,
            steps=[Step.of(data) for data in steps_json(builtin)],
            starts_at=now,
            ends_at=until or now + length,
            request_key=f"demo-{site.compound.slug}-{now:%Y%m%d%H%M}",
            issuer="区疫情防控指挥部",
            legal_source=source,
            by=site.manager,
        )


def verify_next(site: Site, count: int, *, how: How = How.DOOR) -> None:
    """The next doors of the sweep, from the top floor down."""
    with scope([site.compound.pk]):
        waiting = (
            Verification.objects.open()
            .select_related("assignee")
            .order_by("-home__floor", "home__position")[:count]
        )
        for row in waiting:
            verify(
                verification=row,
                outcome=Outcome.VERIFIED,
                how=how,
                note="",
                by=row.assignee or site.manager,
            )


def knock_in_vain(site: Site, count: int) -> None:
    """The last doors of the sweep stay shut."""
    with scope([site.compound.pk]):
        rows = Verification.objects.open().select_related("assignee").order_by("home__position")
        for row in rows[:count]:
            verify(
                verification=row,
                outcome=Outcome.UNREACHABLE,
                how=How.DOOR,
                note="敲门无人应",
                by=row.assignee or site.manager,
            )


def tell_next(site: Site, count: int, *, how: str = "call") -> None:
    with scope([site.compound.pk]):
        waiting = Receipt.objects.open().exclude(route="app").select_related("assignee")
        for row in waiting.order_by("due_at", "home__position")[:count]:
            told(receipt=row, how=how, by=row.assignee or site.manager)


def try_in_vain(site: Site, count: int) -> None:
    with scope([site.compound.pk]):
        for row in Receipt.objects.open().filter(route="call").order_by("home__position")[:count]:
            no_answer(receipt=row, seen=row.attempts, by=row.assignee or site.manager)


def call_elders(site: Site, day: int, *, skip: int = 0, needs: dict[int, str] | None = None) -> int:
    """The calls of one day of the order; the last `skip` do not answer."""
    needs = needs or {}
    with scope([site.compound.pk]):
        order = SealOrder.objects.filter(parent=None).latest("number")
        date = site.compound.today(order.starts_at) + timedelta(days=day - 1)
        visits = list(
            CareVisit.objects.open()
            .filter(day=date)
            .select_related("assignee")
            .order_by("home__position")
        )
        for place, visit in enumerate(visits):
            by = visit.assignee or site.manager
            if place >= len(visits) - skip:
                record_call(visit=visit, outcome=CareOutcome.NO_ANSWER, by=by)
            elif place in needs:
                record_call(visit=visit, outcome=CareOutcome.NEEDS, needs=needs[place], by=by)
            else:
                record_call(visit=visit, outcome=CareOutcome.WELL, by=by)
        return len(visits)


def disinfect(site: Site, *, minutes: int = 30) -> None:
    """Every round that is due by now and was not missed."""
    with scope([site.compound.pk]):
        for row in _rounds_due(timezone.now()):
            by = row.assignee or site.manager
            start_round(round=row, by=by)
            finish_round(
                round=row,
                agent=Agent.CHLORINE,
                mg_per_litre=1000,
                contact_minutes=minutes,
                batch="XD-0731",
                by=by,
            )


def _rounds_due(now: datetime) -> list[DisinfectionRound]:
    rows = DisinfectionRound.objects.open().filter(missed_at=None, due_at__lte=now)
    return list(rows.select_related("assignee").order_by("due_at", "unit_id"))


def move_rubbish(site: Site, phase: Phase, *, bags: int | None = None) -> None:
    """Every window that is due to move by now."""
    before = {
        Phase.PUT_OUT: Phase.KEEP_IN,
        Phase.COLLECTING: Phase.PUT_OUT,
        Phase.CLOSED: Phase.COLLECTING,
    }[phase]
    with scope([site.compound.pk]):
        rows = RubbishWindow.objects.open().filter(
            missed_at=None, phase=before, put_out_at__lte=timezone.now()
        )
        for row in rows.select_related("assignee").order_by("due_at", "unit_id"):
            move_window(window=row, to_phase=phase, bags=bags, by=row.assignee or site.manager)


def settle_recalls(site: Site, count: int, outcome: RecallOutcome) -> None:
    with scope([site.compound.pk]):
        rows = Recall.objects.open().select_related("assignee").order_by("home__position")
        for row in rows[:count]:
            record_recall(recall=row, outcome=outcome, by=row.assignee or site.manager)


def do_tasks(site: Site, *keys: str) -> None:
    """Tasks of these steps that are due within the hour."""
    soon = timezone.now() + timedelta(hours=1)
    with scope([site.compound.pk]):
        rows = PlanTask.objects.open().filter(key__in=keys, due_at__lte=soon)
        for row in rows.select_related("assignee"):
            finish_task(task=row, note="", by=row.assignee or site.manager)


def sweep() -> None:
    """What the beat does: missed work becomes a fact, notices are chased."""
    now = timezone.now()
    mark_missed(now=now)
    chase(now=now)


def figures(site: Site, order: SealOrder) -> dict[str, int]:
    """The numbers that the story ends with, counted from the rows."""
    with scope([site.compound.pk]):
        rounds = DisinfectionRound.objects.filter(order=order)
        receipts = Receipt.objects.filter(notice__order_id=order.pk, notice__kind="seal")
        return {
            **_people(),
            "verified": Verification.objects.filter(outcome=Outcome.VERIFIED).count(),
            "notices": receipts.values("notice").distinct().count(),
            "told": receipts.count(),
            "reached": receipts.exclude(finished_at=None).count(),
            "recalls": Recall.objects.count(),
            "recalls_settled": Recall.objects.exclude(finished_at=None).count(),
            "disinfection_rounds": rounds.exclude(finished_at=None).count(),
            "disinfection_missed": rounds.exclude(missed_at=None).filter(finished_at=None).count(),
            "rubbish_collections": RubbishWindow.objects.filter(phase=Phase.CLOSED).count(),
            "care_calls": CareVisit.objects.exclude(finished_at=None).count(),
            "screening_rounds": PlanTask.objects.filter(key="screening")
            .exclude(finished_at=None)
            .count(),
        }


def _people() -> dict[str, int]:
    from_batch = RosterImport.objects.exclude(confirmed_at=None).latest("confirmed_at")
    elders = CareFlag.objects.filter(kind="lone_elder", ended_at=None)
    return {
        "households": from_batch.households,
        "people": from_batch.people,
        "lone_elders": elders.values("household").distinct().count(),
        "away": Recall.objects.filter(resident__presence=Presence.AWAY).count(),
    }


def print_sheet(site: Site, floor: int) -> None:
    """One floor of the newest sweep on paper, for whoever walks it without a phone."""
    with scope([site.compound.pk]):
        sweep = Sweep.objects.select_related("compound").latest("pk")
        unit = Unit.objects.select_related("building").order_by("position")[0]
        make_sheet(
            compound=site.compound,
            kind=SheetKind.SWEEP,
            title=f"{unit} 核对表",
            homes=homes_on(sweep, site.manager, unit.pk, [floor]),
            unit=unit,
            floors=[floor],
            sweep=sweep,
            by=site.manager,
        )


def ask_neighbours(site: Site) -> None:
    """The first shut door of the sweep: the neighbours are asked to knock."""
    with scope([site.compound.pk]):
        rows = Verification.objects.open().filter(outcome=Outcome.UNREACHABLE)
        row = rows.select_related("sweep", "home", "assignee").order_by("home__position").first()
        if row is None:
            return
        near = Household.objects.filter(home__unit_id=row.home.unit_id, home__floor=row.home.floor)
        beside = near.exclude(pk=row.household_id).order_by("home__position").first()
        ask_to_reach(
            verification=row, how=How.NEIGHBOUR, household=beside, by=row.assignee or site.manager
        )
