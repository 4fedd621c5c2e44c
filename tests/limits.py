"""Two buildings side by side: number 1 of the cast, and number 77 whose every word is a marker.

Both have people, orders, sweeps, notices, calls, rounds, windows, requests and links; one more
order covers the whole compound and has something of everything in both.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone

from compounds.actions import UnitPattern, add_member, build_homes, issue_token
from compounds.models import Building, Home, Member, SignInLink, Unit, User
from compounds.roles import Role
from households.actions import open_missing_files
from households.imports import preview_roster
from households.models import (
    Access,
    CareFlag,
    Household,
    Phone,
    Relative,
    Resident,
    Sweep,
    Verification,
)
from journal.actions import record
from notices.models import Notice, Receipt
from seals.models import PlanTask, Recall, SealOrder
from tests import limits_rows, limits_supplies
from tests.cast import Site
from tests.reports import scenes
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

# What of building 77 may not reach somebody of building 1: doors, names, numbers, words.
WORDS = ("欧阳", "乙楼", "1397777", "rosteryi", "77栋", "77号楼", "Building 77", "77-8", "77-9")
DOORS = re.compile(r"(?<![0-9A-Za-z_/=.+-])7[12]0[12](?![0-9A-Za-z_/=.+-])")
# Keys made at random may hold any digits: "…4a77-8d8d…" is no door.
RANDOM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FIRST_FLOOR, FLOORS = 71, 2
ROSTER = "楼栋,单元,房号,姓名,电话\n77,8,7101,欧阳乙楼,13977770001\n"


def leaks(text: str) -> list[str]:
    """The markers of building 77 that stand in an answer, each with what is around it."""
    text = RANDOM.sub("", text)
    spots = [text.find(word) for word in WORDS if word in text]
    spots += [found.start() for found in DOORS.finditer(text)]
    return [text[max(0, spot - 60) : spot + 40].replace("\n", " ") for spot in spots]


class Scene:
    """The two buildings; `rows` of each by the name that addresses use."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.open():
            self.near = site.unit()
            pattern = UnitPattern("77", "8", FLOORS, 2, FIRST_FLOOR)
            build_homes(compound=site.compound, patterns=[pattern], by=site.manager)
            open_missing_files(compound=site.compound, homes=Home.objects.all())
            self.far = Unit.objects.select_related("building").get(number="8")
            whole = _whole_order(site)
            self.ours = self._fill(self.near, "张", "甲楼", "1381111", whole)
            self.theirs = self._fill(self.far, "欧阳", "乙楼", "1397777", whole)
            units = {"甲楼": self.near, "乙楼": self.far}
            self.rounds = limits_supplies.of_the_whole(site, units)

    def _fill(
        self, unit: Unit, surname: str, word: str, phone: str, whole: SealOrder
    ) -> dict[str, int]:
        site = self.site
        files = list(Household.objects.filter(home__unit=unit).select_related("home"))
        for place, file in enumerate(files):
            _people(site, file, surname, word, f"{phone}{place:04d}")
        sealed = scenes.order(site, unit)
        sealed.building = unit.building
        sealed.save(update_fields=["building"])
        sweep = scenes.sweep(site, sealed, verified=1)
        notice = scenes.notice(site, sealed, untold=2, title=f"{word}封控通知")
        Notice.objects.filter(pk=notice.pk).update(
            audience={"unit": [unit.pk]}, audience_label=str(unit)
        )
        scenes.calls(site, sealed, done=0)
        window = scenes.sanitation(site, sealed)
        scenes.tasks(site, sealed)
        scenes.recalls(site, sealed)
        _of_the_whole(site, whole, unit, files, word)
        return self._ids(unit, sealed, sweep, notice, window, word)

    def _ids(
        self,
        unit: Unit,
        sealed: SealOrder,
        sweep: Sweep,
        notice: Notice,
        window: RubbishWindow,
        word: str,
    ) -> dict[str, int]:
        in_unit = {"household__home__unit": unit}
        member = self._member(unit, word)
        _token, _text = issue_token(member=member, name=f"{word} key", by=self.site.manager)
        link = SignInLink.objects.create(
            compound=self.site.compound,
            member=member,
            digest=word,
            session_hours=1,
            made_by=self.site.manager,
            expires_at=timezone.now() + timedelta(hours=1),
        )
        return {
            "household": Household.objects.filter(home__unit=unit).first().pk,
            "resident": Resident.objects.filter(**in_unit).first().pk,
            "phone": Phone.objects.filter(**in_unit).first().pk,
            "relative": Relative.objects.filter(**in_unit).first().pk,
            "flag": CareFlag.objects.filter(**in_unit).first().pk,
            "access": Access.objects.filter(**in_unit).first().pk,
            "sweep": sweep.pk,
            "verification": Verification.objects.filter(sweep=sweep).first().pk,
            "order": sealed.pk,
            "recall": Recall.objects.filter(order=sealed).first().pk,
            "task": PlanTask.objects.filter(order=sealed).first().pk,
            "visit": CareVisit.objects.filter(home__unit=unit).first().pk,
            "round_id": DisinfectionRound.objects.filter(unit=unit, finished_at=None).first().pk,
            "window_id": window.pk,
            "notice": notice.pk,
            "receipt": Receipt.objects.filter(notice=notice, finished_at=None).first().pk,
            "member": member.pk,
            "token": _token.pk,
            "link": link.pk,
            "batch": self._batch(unit),
            **limits_rows.fill(self.site, unit, sealed, sweep, word),
            **limits_supplies.fill(self.site, unit, word),
        }

    def _member(self, unit: Unit, word: str) -> Member:
        user = User.objects.create_user(f"of-{unit.pk}", name=f"{word}志愿者")
        return add_member(
            compound=self.site.compound,
            user=user,
            role=Role.VOLUNTEER,
            buildings=[unit.building_id],
            by=self.site.manager,
        )

    def _batch(self, unit: Unit) -> int:
        near = ROSTER.replace("77,8,7101,欧阳乙楼,13977770001", "1,1,101,张三,13811110001")
        text, name = (near, "jia.csv") if unit == self.near else (ROSTER, "rosteryi.csv")
        return preview_roster(
            compound=self.site.compound,
            file_name=name,
            data=text.encode(),
            unit=None,
            by=self.site.manager,
        ).pk


def _people(site: Site, file: Household, surname: str, word: str, number: str) -> None:
    person = Resident.objects.create(
        compound=site.compound,
        household=file,
        name=f"{surname}{word}",
        is_head=True,
        presence="inside",
    )
    Resident.objects.create(
        compound=site.compound, household=file, name=f"{surname}远", presence="away", position=1
    )
    Phone.objects.create(
        compound=site.compound,
        household=file,
        resident=person,
        number=number,
        last_four=number[-4:],
    )
    Relative.objects.create(
        compound=site.compound, household=file, relation="子女", name=f"{surname}外", phone=number
    )
    CareFlag.objects.create(compound=site.compound, household=file, kind="lone_elder", set_by=word)
    Access.objects.create(
        compound=site.compound, household=file, said_name=f"{surname}访", digest=f"d{file.pk}"
    )
    record(
        "CareCallRecorded",
        compound=site.compound.pk,
        by=site.manager,
        household=file.pk,
        data={"door": file.home.label, "outcome": "well"},
    )


def _whole_order(site: Site) -> SealOrder:
    made = scenes.order(site)
    SealOrder.objects.filter(pk=made.pk).update(
        place_kind="compound",
        unit=None,
        place_key="compound",
        place_label=site.compound.name,
        request_key="scene-whole",
    )
    return SealOrder.objects.get(pk=made.pk)


def _of_the_whole(
    site: Site, whole: SealOrder, unit: Unit, files: list[Household], word: str
) -> None:
    """Rows and facts of this building under the order that covers everything."""
    first = files[0]
    person = Resident.objects.filter(household=first, presence="away").get()
    shared = {"compound": site.compound, "order": whole, "assignee": site.volunteer}
    due = scenes.at(site, 7)
    Recall.objects.create(
        **shared, resident=person, household=first, home=first.home, due_at=due, outcome="no_answer"
    )
    DisinfectionRound.objects.create(**shared, unit=unit, due_at=due)
    place = {"place": f"{unit.building.number}栋{unit.number}单元"}
    record(
        "RoundMissed",
        compound=site.compound.pk,
        by=site.manager,
        order=whole.pk,
        data=place | {"due": due.isoformat()},
    )
    record(
        "PersonRecalled",
        compound=site.compound.pk,
        by=site.manager,
        household=first.pk,
        order=whole.pk,
        data={"door": first.home.label, "name": f"{word}**", "outcome": "no answer"},
    )
    record(
        "AccessAsked", compound=site.compound.pk, by=site.manager, data={"door": first.home.label}
    )


def limited(site: Site, role: str, *, by_unit: bool) -> Member:
    """The cast's member of this role, kept to building 1."""
    with site.open():
        member = Member.objects.get(pk=getattr(site, role).pk)
        unit = site.unit()
        member.unit = unit if by_unit else None
        member.buildings = [] if by_unit else [unit.building_id]
        member.save(update_fields=["unit", "buildings"])
        assert Building.objects.count() == 2
    return member
