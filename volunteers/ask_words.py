"""A request in words: where it stands for its asker, one line for a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from compounds.work import SOON
from households.models import Household
from lockdown.kernel.wording import daytime
from volunteers.models import MEDICAL, Ask, AskState

MOST = 30  # requests of one household on its page

STEPS = (
    (AskState.ASKED, gettext_lazy("received")),
    (AskState.GIVEN, gettext_lazy("given to somebody")),
    (AskState.UNDER_WAY, gettext_lazy("being done")),
    (AskState.DONE, gettext_lazy("done")),
)


def asks_of(household: Household) -> list[Ask]:
    """What a household asked for, the open ones first; one query."""
    rows = Ask.objects.filter(household=household).select_related(
        "home__unit__building", "assignee", "finished_by"
    )
    newest = list(rows.order_by("-asked_at")[:MOST])
    return sorted(newest, key=lambda one: bool(one.finished_at or one.cancelled_at))


def asks_for(member: Member, *, medical: bool) -> QuerySet[Ask]:
    """The medical requests or the others, of the homes that the member looks after."""
    rows = Ask.objects.filter(member.within("home__")).select_related(
        "home__unit__building", "assignee", "finished_by"
    )
    rows = rows.filter(kind__in=MEDICAL) if medical else rows.exclude(kind__in=MEDICAL)
    return rows.order_by(F("finished_at").desc(nulls_first=True), "due_at", "pk")


def narrowed(rows: QuerySet[Ask], whose: str, member: Member, now: datetime) -> QuerySet[Ask]:
    """Open ones; those of this member; late ones; or what was answered."""
    is_open = Q(finished_at=None, cancelled_at=None)
    match whose:
        case "mine":
            return rows.filter(is_open, assignee=member)
        case "late":
            return rows.filter(is_open, due_at__lt=now)
        case "closed":
            return rows.exclude(is_open).order_by("-asked_at")
    return rows.filter(is_open)


def steps(ask: Ask) -> list[dict[str, Any]]:
    """已受理 → 已派单 → 处理中 → 已完成, as `components/steps.html` shows them."""
    here = ask.standing
    if here == AskState.CANNOT:
        said = [(state, words) for state, words in STEPS[:-1]]
        return [
            *({"label": words, "state": "done"} for _state, words in said),
            {"label": AskState.CANNOT.label, "state": "late"},
        ]
    order = [state for state, _words in STEPS]
    place = order.index(here) if here in order else 0
    return [
        {"label": words, "state": "done" if at < place or here == AskState.DONE else
         "now" if at == place else "wait"}
        for at, (_state, words) in enumerate(STEPS)
    ]  # fmt: skip


def track(ask: Ask) -> list[dict[str, Any]]:
    """What happened to it, with who and when; newest last."""
    who = ask.assignee.name if ask.assignee else ""
    done_by = ask.finished_by.name if ask.finished_by else ""
    items = [
        (ask.asked_at, _("received"), ask.asked_by),
        (ask.accepted_at, _("taken on"), who),
        (ask.started_at, _("being done"), who),
    ]
    if ask.finished_at:
        items.append((ask.finished_at, str(ask.standing.label), done_by))
    if ask.cancelled_at:
        items.append((ask.cancelled_at, str(ask.standing.label), ""))
    told = [(at, text, name) for at, text, name in items if at is not None]
    return [{"time": daytime(at), "text": text, "who": name, "state": "done"}
            for at, text, name in sorted(told, key=lambda one: one[0])]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One request of a list; `tag` says where it stands or how late it is."""

    ask: Ask
    status: str
    tag: str

    @property
    def door(self) -> str:
        return self.ask.home.label


def lines(asks: Iterable[Ask], now: datetime) -> list[Line]:
    return [Line(ask, *mark(ask, now)) for ask in asks]


def mark(ask: Ask, now: datetime | None = None) -> tuple[str, str]:
    """One of the five marks, and its words."""
    now = now or timezone.now()
    state = ask.standing
    words = str(state.label)
    if state in (AskState.DONE, AskState.CANCELLED):
        return ("done" if state == AskState.DONE else "wait"), words
    if state == AskState.CANNOT:
        return "late", words
    if ask.due_at < now:
        return "late", _("late, was due %(time)s") % {"time": daytime(ask.due_at)}
    soon = ask.is_urgent or ask.started_at or ask.due_at - now <= SOON
    return ("now" if soon else "next"), words
