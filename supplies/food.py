"""Who has ordered nothing to eat for days: a care call, since that is how people go hungry."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from compounds.models import Compound
from compounds.rota import Spot, rota
from households.models import INSIDE, Household, Resident
from journal.actions import SYSTEM, record
from seals.models import Level
from seals.queries import rules_for_homes
from supplies.models import BuyState, GroupBuy, Order, OrderLine
from volunteers.models import CareVisit

DAYS = 3
FAILED = (BuyState.CANCELLED, BuyState.NOT_FORMED, BuyState.SUPPLIER_FAILED)
CALL_BY = time(18, 0)
# Kept in the installation's language, as every note that the staff write.
NOTE = gettext_lazy("No food order for %(days)s days. Ask what is needed; order for them.")


def households_without_food(
    days: int = DAYS, *, now: datetime | None = None
) -> QuerySet[Household]:
    """Households with somebody inside whose last order that led to goods is older than this.

    Only households that could have ordered: a round for their place was open in that time. One
    query, in walking order, with home, unit and building.
    """
    since = (now or timezone.now()) - timedelta(days=days)
    ate = (
        Order.objects.filter(household=OuterRef("pk"), changed_at__gt=since, withdrawn_at=None)
        .exclude(buy__state__in=FAILED)
        .filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), quantity__gt=0)))
    )
    inside = Resident.objects.filter(
        household=OuterRef("pk"), moved_out_at=None, presence__in=INSIDE
    )
    offered = GroupBuy.objects.filter(opened_at__isnull=False, closes_at__gt=since)
    if not offered.exists():
        return Household.objects.none()
    return (
        Household.objects.filter(~Exists(ate), Exists(inside), closed_at=None)
        .select_related("home__unit__building")
        .order_by("home__position", "id")
    )


def plan_food_calls(*, compound: int, now: datetime, days: int = DAYS) -> int:
    """A care call today to one person of each sealed household without food; how many are new.

    Who has a call today already is not called twice: its unique constraint closes the race.
    """
    place = Compound.objects.get(pk=compound)
    due = datetime.combine(place.today(now), CALL_BY, tzinfo=place.tz)
    if now >= due:
        return 0
    hungry = list(households_without_food(days, now=now))
    rules = rules_for_homes([one.home for one in hungry], now)
    strict = {home for home, order in rules.items() if order.level != Level.GUARDED}
    hungry = [one for one in hungry if one.home_id in strict]
    people = _people(hungry)
    carers = rota().share("care", [Spot(h.home.unit_id, h.home.floor) for h in hungry])
    with override(settings.LANGUAGE_CODE):
        note = str(NOTE) % {"days": days}
    before = CareVisit.objects.filter(day=place.today(now)).count()
    CareVisit.objects.bulk_create(
        (
            CareVisit(
                compound=place,
                household=one,
                resident_id=people[one.pk],
                home=one.home,
                day=place.today(now),
                due_at=due,
                assignee=carer,
                note=note,
            )
            for one, carer in zip(hungry, carers, strict=True)
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
    made = CareVisit.objects.filter(day=place.today(now)).count() - before
    if made:
        record("FoodCallsPlanned", compound=compound, by=SYSTEM, data={"count": made})
    return made


def _people(households: list[Household]) -> dict[int, int]:
    """Household id to the person to call: the head, else the oldest."""
    rows = Resident.objects.filter(
        household__in=households, moved_out_at=None, presence__in=INSIDE
    ).order_by("-is_head", "birth_year", "position")
    people: dict[int, int] = {}
    for one in rows:
        people.setdefault(one.household_id, one.pk)
    return people
