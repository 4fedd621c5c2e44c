"""The food step of a plan: the task for a person, and a draft to work on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.actions import SYSTEM
from seals.planners import TaskPlanner
from seals.planning import Plan, Step
from supplies.actions.rounds import Item, draft_again, draft_buy
from supplies.models import BuyTemplate, FeeSplit, GroupBuy, ShortageRule

OPEN_FOR = timedelta(hours=5)


class FoodPlanner(TaskPlanner):
    """The task stays somebody's; beside it lies a draft from the compound's own template.

    Lifting or shortening the order cancels the task and leaves the draft to its organiser.
    """

    def start(self, plan: Plan, step: Step) -> int:
        count = super().start(plan, step)
        if plan.order is not None:
            draft_first(plan)
        return count


def draft_first(plan: Plan) -> GroupBuy:
    """One draft an order, from the newest template, else the last round, else the usual goods."""
    cause = plan.order.pk if plan.order else None
    opens_at = plan.not_before or plan.starts_at
    source = BuyTemplate.objects.first() or _last_round()
    if source is not None:
        return draft_again(
            source=source, place=plan.place, opens_at=opens_at, cause=cause, by=plan.by or SYSTEM
        )
    return _usual(plan, opens_at, cause)


def _last_round() -> GroupBuy | None:
    return GroupBuy.objects.filter(opened_at__isnull=False).order_by("-opened_at").first()


def _usual(plan: Plan, opens_at: datetime, cause: int | None) -> GroupBuy:
    """Without prices: the committee gets it only when somebody has written them."""
    with override(settings.LANGUAGE_CODE):
        return draft_buy(
            compound=plan.compound,
            place=plan.place,
            title=_("First food order"),
            opens_at=opens_at,
            closes_at=opens_at + OPEN_FOR,
            items=_usual_items(),
            cause=cause,
            extend_hours=2,
            reserve_percent=20,
            rule=ShortageRule.ROTATION,
            fee_split=FeeSplit.EQUAL,
            by=plan.by or SYSTEM,
        )


def _usual_items() -> list[Item]:
    def usual(name: str, unit: str, most: int, *, fresh: bool = False) -> Item:
        return Item(name, unit, 0, cap_household=most, essential=True, perishable=fresh)

    return [
        usual(_("Vegetables, mixed, 5 kg"), _("bag"), 2, fresh=True),
        usual(_("Eggs, 30"), _("tray"), 2),
        usual(_("Rice, 5 kg"), _("bag"), 2),
        usual(_("Milk, 250 ml × 12"), _("box"), 2),
        usual(_("Cooking oil, 1.8 l"), _("bottle"), 1),
    ]
