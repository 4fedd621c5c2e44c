"""The event catalogue: every fact that the journal can hold, in the past tense.

Each event names the sentence that a timeline shows; `%(…)s` come from the entry's data. An app
records an event by its class; siblings subscribe to it by name without importing each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*([+-]\d\d:\d\d|Z)$")


@dataclass(frozen=True)
class Event:
    name: str
    sentence: object  # lazy translation
    # A quiet event is kept for the audit and left out of the board's feed.
    quiet: bool = False


def _catalogue(*events: Event) -> dict[str, Event]:
    return {event.name: event for event in events}


CATALOGUE = _catalogue(
    Event("CompoundCreated", _("Compound created: %(homes)s homes")),
    Event("HomesBuilt", _("Homes added: %(homes)s")),
    Event("MemberJoined", _("%(name)s joined as %(role)s"), quiet=True),
    Event("RosterImported", _("Roster imported: %(households)s households, %(people)s people")),
    Event("RosterImportUndone", _("Roster import taken back: %(file)s")),
    Event("HouseholdChanged", _("%(door)s: household file changed"), quiet=True),
    Event("PresenceChanged", _("%(door)s: %(name)s is now %(presence)s")),
    Event("CareFlagSet", _("%(door)s: care mark %(flag)s set")),
    Event("CareFlagEnded", _("%(door)s: care mark %(flag)s ended")),
    Event("PhoneRevealed", _("%(door)s: phone shown, reason: %(reason)s"), quiet=True),
    Event("HouseholdVerified", _("%(door)s verified: %(outcome)s")),
    Event("DoorCodesIssued", _("Door codes issued for %(homes)s homes"), quiet=True),
    Event("AccessAsked", _("%(door)s: a resident asks to sign in")),
    Event("AccessGranted", _("%(door)s: resident signed in (%(how)s)")),
    Event("AccessRefused", _("%(door)s: sign-in refused")),
    Event("AccessRevoked", _("%(door)s: sign-in ended")),
    Event("OrderStarted", _("%(place)s sealed until %(until)s")),
    Event("OrderExtended", _("%(place)s extended to %(until)s: %(reason)s")),
    Event("OrderReduced", _("%(place)s shortened to %(until)s: %(reason)s")),
    Event("OrderLifted", _("%(place)s lifted")),
    Event("OrderCancelled", _("%(place)s: order cancelled: %(reason)s")),
    Event("PlanPartStarted", _("%(part)s is under way: %(count)s"), quiet=True),
    Event("PlanPartFailed", _("%(part)s could not start and will be tried again")),
    Event("PlanTaskDone", _("Done: %(task)s")),
    Event("PersonRecalled", _("%(door)s: %(name)s, recall: %(outcome)s")),
    Event("CareCallRecorded", _("%(door)s: care call, %(outcome)s")),
    Event("RoundStarted", _("%(place)s: disinfection started")),
    Event("RoundDone", _("%(place)s disinfected: %(agent)s %(mg)s mg/L, %(minutes)s min")),
    Event("RoundMissed", _("%(place)s: disinfection of %(due)s missed")),
    Event("WindowMoved", _("%(place)s rubbish: %(word)s")),
    Event("WindowMissed", _("%(place)s: rubbish collection of %(due)s missed")),
    Event("NoticeSent", _("Notice sent: %(title)s, %(households)s households")),
    Event("NoticeAcknowledged", _("%(door)s acknowledged: %(title)s"), quiet=True),
    Event("HouseholdTold", _("%(door)s told (%(how)s): %(title)s")),
    Event("WorkAssigned", _("%(what)s handed to %(name)s"), quiet=True),
    Event("WorkMissed", _("%(what)s missed, %(place)s")),
    Event("DayCommented", _("Committee comment: %(text)s")),
    Event("TemplateCopied", _("Plan template copied: %(name)s"), quiet=True),
    Event("TemplateChanged", _("Plan template changed: %(name)s"), quiet=True),
    Event("TokenIssued", _("API token issued: %(name)s"), quiet=True),
    Event("TokenRevoked", _("API token revoked: %(name)s"), quiet=True),
    Event("RoundAdded", _("%(place)s: disinfection added for %(due)s")),
    Event("NoticeWritten", _("Notice written: %(title)s, %(households)s households"), quiet=True),
    Event("NoticeWithdrawn", _("Notice withdrawn: %(title)s")),
    Event(
        "HouseholdNotReached", _("%(door)s not reached, try %(attempts)s: %(title)s"), quiet=True
    ),
    Event("ProxyInvited", _("%(door)s: a relative outside is invited to act for them"), quiet=True),
    Event("ProxyAsked", _("%(door)s: %(who)s asks to act for them")),
    Event("ProxyApproved", _("%(door)s: %(who)s may act for them")),
    Event("ProxyRefused", _("%(door)s: %(who)s may not act for them")),
    Event("ProxyEnded", _("%(door)s: %(who)s no longer acts for them")),
    Event("ActedForHousehold", _("%(door)s: %(who)s on their behalf: %(what)s")),
    Event("AskMade", _("%(door)s asks for help: %(kind)s")),
    Event("AskMoved", _("%(door)s, request for help: %(state)s")),
    Event("DrillStarted", _("Drill %(number)s started: %(place)s")),
    Event("DrillEnded", _("Drill %(number)s ended: %(place)s")),
)
QUIET = frozenset(event.name for event in CATALOGUE.values() if event.quiet)


def plain(label: object) -> str:
    """A translatable label as its message id, for an entry's data: readers translate it."""
    with translation.override("en"):
        return str(label)


def sentence(name: str, data: dict[str, object]) -> str:
    """The event in the language in force; a missing value shows as a dash, never an error."""
    event = CATALOGUE.get(name)
    if event is None:
        return name
    return str(event.sentence) % _Dashes({key: _spoken(value) for key, value in data.items()})


def _spoken(value: object) -> object:
    """Labels in the reader's language, moments in the compound's time."""
    if not isinstance(value, str) or not value:
        return value
    if MOMENT.match(value):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "n-j H:i")
    return gettext(value)


class _Dashes(dict):
    def __missing__(self, key: str) -> str:
        return "–"
