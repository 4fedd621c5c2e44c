"""Nothing personal is kept that nobody hands out, and the journal holds no name for good."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from households.keeping import keepers
from households.models import Household, Phone, Relative, Resident
from households.purging import purge_due
from journal.events import CATALOGUE
from journal.models import Entry
from lockdown.demo import others, yujingwan
from lockdown.demo.clock import at, in_process
from lockdown.demo.people import HUAIDONG, XIAODONGMEN, YUJINGWAN, open_site
from lockdown.kernel.tenancy import TenantModel, scope, scope_of_every_compound
from tests.cast import Cast

# Tables with a household's key that no keeper reads, with the reason.
EXCUSED: dict[str, str] = {
    "households.KeptApart": "says of two files that they are not the same; nothing about anybody",
}
OF_HOUSEHOLD = [
    model
    for model in apps.get_models()
    if issubclass(model, TenantModel)
    and any(
        isinstance(field, ForeignKey) and field.related_model is Household
        for field in model._meta.local_fields
    )
]


def _excused(model: type[TenantModel]) -> str:
    """The file's own tables wait for the keeper that comes with the file; then no longer."""
    own = [one for one in keepers() if type(one).__module__.startswith("households.")]
    if model._meta.app_label == "households" and {one.name for one in own} == {"retention"}:
        return "the keeper of the file's own tables comes with the file"
    return EXCUSED.get(model._meta.label, "")


@pytest.mark.parametrize("model", OF_HOUSEHOLD, ids=lambda model: model._meta.label)
def test_every_table_with_a_household_is_handed_out_by_a_keeper(
    cast: Cast, model: type[TenantModel]
) -> None:
    site = cast.yujingwan
    with site.open(), CaptureQueriesContext(connection) as seen:
        for keeper in keepers():
            keeper.export(site.household("101"))
    read = {table for one in seen for table in re.findall(r'FROM "(\w+)"', one["sql"])}
    assert model._meta.db_table in read or _excused(model), f"nobody hands out {model.__name__}"


def test_keepers_may_be_asked_twice(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        ids = list(Household.objects.values_list("pk", flat=True))
        for keeper in keepers():
            keeper.redact(ids, before=timezone.now())
            assert keeper.redact(ids, before=timezone.now()) == 0, keeper.name


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_event_of_the_stories_holds_a_full_name_or_phone() -> None:
    """The journal cannot be cleared, so nothing in it may need clearing."""
    first = date(2021, 7, 31)
    with in_process():
        sites = [
            open_site(people, slug=f"names-{number}")
            for number, people in enumerate((YUJINGWAN, XIAODONGMEN, HUAIDONG))
        ]
        until = yujingwan.last_moment(sites[0], first)
        yujingwan.replay(sites[0], first, until=until)
        others.xiaodongmen(sites[1], first, until=until)
        others.huaidong(sites[2], first, until=until)
        with at(until + timedelta(days=60)):
            purge_due(now=timezone.now())
    found, kinds = [], set()
    for site in sites:
        with scope([site.compound.pk]):
            secrets = _secrets()
            for entry in Entry.objects.all():
                kinds.add(entry.event)
                text = f"{entry.by} {list(_texts(entry.data))}"
                found += [(entry.event, one) for one in secrets if one in text]
    assert found == []
    assert kinds >= {"HouseholdVerified", "PersonRecalled", "CareCallRecorded", "OrderLifted"}
    assert kinds >= {"HouseholdTold", "HouseholdsRedacted", "ClosingReportFrozen"}
    assert kinds <= set(CATALOGUE)


def _secrets() -> set[str]:
    """Full names of residents and relatives who are not also staff, and every number."""
    names = {*Resident.objects.values_list("name", flat=True)}
    names |= {*Relative.objects.exclude(name="").values_list("name", flat=True)}
    numbers = {*Phone.objects.values_list("number", flat=True)}
    numbers |= {*Relative.objects.exclude(phone="").values_list("phone", flat=True)}
    staff = {*_staff()}
    return {one for one in (names - staff) if len(one) > 1} | numbers


def _staff() -> list[str]:
    from compounds.models import Member  # noqa: PLC0415

    return list(Member.objects.values_list("name", flat=True))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)]


def test_the_presence_of_a_person_is_recorded_with_a_masked_name(cast: Cast) -> None:
    from households.files import set_presence  # noqa: PLC0415

    site = cast.yujingwan
    with site.open():
        person = Resident.objects.create(
            compound=site.compound, household=site.household("101"), name="欧阳小明"
        )
        set_presence(resident=person, presence="away", by=site.manager)
        assert Entry.objects.get(event="PresenceChanged").data["name"] == "欧阳**"
    with scope_of_every_compound():
        assert Resident.objects.get(pk=person.pk).name == "欧阳小明"
