"""Asking for help, and carrying it out.

When a request is due follows from its kind (`DUE`); who gets it from the rota. Medical kinds go to
the medical adviser, else to the manager: never to anybody who may not see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.models import Member
from compounds.roles import Permission
from compounds.rota import Spot, rota
from households.models import Access, Household
from households.phones import Bad, normalise
from households.proxies import acted_for, standing
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from volunteers.models import MEDICAL, Ask, AskKind, AskOutcome

LONGEST_WAIT = timedelta(days=14)
MOST_OPEN = 20  # of one household: beyond this somebody should ring them
PRIVATE = gettext_noop("a medical matter")
ASKED_FOR_HELP = gettext_noop("asked for help")
TOOK_BACK = gettext_noop("took a request for help back")
ASKED_AGAIN = gettext_noop("asked again for what was not done")


@dataclass(frozen=True)
class Due:
    """Within what time a request is to be carried out; our defaults."""

    usual: timedelta
    urgent: timedelta


def _hours(usual: float, urgent: float) -> Due:
    return Due(timedelta(hours=usual), timedelta(hours=urgent))


DUE = {
    AskKind.MEDICINE: _hours(24, 2),
    AskKind.ADVICE: _hours(4, 1),
    AskKind.COUNSELLING: _hours(24, 2),
    AskKind.FOOD: _hours(12, 2),
    AskKind.ERRAND: _hours(24, 4),
    AskKind.REPAIR: _hours(24, 2),
    AskKind.OTHER: _hours(24, 4),
}
# Which line of the rota carries out a kind.
WHO = {
    **dict.fromkeys(MEDICAL, "medical"),
    AskKind.FOOD: "ask",
    AskKind.ERRAND: "ask",
    AskKind.REPAIR: "repair",
    AskKind.OTHER: "ask",
}


def due_at(
    kind: AskKind, *, is_urgent: bool, wanted_at: datetime | None, now: datetime
) -> datetime:
    """Urgent: within hours, whatever time was named. Else by the time named, or the usual one."""
    due = DUE[kind]
    if is_urgent:
        return min(now + due.urgent, wanted_at or now + due.urgent)
    return wanted_at or now + due.usual


@transaction.atomic
def make_ask(
    *,
    household: Household,
    kind: AskKind,
    text: str,
    form_key: str,
    is_urgent: bool = False,
    wanted_at: datetime | None = None,
    call_back: str = "",
    by: Access | Member,
) -> Ask:
    """A request with somebody who has it from the first moment. The same form again is one request.

    Refused: no words, a time that has passed or is weeks away, too many open requests, a relative
    who no longer acts for the household.
    """
    if isinstance(by, Access):
        standing(by)
    # Two presses at once: the household's row is the queue, then the form's key finds its request.
    household = (
        Household.objects.select_for_update(of=("self",))
        .select_related("home")
        .get(pk=household.pk)
    )
    twin = Ask.objects.filter(form_key=form_key, household=household).first()
    if twin is not None:
        return twin
    ask = Ask(
        household=household,
        kind=kind,
        text=text.strip()[:500],
        form_key=form_key,
        is_urgent=is_urgent,
        wanted_at=wanted_at,
        call_back=_number(call_back),
    )
    _write(ask, by, timezone.now())
    _record("AskMade", ask, by, kind=_said(ask))
    _told(ask, by, ASKED_FOR_HELP)
    return ask


def _write(ask: Ask, by: Access | Member, now: datetime) -> None:
    """With who asked, who has it and by when; refused where it cannot be one."""
    home = ask.household.home
    _refuse(ask.household, ask.text, ask.wanted_at, now)
    kind = AskKind(ask.kind)
    (ask.assignee,) = rota().share(WHO[kind], [Spot(home.unit_id, home.floor)])
    ask.compound_id, ask.home, ask.asked_at = ask.household.compound_id, home, now
    ask.access = by if isinstance(by, Access) else None
    ask.member = by if isinstance(by, Member) else None
    ask.asked_by = by.actor_label[:80]
    ask.due_at = due_at(kind, is_urgent=ask.is_urgent, wanted_at=ask.wanted_at, now=now)
    ask.save()


def _refuse(household: Household, text: str, wanted_at: datetime | None, now: datetime) -> None:
    if not text.strip():
        raise Refused(_("Say in a few words what is needed."), field="text")
    if wanted_at is not None and not now < wanted_at <= now + LONGEST_WAIT:
        raise Refused(_("Choose a time from now on, within two weeks."), field="wanted_at")
    if Ask.objects.filter(household=household).open().count() >= MOST_OPEN:
        raise Refused(
            _("This home has %(most)s open requests. Ring the duty desk instead.")
            % {"most": MOST_OPEN}
        )


def _number(text: str) -> str:
    """One number to ring back, or none. Refused when it is no number."""
    found = normalise(text)
    if any(isinstance(one, Bad) for one in found) or len(found) > 1:
        raise Refused(_("Write one telephone number, or leave it empty."), field="call_back")
    return found[0].number if found else ""  # type: ignore[union-attr]


def _said(ask: Ask) -> str:
    """The kind as everybody may read it on the board."""
    return PRIVATE if ask.is_medical else plain(AskKind(ask.kind).label)


@transaction.atomic
def accept(*, ask: Ask, by: Member) -> Ask:
    """The person takes it on; somebody else's becomes theirs. Twice is once."""
    ask = _lock(ask, by)
    if ask.accepted_at and ask.assignee_id == by.pk:
        return ask
    ask.assignee, ask.accepted_at = by, timezone.now()
    ask.save(update_fields=["assignee", "accepted_at"])
    _record("AskMoved", ask, by, state=gettext_noop("taken on"))
    return ask


@transaction.atomic
def start(*, ask: Ask, by: Member) -> Ask:
    """It is under way. Twice is once."""
    ask = _lock(ask, by)
    if ask.started_at:
        return ask
    now = timezone.now()
    ask.assignee, ask.started_at, ask.accepted_at = by, now, ask.accepted_at or now
    ask.save(update_fields=["assignee", "started_at", "accepted_at"])
    _record("AskMoved", ask, by, state=gettext_noop("being done"))
    return ask


@transaction.atomic
def finish(*, ask: Ask, answer: str = "", by: Member) -> Ask:
    """It is done. Twice is once; what was answered before stays."""
    ask = _lock(ask, by)
    return ask if ask.finished_at else _close(ask, AskOutcome.DONE, answer, "", by)


@transaction.atomic
def cannot(*, ask: Ask, answer: str, next_step: str, by: Member) -> Ask:
    """It cannot be done. Refused without the reason and what the household can do next."""
    ask = _lock(ask, by)
    if ask.finished_at:
        return ask
    if not answer.strip():
        raise Refused(_("Say why it cannot be done."), field="answer")
    if not next_step.strip():
        raise Refused(_("Say what they can do next, or who rings them."), field="next_step")
    return _close(ask, AskOutcome.CANNOT, answer, next_step, by)


def _close(ask: Ask, outcome: AskOutcome, answer: str, next_step: str, by: Member) -> Ask:
    now = timezone.now()
    ask.finished_at, ask.finished_by, ask.outcome = now, by, outcome
    ask.accepted_at = ask.accepted_at or now
    ask.answer, ask.next_step = answer.strip()[:300], next_step.strip()[:300]
    ask.save(
        update_fields=[
            "finished_at", "finished_by", "outcome", "accepted_at", "answer", "next_step",
        ]
    )  # fmt: skip
    _record("AskMoved", ask, by, state=plain(AskOutcome(outcome).label))
    return ask


@transaction.atomic
def give(*, ask: Ask, member: Member, by: Member) -> Ask:
    """Hand it to somebody else. Refused: who has left, or may not see such a request."""
    ask = _lock(ask, by)
    if member.left_at is not None or not may_carry(member, ask):
        raise Refused(_("Choose somebody who may see and do this."), field="member")
    if ask.assignee_id != member.pk:
        ask.assignee, ask.accepted_at, ask.started_at = member, None, None
        ask.save(update_fields=["assignee", "accepted_at", "started_at"])
        record(
            "WorkAssigned",
            compound=ask.compound_id,
            by=by,
            household=ask.household_id,
            data={"what": ask.home.label, "name": member.name},
        )
    return ask


def may_carry(member: Member, ask: Ask) -> bool:
    """Medical requests are for those who may see them, the others for whoever does such work;
    either only for who looks after the home."""
    if not member.covers(ask.home):
        return False
    if ask.is_medical:
        return member.may(Permission.MEDICAL_SEE)
    return member.may(Permission.WORK_DO) and member.may(Permission.ASK_SEE)


@transaction.atomic
def cancel(*, ask: Ask, by: Access | Member) -> Ask:
    """The household does not need it any more. Refused once it is answered."""
    ask = _lock_for(ask, by)
    if ask.cancelled_at:
        return ask
    if ask.finished_at:
        raise Refused(_("This is answered already. Ask again if it is not right."))
    ask.cancelled_at = timezone.now()
    ask.save(update_fields=["cancelled_at"])
    _record("AskMoved", ask, by, state=gettext_noop("taken back"))
    _told(ask, by, TOOK_BACK)
    return ask


@transaction.atomic
def reopen(*, ask: Ask, by: Access | Member) -> Ask:
    """It was not right: the same person has it again, with its time anew. Within a day."""
    ask = _lock_for(ask, by)
    if ask.finished_at is None and ask.cancelled_at is None:
        return ask
    now = timezone.now()
    if not ask.may_reopen(now):
        raise Refused(_("More than a day has passed. Make a new request."))
    ask.finished_at = ask.finished_by = ask.missed_at = ask.started_at = None
    ask.outcome, ask.next_step, ask.reopened = "", "", ask.reopened + 1
    ask.due_at = due_at(AskKind(ask.kind), is_urgent=ask.is_urgent, wanted_at=None, now=now)
    ask.save(
        update_fields=[
            "finished_at", "finished_by", "missed_at", "started_at", "outcome", "next_step",
            "reopened", "due_at",
        ]
    )  # fmt: skip
    _record("AskMoved", ask, by, state=gettext_noop("asked again"))
    _told(ask, by, ASKED_AGAIN)
    return ask


def _lock(ask: Ask, by: Member) -> Ask:
    """The row, for somebody who carries it out. Refused: who may not, what was taken back."""
    ask = _rows().get(pk=ask.pk)
    if not may_carry(by, ask):
        raise Refused(_("This request is for somebody else."), code="not_yours")
    if ask.cancelled_at:
        raise Refused(_("The household has taken this request back."), code="cancelled")
    return ask


def _lock_for(ask: Ask, by: Access | Member) -> Ask:
    """The row, for the household, its relative, or staff who speak for it."""
    if isinstance(by, Access):
        standing(by)
    ask = _rows().get(pk=ask.pk)
    allowed = ask.household_id == by.household_id if isinstance(by, Access) else may_carry(by, ask)
    if not allowed:
        raise Refused(_("This request is for somebody else."), code="not_yours")
    return ask


def _rows() -> QuerySet[Ask]:
    return Ask.objects.select_for_update(of=("self",)).select_related("home", "assignee")


def _told(ask: Ask, by: Access | Member, what: str) -> None:
    if isinstance(by, Access):
        acted_for(access=by, what=what, cause=f"ask:{ask.pk}")


def _record(event: str, ask: Ask, by: Access | Member, **data: str) -> None:
    record(
        event,
        compound=ask.compound_id,
        by=by,
        household=ask.household_id,
        data={"door": ask.home.label, "ask": ask.pk, **data},
    )
