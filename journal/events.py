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
    Event("ClosingReportFrozen", _("%(place)s: closing report frozen"), quiet=True),
    Event("RetentionSet", _("Files are kept %(days)s days after a lift, before %(before)s")),
    Event("RetentionExtended", _("%(place)s: clearing put off to %(until)s: %(reason)s")),
    Event("HouseholdsRedacted", _("%(place)s: what was gathered is cleared, %(homes)s homes")),
    Event("SubjectExported", _("%(door)s: what is kept was handed out, reason: %(reason)s")),
    Event(
        "IdentityRevealed",
        _("%(door)s: identity number of %(name)s shown, reason: %(reason)s"),
        quiet=True,
    ),
    Event("HouseholdsMerged", _("%(from)s and %(door)s are one file now")),
    Event("PeopleMerged", _("%(door)s: %(name)s was entered twice and is one person now")),
    Event(
        "FilesKeptApart",
        _("%(door)s and %(other)s look alike and are different people"),
        quiet=True,
    ),
    Event("SupplierChanged", _("Supplier %(name)s: %(what)s"), quiet=True),
    Event("BuyDrafted", _("Group-buy drafted: %(title)s"), quiet=True),
    Event("BuySubmitted", _("Group-buy sent to the committee: %(title)s")),
    Event("BuyTakenBack", _("Group-buy is a draft again: %(title)s"), quiet=True),
    Event("BuyApproved", _("Group-buy approved: %(title)s")),
    Event("BuyRejected", _("Group-buy rejected: %(title)s, %(reason)s")),
    Event("BuyTemplateKept", _("Kept as a starting point: %(name)s"), quiet=True),
    Event("GroupBuyOpened", _("Group-buy open until %(closes)s: %(title)s, %(place)s")),
    Event("GroupBuyClosingSoon", _("Group-buy closes at %(closes)s: %(title)s")),
    Event("ReserveReleased", _("%(title)s: what was held for care marks is for everyone now")),
    Event("GroupBuyExtended", _("Group-buy extended to %(closes)s: %(title)s")),
    Event("GroupBuyNotFormed", _("Group-buy did not form: %(title)s, %(reason)s")),
    Event("GroupBuyLocked", _("Group-buy closed: %(title)s, %(households)s households")),
    Event("GroupBuyCancelled", _("Group-buy cancelled: %(title)s, %(reason)s")),
    Event("SupplierFailed", _("The supplier does not deliver: %(title)s, %(reason)s")),
    Event("OrderPlaced", _("%(door)s ordered: %(title)s"), quiet=True),
    Event("OrderPlacedFor", _("%(door)s: %(who)s ordered for this household: %(title)s")),
    Event("OrderTakenOut", _("%(door)s: order taken out of %(title)s: %(reason)s")),
    Event("WaitingAsked", _("%(door)s waits for %(item)s: %(title)s"), quiet=True),
    Event("WaitingDecided", _("%(door)s, %(item)s: %(outcome)s")),
    Event("PurchaseOrdered", _("Purchase order %(number)s.%(version)s: %(title)s")),
    Event("VehicleExpected", _("A vehicle is expected at %(at)s: %(title)s")),
    Event("SuppliesArrived", _("Goods at the gate: %(title)s")),
    Event("SuppliesCounted", _("Goods counted: %(title)s, %(good)s good, %(bad)s damaged")),
    Event("SuppliesAllocated", _("Goods allocated: %(title)s, %(short)s households get less")),
    Event("SuppliesArriving", _("Goods on the way to %(place)s: %(title)s")),
    Event("RunHandedOver", _("Delivery to %(place)s handed to %(name)s"), quiet=True),
    Event("StopRecorded", _("%(door)s, goods: %(outcome)s"), quiet=True),
    Event("PerishableWaiting", _("%(door)s: fresh goods still at the door, somebody is to ring")),
    Event("PerishableRung", _("%(door)s rung about the goods at the door: %(outcome)s")),
    Event("GroupBuyDelivered", _("Delivered to every door: %(title)s")),
    Event("ClaimMade", _("%(door)s claims %(item)s: %(kind)s")),
    Event("SpoiledClaimed", _("First spoiled %(item)s of %(title)s: all buyers are told")),
    Event("ClaimDecided", _("%(door)s, claim on %(item)s: %(decision)s")),
    Event("PaymentRecorded", _("%(door)s paid %(amount)s (%(method)s)"), quiet=True),
    Event("LedgerAdjusted", _("%(door)s: account corrected by %(amount)s: %(reason)s")),
    Event("GroupBuySettled", _("Group-buy settled: %(title)s, difference %(difference)s")),
    Event("StockMoved", _("Stock, %(item)s: %(quantity)s, %(kind)s"), quiet=True),
    Event("StockShort", _("Stock short: %(item)s, %(on_hand)s left of at least %(minimum)s")),
    Event("HandOutPlanned", _("Hand-out: %(title)s, %(households)s households")),
    Event("HandedOut", _("%(door)s got %(item)s"), quiet=True),
    Event("FoodCallsPlanned", _("%(count)s households without a food order are to be called")),
    Event("GroupBuyPacked", _("Bags counted: %(title)s, %(bags)s bags for %(households)s homes")),
    Event("StopTakenBack", _("%(door)s, goods: outcome taken back"), quiet=True),
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
