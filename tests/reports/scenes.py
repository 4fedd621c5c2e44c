"""Scenes for boards and figures: rows as a running order leaves them, made directly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from compounds.models import Home, Unit
from households.models import (
    CareFlag,
    Household,
    Resident,
    Sweep,
    Verification,
)
from notices.models import Notice, Receipt
from seals.models import Level, OrderState, PlanPart, PlanTask, Recall, SealOrder
from tests.cast import Site
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow, Scheme


def at(site: Site, hour: int, minute: int = 0, *, day: date | None = None) -> datetime:
    """A clock time of the compound's day."""
    return datetime.combine(day or site.compound.today(), time(hour, minute), site.compound.tz)


def afternoon(site: Site) -> datetime:
    """The moment at which scenes are looked at, so that no test depends on the hour it runs."""
    return at(site, 15, 24)


def people(site: Site) -> None:
    """Three people in every home, one of them away in each seventh; every eighth is a lone elder."""
    households = list(Household.objects.order_by("home__position"))
    residents = []
    for place, household in enumerate(households):
        alone = place % 8 == 3
        for number in range(1 if alone else 3):
            residents.append(
                Resident(
                    compound=site.compound,
                    household=household,
                    name="赵桂兰" if alone else ("张伟", "王芳", "张小宝")[number],
                    is_head=number == 0,
                    presence="away" if place % 7 == 6 and number == 1 else "inside",
                    position=number,
                )
            )
    Resident.objects.bulk_create(residents)
    CareFlag.objects.bulk_create(
        CareFlag(compound=site.compound, household=one, kind="lone_elder", set_by="王芳")
        for place, one in enumerate(households)
        if place % 8 == 3
    )


def order(site: Site, unit: Unit | None = None, *, day: int = 3, days: int = 7) -> SealOrder:
    """An order in force for a unit, on its third day."""
    unit = unit or site.unit()
    starts = at(site, 12) - timedelta(days=day - 1)
    return SealOrder.objects.create(
        compound=site.compound,
        number=SealOrder.objects.count() + 1,
        place_kind="unit",
        unit=unit,
        place_key=f"unit:{unit.pk}",
        place_label=f"{unit.building.number}栋{unit.number}单元",
        level=Level.SEALED,
        state=OrderState.IN_FORCE,
        template_name="Unit sealed, 7 days",
        steps=[],
        starts_at=starts,
        ends_at=starts + timedelta(days=days),
        request_key=f"scene-{unit.pk}",
        issued_at=starts,
        issued_by=site.manager,
    )


def sweep(site: Site, sealed: SealOrder, *, verified: int) -> Sweep:
    """A verification of the unit, the first `verified` homes from the top done."""
    made = Sweep.objects.create(
        compound=site.compound,
        cause=sealed.pk,
        title=sealed.place_label,
        started_at=sealed.starts_at,
    )
    rows = []
    for place, household in enumerate(_households(sealed)):
        done = place < verified
        outcome = "verified" if done else "unverified"
        if place == verified:
            outcome = "unreachable"
        rows.append(
            Verification(
                compound=site.compound,
                sweep=made,
                household=household,
                home=household.home,
                assignee=site.captain,
                due_at=at(site, 20),
                outcome=outcome,
                finished_at=at(site, 0) if done else None,
                finished_by=site.captain if done else None,
                tried_at=at(site, 0) if outcome != "unverified" else None,
                attempts=int(outcome != "unverified"),
            )
        )
    Verification.objects.bulk_create(rows)
    return made


def notice(
    site: Site, sealed: SealOrder, *, untold: int, title: str = "1栋1单元封控通知"
) -> Notice:
    """A seal notice that reached everybody but the last `untold` homes."""
    made = Notice.objects.create(
        compound=site.compound,
        kind="seal",
        title=title,
        body="本单元即日起封控，足不出户。物资送到门口，请关好门窗。",
        order_id=sealed.pk,
        cause=f"seal:{sealed.pk}",
        send_at=sealed.starts_at,
        sent_at=sealed.starts_at,
    )
    households = _households(sealed)
    told = len(households) - untold
    Receipt.objects.bulk_create(
        Receipt(
            compound=site.compound,
            notice=made,
            household=household,
            home=household.home,
            route="app" if place < told else ("knock", "call")[place % 2],
            assignee=None if place < told else site.captain,
            due_at=sealed.starts_at + timedelta(hours=3),
            finished_at=sealed.starts_at if place < told else None,
        )
        for place, household in enumerate(households)
    )
    return made


def calls(site: Site, sealed: SealOrder, *, done: int, silent: int = 1) -> None:
    """Today's calls to those who live alone: some done, some without an answer."""
    elders = list(
        Resident.objects.filter(
            household__flags__kind="lone_elder", household__home__unit=sealed.unit
        )
        .select_related("household__home")
        .order_by("household__home__position")
    )
    CareVisit.objects.bulk_create(
        CareVisit(
            compound=site.compound,
            order=sealed,
            household=one.household,
            home=one.household.home,
            resident=one,
            day=site.compound.today(),
            assignee=site.volunteer,
            due_at=at(site, 19, 30),
            outcome="well" if place < done else "no_answer" if place < done + silent else "waiting",
            finished_at=at(site, 0) if place < done else None,
            finished_by=site.volunteer if place < done else None,
            tried_at=at(site, 0) if place < done + silent else None,
            attempts=1 if place < done + silent else 0,
        )
        for place, one in enumerate(elders)
    )


def sanitation(site: Site, sealed: SealOrder, *, phase: str = "keep_in") -> RubbishWindow:
    """A round done at nine, one due at five, and the window that waits for it."""
    unit = sealed.unit
    assert unit is not None
    DisinfectionRound.objects.create(
        compound=site.compound,
        order=sealed,
        unit=unit,
        due_at=at(site, 9),
        assignee=site.cleaner,
        finished_at=at(site, 8, 55),
        finished_by=site.cleaner,
        started_at=at(site, 8, 20),
        done_agent="chlorine",
        done_mg_per_litre=1000,
        done_contact_minutes=30,
    )
    gate = DisinfectionRound.objects.create(
        compound=site.compound, order=sealed, unit=unit, due_at=at(site, 17), assignee=site.cleaner
    )
    return RubbishWindow.objects.create(
        compound=site.compound,
        order=sealed,
        unit=unit,
        scheme=Scheme.DISINFECT_FIRST,
        gate=gate,
        phase=phase,
        put_out_at=at(site, 17, 30),
        due_at=at(site, 18, 30),
        assignee=site.cleaner,
    )


def tasks(site: Site, sealed: SealOrder) -> None:
    for key, title, who, hour, done in (
        ("gate", "Change the exits to entry only", site.guard, 8, True),
        ("food", "Open the first food order", site.warehouse, 10, False),
        ("gas", "Ask who is short of gas or power", site.warehouse, 21, False),
    ):
        PlanTask.objects.create(
            compound=site.compound,
            order=sealed,
            key=key,
            title=title,
            assignee=who,
            due_at=at(site, hour),
            finished_at=at(site, hour) if done else None,
            finished_by=who if done else None,
        )


def recalls(site: Site, sealed: SealOrder) -> None:
    away = Resident.objects.filter(
        presence="away", household__home__unit=sealed.unit
    ).select_related("household__home")
    Recall.objects.bulk_create(
        Recall(
            compound=site.compound,
            order=sealed,
            resident=one,
            household=one.household,
            home=one.household.home,
            assignee=site.captain,
            due_at=sealed.starts_at + timedelta(hours=2),
            outcome="coming" if place % 2 else "stays_away",
            finished_at=None if place % 2 else sealed.starts_at,
        )
        for place, one in enumerate(away)
    )


def failure(site: Site, sealed: SealOrder) -> PlanPart:
    return PlanPart.objects.create(
        compound=site.compound,
        order=sealed,
        key="disinfect",
        kind="disinfect",
        title="Disinfect the stairs",
        attempts=2,
        failed_at=at(site, 0),
        error="ConnectionError",
    )


def running(site: Site, *, verified: int = 70, untold: int = 3) -> SealOrder:
    """A unit in the middle of its third day."""
    people(site)
    sealed = order(site)
    sweep(site, sealed, verified=verified)
    notice(site, sealed, untold=untold)
    calls(site, sealed, done=9)
    sanitation(site, sealed)
    tasks(site, sealed)
    recalls(site, sealed)
    return sealed


def _households(sealed: SealOrder) -> list[Household]:
    return list(
        Household.objects.filter(home__in=Home.objects.filter(unit=sealed.unit), closed_at=None)
        .select_related("home")
        .order_by("-home__floor", "home__position")
    )


def extra_notice(site: Site, sealed: SealOrder) -> Notice:
    """A notice that needs no acknowledging, an hour after the order."""
    made = Notice.objects.create(
        compound=site.compound,
        kind="disinfection",
        title="今天 17:00 楼道消杀",
        body="请关好朝楼道的门窗，消杀后 30 分钟内请不要开门。",
        cause=f"extra:{sealed.pk}",
        needs_acknowledging=False,
        send_at=sealed.starts_at + timedelta(hours=1),
        sent_at=sealed.starts_at + timedelta(hours=1),
    )
    Receipt.objects.bulk_create(
        Receipt(
            compound=site.compound,
            notice=made,
            household=household,
            home=household.home,
            route="app",
            due_at=sealed.starts_at + timedelta(hours=5),
        )
        for household in _households(sealed)
    )
    return made
