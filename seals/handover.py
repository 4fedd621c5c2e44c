"""The handover of a shift: figures from every room, lines by people, two signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from compounds.models import Compound, Member
from compounds.roles import Permission, Role
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.packed import Lists, together
from seals.models import (
    DutyKind,
    DutyTask,
    Handover,
    HandoverState,
    HandoverWord,
    WordKind,
)
from seals.shifts import LATE_AFTER, Duty, Shift
from seals.words import said

MOST_WORDS = 60
POINT_WITHIN = timedelta(hours=8)  # our default: a point is settled within the next shift
KEPT_BEHIND = 20  # doors or places kept under one figure


@dataclass(frozen=True)
class Span:
    """What a line is worked out for: the shift that ends, the next one, and the moment."""

    compound: Compound
    shift: Shift
    next: Shift
    now: datetime


@dataclass(frozen=True)
class Figure:
    """One line of a handover. `behind` names doors and places, never people.

    `label` is a lazy label; `tone` is late, now, done or nothing; `page` the URL name of the rows.
    """

    key: str
    label: object
    value: int
    tone: str = ""
    behind: tuple[str, ...] = ()
    page: str = ""

    def kept(self) -> dict[str, Any]:
        """As frozen with the handover; the label as message id, for readers of any language."""
        return {
            "key": self.key,
            "label": plain(self.label),
            "value": self.value,
            "tone": self.tone,
            "behind": list(self.behind[:KEPT_BEHIND]),
            "page": self.page,
        }


Line = Callable[[Span, Lists], Iterable[Figure]]
Wanted = Callable[[Span], dict[str, ArraySubquery]]
_lines: dict[str, tuple[Line, Wanted | None]] = {}


def register_line(name: str, line: Line, wanted: Wanted | None = None) -> None:
    """Apps above add their figures in `AppConfig.ready()`.

    `wanted` names the lists that a line is worked out from: those of all lines are read in one
    statement. A line without any asks for itself.
    """
    _lines[name] = line, wanted


def figures_now(span: Span) -> list[dict[str, Any]]:
    """The figures of this moment, in the order in which the rooms registered."""
    asked: dict[str, ArraySubquery] = {}
    for _line, wanted in _lines.values():
        asked |= wanted(span) if wanted else {}
    lists = together(Compound.objects.filter(pk=span.compound.pk), asked)
    return [figure.kept() for line, _wanted in _lines.values() for figure in line(span, lists)]


def span_of(handover: Handover, duty: Duty, now: datetime) -> Span:
    shift = Shift(handover.shift, handover.begins_at, handover.ends_at)
    return Span(handover.compound, shift, duty.after(shift), now)


@transaction.atomic
def open_handover(*, compound: Compound, post: str, shift: Shift, by: Member) -> Handover:
    """The handover of this shift and post; whoever comes second gets the first one's.

    Refused: a shift that has not begun.
    """
    now = timezone.now()
    if shift.begins_at > now:
        raise Refused(_("This shift has not begun yet."), code="not_begun")
    handover, made = Handover.objects.get_or_create(
        compound=compound,
        post=post,
        begins_at=shift.begins_at,
        defaults={
            "shift": shift.name,
            "ends_at": shift.ends_at,
            "opened_at": now,
            "opened_by": by,
        },
    )
    if made:
        _record("HandoverOpened", handover, by)
    return handover


@transaction.atomic
def add_word(
    *,
    handover: Handover,
    kind: WordKind,
    text: str,
    request_key: str,
    assignee: Member | None = None,
    due_at: datetime | None = None,
    by: Member,
) -> HandoverWord:
    """A note or an open point; a point with an assignee becomes a task on their list.

    The same form sent twice is one line. Refused: nothing written, a handover that both have
    signed, more than 60 lines.
    """
    handover = _lock(handover)
    twin = HandoverWord.objects.filter(handover=handover, request_key=request_key).first()
    if twin is not None:
        return twin
    _refuse_frozen(handover)
    text = text.strip()
    if not text:
        raise Refused(_("Write something first."), field="text")
    if HandoverWord.objects.filter(handover=handover).count() >= MOST_WORDS:
        raise Refused(_("This handover is full. Hand it over and go on in the next one."))
    task = _task(handover, text, assignee, due_at) if kind == WordKind.POINT and assignee else None
    return HandoverWord.objects.create(
        compound_id=handover.compound_id,
        handover=handover,
        kind=kind,
        text=text[:300],
        task=task,
        request_key=request_key[:40],
        at=timezone.now(),
        by=by,
    )


def _task(handover: Handover, text: str, assignee: Member, due_at: datetime | None) -> DutyTask:
    if not assignee.may(Permission.WORK_DO):
        raise Refused(_("Choose somebody who works here now."), field="assignee")
    with override(settings.LANGUAGE_CODE):
        place = said(handover.post)
    return DutyTask.objects.create(
        compound_id=handover.compound_id,
        kind=DutyKind.POINT,
        title=text[:120],
        place=place,
        handover=handover,
        assignee=assignee,
        due_at=due_at or timezone.now() + POINT_WITHIN,
    )


@transaction.atomic
def hand_over(*, handover: Handover, duty: Duty, to: Member, by: Member) -> Handover:
    """The outgoing person signs: the figures freeze as they stand, a named person takes over.

    Refused: to oneself, to somebody who has left or does no such work. Signed again it stays.
    """
    handover = _lock(handover)
    if handover.handed_at is not None:
        return handover
    if to.pk == by.pk:
        raise Refused(_("Hand over to another person."), field="to")
    if not to.may(Permission.WORK_DO):
        raise Refused(_("Choose somebody who works here now."), field="to")
    now = timezone.now()
    handover.figures = figures_now(span_of(handover, duty, now))
    handover.to, handover.handed_at, handover.handed_by = to, now, by
    handover.save(update_fields=["figures", "to", "handed_at", "handed_by"])
    _record("HandoverHanded", handover, by, name=to.name)
    return handover


@transaction.atomic
def ask(*, handover: Handover, text: str, request_key: str, by: Member) -> HandoverWord:
    """The incoming person asks before signing; it waits for an answer."""
    handover = _lock(handover)
    _refuse_stranger(handover, by)
    word = add_word(
        handover=handover, kind=WordKind.QUESTION, text=text, request_key=request_key, by=by
    )
    Handover.objects.filter(pk=handover.pk, asked_at=None).update(asked_at=word.at)
    _record("HandoverAsked", handover, by)
    return word


@transaction.atomic
def answer_question(*, handover: Handover, text: str, request_key: str, by: Member) -> HandoverWord:
    """Whoever knows answers; then it can be signed."""
    word = add_word(
        handover=handover, kind=WordKind.ANSWER, text=text, request_key=request_key, by=by
    )
    Handover.objects.filter(pk=handover.pk).update(asked_at=None)
    return word


@transaction.atomic
def take_over(*, handover: Handover, by: Member) -> Handover:
    """The incoming person has read it and signs; from now on it is frozen.

    Refused: before it is handed over, with an open question, for anybody but the named person or
    the manager, and for whoever handed it over.
    """
    handover = _lock(handover)
    if handover.taken_at is not None:
        return handover
    _refuse_stranger(handover, by)
    if handover.state == HandoverState.ASKED:
        raise Refused(_("A question is open. Have it answered, then sign."), code="asked")
    handover.taken_at, handover.taken_by = timezone.now(), by
    handover.save(update_fields=["taken_at", "taken_by"])
    _record("HandoverTaken", handover, by, name=by.name)
    return handover


def _refuse_stranger(handover: Handover, by: Member) -> None:
    if handover.handed_at is None:
        raise Refused(_("The outgoing shift has not signed yet."), code="not_handed")
    if by.pk == handover.handed_by_id:
        raise Refused(_("Whoever hands over cannot take over."), code="same_person")
    if by.pk != handover.to_id and by.role != Role.MANAGER:
        named = {"name": handover.to.name if handover.to else ""}
        raise Refused(_("This is handed over to %(name)s.") % named, code="not_yours")


def _refuse_frozen(handover: Handover) -> None:
    if handover.taken_at is not None:
        said = _("Both have signed; this handover stays as it is. Write into the next one.")
        raise Refused(said, code="frozen")


def missing(
    duty: Duty, handed: Iterable[tuple[str, datetime]], now: datetime
) -> list[tuple[str, Shift]]:
    """(post, shift) of yesterday and today that ended an hour ago or more without a handover.

    `handed` are the (post, begin) of those handed over; a post counts from its first one on.
    """
    done = set(handed)
    first = {post: min(at for one, at in done if one == post) for post, _at in done}
    return [
        (post, shift)
        for shift in duty.around(now)
        for post in duty.posts
        if post in first
        and shift.begins_at > first[post]
        and shift.ends_at + LATE_AFTER <= now
        and (post, shift.begins_at) not in done
    ]


def _lock(handover: Handover) -> Handover:
    found = Handover.objects.select_for_update(of=("self",)).select_related("compound", "to")
    return found.get(pk=handover.pk)


def _record(event: str, handover: Handover, by: Member, **data: Any) -> None:
    record(
        event,
        compound=handover.compound_id,
        by=by,
        data={
            "post": handover.post,
            "shift": handover.shift,
            "handover": handover.pk,
            **data,
        },
    )
