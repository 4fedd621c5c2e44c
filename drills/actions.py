"""Starting and ending a drill. What happens in between are the actions of every other room."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from compounds.places import Place
from compounds.sweeps import work_models
from drills import building
from drills.figures import DAY_MINUTES, MOST_HOMES, MOST_RUNNING, default_targets
from drills.models import Drill, Mode
from drills.scorecard import scorecard
from households.models import Sweep
from journal.actions import SYSTEM, Actor, record
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope
from seals.actions import seal
from seals.library import PlanChoice
from seals.models import OrderState, SealOrder


@transaction.atomic
def start(
    *,
    compound: Compound,
    place: Place,
    choice: PlanChoice,
    pace: int,
    mode: Mode,
    seed: int,
    request_key: str,
    by: Member,
    helpers: int = 0,
    targets: dict[str, int] | None = None,
) -> Drill:
    """Build a practice compound for the place, invent its people, and really seal it.

    The same `request_key` again gives the same drill. Refused: a place without homes or with too
    many, too many drills at once, a drill within a drill.
    """
    # Two people starting at once, and a form sent twice: the compound's row is the queue.
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    twin = Drill.objects.filter(request_key=request_key).select_related("practice").first()
    if twin is not None:
        return twin
    model = building.read_model(place)
    _refuse(compound, place, model)
    number = (Drill.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    drill = Drill(
        compound=compound,
        practice=building.open_practice(compound, number, pace),
        number=number,
        mode=mode,
        pace=pace,
        seed=seed,
        helpers=helpers,
        template_name=choice.name,
        started_at=timezone.now(),
        started_by=by,
        request_key=request_key,
        targets=default_targets() | (targets or {}),
    )
    _fill(drill, model, place, choice, by)
    drill.save()
    record("DrillStarted", compound=compound.pk, by=by, data=_data(drill))
    return drill


def _fill(
    drill: Drill, model: building.Model, place: Place, choice: PlanChoice, by: Member
) -> None:
    """Doors, staff, people and the order, within the practice compound alone."""
    practice = drill.practice
    with scope([practice.pk]):
        copied = building.copy(practice, model)
        building.add_helpers(practice, drill.helpers)
        homes = list(copied.homes.values())
        drill.scripts = building.people(practice, homes, drill.seed, drill.started_at)
        there = building.place_in(practice, place, copied)
        order = _seal(practice, there, choice, drill.started_at, copied, by)
    drill.order_id, drill.place_label = order.pk, order.place_label


def _refuse(compound: Compound, place: Place, model: building.Model) -> None:
    if compound.is_practice:
        raise Refused(_("This is a drill already. Start another one from the real compound."))
    if not model.homes:
        raise Refused(
            _("%(place)s has no homes yet. Build them first.") % {"place": place.label},
            field="place",
        )
    if len(model.homes) > MOST_HOMES:
        raise Refused(
            _("A drill holds at most %(most)s homes. Choose a building or a unit.")
            % {"most": MOST_HOMES},
            field="place",
        )
    if Drill.objects.filter(ended_at=None).count() >= MOST_RUNNING:
        raise Refused(_("%(most)s drills are running. End one first.") % {"most": MOST_RUNNING})


def _seal(
    practice: Compound,
    place: Place,
    choice: PlanChoice,
    now: datetime,
    copied: building.Copied,
    by: Member,
) -> SealOrder:
    """The order is issued by whoever starts the drill, as a member of the practice compound."""
    return seal(
        compound=practice,
        place=place,
        level=choice.level,
        template_name=choice.name,
        steps=choice.active,
        starts_at=now,
        ends_at=now + timedelta(minutes=DAY_MINUTES),
        request_key="drill",
        issuer=_("drill"),
        by=copied.staff[by.pk],
    )


def _data(drill: Drill) -> dict[str, object]:
    return {"number": drill.number, "place": drill.place_label, "drill": drill.pk}


@transaction.atomic
def end(*, drill: Drill, by: Actor = SYSTEM) -> Drill:
    """Freeze the scorecard and close the practice compound: what is open ends, everybody leaves.

    Ended twice is ended once; the first scorecard stands.
    """
    # A tick at work holds the row; ending waits for it, so that the card misses nothing.
    drill = (
        Drill.objects.select_for_update(of=("self",)).select_related("practice").get(pk=drill.pk)
    )
    if drill.ended_at is not None:
        return drill
    now = timezone.now()
    with scope([drill.practice_id]):
        card = scorecard(drill, now)
        _close(drill, now)
    drill.ended_at, drill.ended_by, drill.card = now, by.actor_label[:80], card
    drill.save(update_fields=["ended_at", "ended_by", "card"])
    record("DrillEnded", compound=drill.compound_id, by=by, data=_data(drill))
    return drill


def _close(drill: Drill, now: datetime) -> None:
    for model in work_models():
        model.objects.open().update(cancelled_at=now)
    Sweep.objects.filter(closed_at=None).update(closed_at=now)
    order = SealOrder.objects.select_for_update(of=("self",)).get(pk=drill.order_id)
    if order.may_become(OrderState.CANCELLED):
        order.state, order.cancelled_at = OrderState.CANCELLED, now
        order.save(update_fields=["state", "cancelled_at"])
        record(
            "OrderCancelled",
            compound=drill.practice_id,
            by=SYSTEM,
            order=order.pk,
            data={"place": order.place_label, "reason": "drill ended"},
        )
    Member.objects.filter(left_at=None).update(left_at=now)
