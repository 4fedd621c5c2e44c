"""What a building of `tests/limits.py` has beyond its first rows: the file in depth, lodging,
barriers, handovers, requests, sheets, drills."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from compounds.models import Compound, Member, Unit
from drills.models import Drill
from households.identities import keep_identity
from households.medical import keep_appointment, keep_medicine
from households.models import (
    Access,
    Household,
    IdentityKind,
    PetKind,
    Phone,
    Relative,
    Resident,
    Retention,
    Sheet,
    Sweep,
    TripKind,
)
from households.models.proxies import Invitation, Proxy
from households.particulars import keep_pet, write_note
from reports.closing import course
from reports.models import ClosingReport
from seals.handover import open_handover
from seals.models import DutyKind, DutyTask, HandoverWord, SealOrder, Stay, WordKind
from seals.shifts import Shift
from tests.cast import Site
from tests.seals import lodgers
from volunteers.asks import make_ask
from volunteers.models import AskKind


def fill(site: Site, unit: Unit, sealed: SealOrder, sweep: Sweep, word: str) -> dict[str, int]:
    """The rows, by the names that addresses use."""
    file = Household.objects.filter(home__unit=unit).select_related("home__unit")[0]
    opener = Member.objects.get(user__username=f"of-{unit.pk}")
    return {
        "home": file.home_id,
        **_file(site, file, word),
        **_lodging(site, unit, sealed, file, word),
        **_handover(site, unit, opener, word),
        **_asks(site, file, word),
        "sheet": _sheet(site, unit, sweep, word),
        "cause": _clock(site, file, sealed),
        "order": _closing(site, sealed),
        "drill": _drill(site, unit, opener, word),
    }


def _file(site: Site, file: Household, word: str) -> dict[str, int]:
    person = Resident.objects.filter(household=file, is_head=True).get()
    by = site.manager
    # The same phone and the same document in both buildings: the files look alike.
    number = "P7654321"
    Phone.objects.create(
        compound=site.compound,
        household=file,
        resident=person,
        number="13500005555",
        last_four="5555",
        position=1,
    )
    _proxy(site, file, word)
    return {
        "identity": keep_identity(
            resident=person, kind=IdentityKind.PASSPORT, number=number, by=by
        ).pk,
        "medicine": keep_medicine(
            resident=person, name=f"{word}药", dose="", days_left=3, prescribed_at="", by=by
        ).pk,
        "appointment": keep_appointment(
            resident=person,
            kind=TripKind.DIALYSIS,
            weekdays=[1, 2, 3, 4, 5, 6, 7],
            day=None,
            at=time(8),
            place=f"{word}医院",
            escort="",
            by=by,
        ).pk,
        "pet": keep_pet(household=file, kind=PetKind.CAT, count=1, note=f"{word}猫", by=by).pk,
        "note": write_note(household=file, text=f"{word}备注", by=by).pk,
    }


def _proxy(site: Site, file: Household, word: str) -> None:
    """A relative who waits to be admitted."""
    access = Access.objects.create(
        compound=site.compound, household=file, said_name=f"{word}儿", digest=f"proxy{file.pk}"
    )
    invitation = Invitation.objects.create(
        compound=site.compound,
        household=file,
        relative=Relative.objects.filter(household=file).first(),
        digest=f"i{file.pk}",
        made_by=site.manager,
        expires_at=timezone.now() + timedelta(days=2),
        used_at=timezone.now(),
    )
    Proxy.objects.create(
        compound=site.compound,
        access=access,
        household=file,
        invitation=invitation,
        name=f"{word}儿",
        phone="13700000000",
        relation="son",
        home_of="mother",
    )


def _lodging(
    site: Site, unit: Unit, sealed: SealOrder, file: Household, word: str
) -> dict[str, int]:
    guest = lodgers.guest(site, name=f"{word}保洁", unit=unit, spot=f"{word}门厅")
    today = site.compound.today(timezone.now())
    offer = lodgers.offer_bed(
        household=file,
        fields={
            "beds": 2,
            "for_whom": "anyone",
            "first_night": today - timedelta(days=1),
            "last_night": today + timedelta(days=20),
            "contact": f"{word}房东",
            "phone": "13700000302",
        },
        by=site.captain,
    )
    stay = Stay.objects.create(
        compound=site.compound,
        guest=guest,
        offer=offer,
        bed=1,
        first_night=today,
        last_night=today + timedelta(days=3),
        proposed_by=site.manager,
    )
    barrier = lodgers.barrier(site, spot=f"{word}围挡", unit=unit, order=sealed)
    return {"guest": guest.pk, "offer": offer.pk, "stay": stay.pk, "barrier": barrier.pk}


def _handover(site: Site, unit: Unit, opener: Member, word: str) -> dict[str, int]:
    now = timezone.now()
    shift = Shift("早班", now - timedelta(hours=6), now + timedelta(hours=2))
    handover = open_handover(compound=site.compound, post=f"{word}门岗", shift=shift, by=opener)
    point = DutyTask.objects.create(
        compound=site.compound,
        kind=DutyKind.POINT,
        title=f"{word}交班事项",
        place=str(unit),
        unit=unit,
        handover=handover,
        assignee=opener,
        due_at=now + timedelta(hours=2),
    )
    HandoverWord.objects.create(
        compound=site.compound,
        handover=handover,
        kind=WordKind.POINT,
        text=f"{word}交班事项",
        task=point,
        request_key=word,
        by=opener,
    )
    return {"handover": handover.pk, "duty": point.pk}


def _asks(site: Site, file: Household, word: str) -> dict[str, int]:
    def ask(kind: AskKind) -> int:
        text, key = f"{word}要{kind}", f"{file.pk}{kind}"
        return make_ask(household=file, kind=kind, text=text, form_key=key, by=site.manager).pk

    return {"ask": ask(AskKind.FOOD), "medical": ask(AskKind.ADVICE)}


def _sheet(site: Site, unit: Unit, sweep: Sweep, word: str) -> int:
    homes = sweep.verifications.order_by("-home__floor").values_list("home_id", "home__floor")
    return Sheet.objects.create(
        compound=site.compound,
        number=Sheet.objects.count() + 1,
        kind="sweep",
        title=f"{word}核实表",
        sweep=sweep,
        unit=unit,
        floors=sorted({floor for _home, floor in homes}),
        rows=[home for home, _floor in homes],
        printed_by=site.manager,
    ).pk


def _clock(site: Site, file: Household, sealed: SealOrder) -> int:
    """A file whose clock already runs, from the order's lift on."""
    now = timezone.now()
    due = now + timedelta(days=20)
    Retention.objects.create(
        compound=site.compound,
        household=file,
        home=file.home,
        cause=sealed.pk,
        cause_label=sealed.place_label,
        starts_at=now - timedelta(days=1),
        due_at=due,
        next_at=due,
    )
    return sealed.pk


def _closing(site: Site, sealed: SealOrder) -> int:
    """A report frozen as if the order had been lifted now; the order itself runs on."""
    now = timezone.now()
    ClosingReport.objects.create(
        compound=site.compound,
        order=sealed,
        lifted_at=now,
        data=course(sealed, {"inside": 1, "away": 0, "out": 0, "recalled": 0}),
    )
    return sealed.pk


def _drill(site: Site, unit: Unit, starter: Member, word: str) -> int:
    real = site.compound
    practice = Compound.objects.create(
        organization_id=real.organization_id,
        name=real.name,
        slug=f"practice-{unit.pk}",
        practice_of=real,
        pace=60,
    )
    return Drill.objects.create(
        compound=site.compound,
        practice=practice,
        number=Drill.objects.count() + 1,
        mode="played",
        pace=60,
        seed=1,
        place_label=str(unit),
        template_name=f"{word}方案",
        order_id=0,
        started_by=starter,
        request_key=word,
    ).pk
