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
    Event("OrderDrafted", _("Order prepared as a draft: %(place)s"), quiet=True),
    Event("DraftThrownAway", _("Draft thrown away: %(place)s"), quiet=True),
    Event("OrderRestarted", _("%(place)s: days counted anew, until %(until)s: %(reason)s")),
    Event("PartRestarted", _("%(place)s: days counted anew for %(part)s: %(reason)s")),
    Event("ClockKept", _("%(place)s: the days go on after a new positive: %(reason)s")),
    Event("OrderEased", _("%(place)s: now %(level)s, until %(until)s")),
    Event("SweepCompleted", _("%(place)s: verification complete, %(households)s households")),
    Event("DoorTakenBack", _("%(door)s: the last tap was taken back"), quiet=True),
    Event("DoorAsked", _("%(door)s to be reached %(how)s until %(until)s"), quiet=True),
    Event("SheetPrinted", _("Paper sheet %(number)s printed: %(title)s"), quiet=True),
    Event("SheetTyped", _("Paper sheet %(number)s typed back in: %(rows)s lines"), quiet=True),
    Event("GuestRegistered", _("%(place)s: %(name)s was caught by the seal, registered")),
    Event("GuestChanged", _("%(place)s: file of %(name)s changed"), quiet=True),
    Event("GuestGone", _("%(place)s: %(name)s %(how)s")),
    Event("LodgingOffered", _("%(door)s offers %(beds)s beds")),
    Event("LodgingWithdrawn", _("%(door)s takes its offer of a bed back")),
    Event("StayProposed", _("%(door)s: asked for a bed for %(name)s")),
    Event("StayAnswered", _("%(door)s: %(side)s agrees to the bed for %(name)s"), quiet=True),
    Event("StayAgreed", _("%(door)s: bed for %(name)s agreed")),
    Event("StayRefused", _("%(door)s: the bed for %(name)s did not suit"), quiet=True),
    Event("StayBegun", _("%(door)s: %(name)s has moved in")),
    Event("StayEnded", _("%(door)s: the stay of %(name)s has ended")),
    Event("BarrierRegistered", _("%(place)s: %(kind)s registered, opened by %(opener)s")),
    Event("BarrierChanged", _("%(place)s: barrier changed"), quiet=True),
    Event("BarrierRemoved", _("%(place)s: %(kind)s removed")),
    Event("WayBlocked", _("%(place)s: way out blocked")),
    Event("WayCleared", _("%(place)s: way out free again")),
    Event("LaneChecked", _("%(place)s: fire lane checked, free")),
    Event("DutyTaskDone", _("Done: %(task)s")),
    Event("HandoverOpened", _("%(post)s, %(shift)s: handover begun"), quiet=True),
    Event("HandoverHanded", _("%(post)s, %(shift)s: handed over to %(name)s")),
    Event("HandoverAsked", _("%(post)s, %(shift)s: question about the handover"), quiet=True),
    Event("HandoverTaken", _("%(post)s, %(shift)s: taken over by %(name)s")),
    Event("ShiftsChanged", _("Shifts and posts changed"), quiet=True),
    Event("MemberLeft", _("%(name)s no longer works here"), quiet=True),
    Event("MemberRoleChanged", _("%(name)s is now %(role)s"), quiet=True),
    Event("MemberLimited", _("%(name)s now looks after %(part)s"), quiet=True),
    Event("SecondFactorRequired", _("%(role)s: second factor from %(day)s"), quiet=True),
    Event("SecondFactorWaived", _("%(role)s: second factor no longer asked for"), quiet=True),
    Event("SignInReset", _("%(name)s: %(what)s reset, reason: %(reason)s"), quiet=True),
    Event("SignInKeyAdded", _("%(name)s added: %(what)s"), quiet=True),
    Event("SignInKeyRemoved", _("%(name)s removed: %(what)s"), quiet=True),
    Event("SessionsEnded", _("%(name)s was signed out of %(count)s browsers"), quiet=True),
    Event("SignInLinkMade", _("One-time link made for %(name)s"), quiet=True),
    Event("SignInLinkOpened", _("%(name)s signed in by one-time link"), quiet=True),
    Event("SignInLinkRevoked", _("One-time link of %(name)s ended"), quiet=True),
    Event("DrillStarted", _("Drill %(number)s started: %(place)s")),
    Event("DrillEnded", _("Drill %(number)s ended: %(place)s")),
    Event("DrillCleared", _("Drill %(number)s cleared, its scorecard is kept: %(place)s")),
    Event("SupplierAnswered", _("%(title)s: the supplier answered, %(short)s items short")),
    Event("WaitingEnded", _("Waiting list closed: %(title)s, %(count)s households go without")),
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
