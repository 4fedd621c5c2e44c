"""What households are told of group-buys: one notice a fact, to exactly those whom it concerns.

The facts come with all that is needed (the homes, the place, the words), since these rooms do not
know each other. What is only good to know goes to phone pages; what somebody counts on, such as
food that does not come, goes on to a call and a knock. Only an order placed by others and money
that is paid back ask for an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from compounds.models import Compound
from compounds.places import find_place
from households.models import Household
from journal.actions import SYSTEM
from journal.handlers import subscribe
from journal.models import Delivery, Entry
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import fen
from notices.actions import send_notice
from notices.audience import Audience
from notices.models import Notice, NoticeKind
from notices.texts import Text, in_words_of_the_place, moment

TOGETHER = timedelta(minutes=10)  # our default: changes within this time are told at once
BY_A_RELATIVE = "relative"  # told as what a relative does: telling.acted_for_household
Handle = Callable[[Delivery], None]


@dataclass(frozen=True)
class Said:
    """A notice to be: `cause` makes it one, `asks` whether they are to say they have read it."""

    cause: str
    text: Text
    audience: Audience | None  # None: nobody is concerned
    asks: bool = False


def connect() -> None:
    for event, words in FACTS.items():
        subscribe(event, f"notices.{event}", _handler(words))
    subscribe("OrderPlacedFor", "notices.OrderPlacedFor", order_placed_for)


def _handler(words: Callable[[Entry, Compound], Said]) -> Handle:
    def handle(delivery: Delivery) -> None:
        entry = delivery.entry
        compound = Compound.objects.get(pk=entry.compound_id)
        with in_words_of_the_place(compound):
            said = words(entry, compound)
            if said.audience is not None:
                _send(compound, said)

    return handle


def _send(compound: Compound, said: Said, *, at: datetime | None = None) -> Notice:
    return send_notice(
        compound=compound,
        kind=NoticeKind.GENERAL,
        title=said.text.title,
        body=said.text.body,
        cause=said.cause,
        audience=said.audience,
        needs_acknowledging=said.asks,
        send_at=at,
        by=SYSTEM,
    )


# To whom


def _place(entry: Entry, compound: Compound) -> Audience | None:
    """Everybody of the round's place who has a page; it ends before anybody could be rung."""
    where = entry.data.get("where") or {}
    try:
        place = find_place(
            compound, where.get("kind", "compound"), row=where.get("row"), floor=where.get("floor")
        )
    except Refused:  # taken down since
        return None
    return Audience.of_place(place, app_only=True)


def _homes(entry: Entry, *, app_only: bool = False) -> Audience | None:
    homes = tuple(entry.data.get("homes", ()))
    return Audience(homes=homes, app_only=app_only) if homes else None


def _door(entry: Entry, *, own_only: bool = False) -> Audience | None:
    """The one household, wherever it lives now."""
    home = Household.objects.filter(pk=entry.household_id).values_list("home_id", flat=True)
    return Audience(homes=tuple(home), own_only=own_only) if home else None


# In which words


def _when(entry: Entry, name: str = "closes") -> str:
    return moment(datetime.fromisoformat(str(entry.data[name])))


def _opened(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    text = Text(
        _("“%(title)s” is open") % data,
        "\n".join((
            _("Order until %(time)s on your page under “Group-buys”.") % {"time": _when(entry)},
            _("Who cannot order on a phone rings us; we order for you. %(phone)s")
            % {"phone": compound.duty_phone},
        )),
    )  # fmt: skip
    return Said(f"buy:{data['buy']}:opened", text, _place(entry, compound))


def _extended(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("It takes orders until %(time)s now.") % {"time": _when(entry)},
        _("What you have ordered stays; you can still change it."),
    ]
    if data.get("reason"):
        lines.insert(0, str(data["reason"]))
    text = Text(_("“%(title)s” closes later") % data, "\n".join(lines))
    return Said(f"buy:{data['buy']}:extended", text, _place(entry, compound))


def _not_formed(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("Not enough was ordered: %(reason)s.") % data,
        _("Nothing is bought and you owe nothing. Your order does not come."),
        _need(compound),
    ]
    text = Text(_("“%(title)s” did not form") % data, "\n".join(lines))
    return Said(f"buy:{data['buy']}:not_formed", text, _homes(entry))


def _given_up(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    back = int(data.get("refund_fen") or 0)
    lines = [
        _("Why: %(reason)s") % data,
        _("Your order does not come. What it would have cost is off your account.")
        if back
        else _("Your order does not come and you owe nothing."),
        _need(compound),
    ]
    text = Text(_("“%(title)s” is cancelled") % data, "\n".join(lines))
    return Said(f"buy:{data['buy']}:{entry.event}", text, _homes(entry), asks=back > 0)


def _need(compound: Compound) -> str:
    if not compound.duty_phone:
        return _("If you have nothing to eat, tell the staff on duty.")
    return _("If you have nothing to eat, ring the duty desk: %(phone)s.") % {
        "phone": compound.duty_phone
    }


def _fewer(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("Less came than was ordered. It was shared by the rule that stood from the beginning."),
        _("You get less than you ordered; the rest is off your account. Your page shows how much."),
    ]
    text = Text(_("“%(title)s”: you get less") % data, "\n".join(lines))
    return Said(f"buy:{data['buy']}:fewer", text, _homes(entry), asks=True)


def _arriving(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("It is being brought to the doors of %(place)s now.") % data,
        _("Stay inside. Take it in when the volunteer has gone, and wash your hands."),
    ]
    text = Text(_("“%(title)s” is coming to your door") % data, "\n".join(lines))
    cause = f"buy:{data['buy']}:arriving:{data['building']}"
    return Said(cause, text, _homes(entry, app_only=True))


def _spoiled(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("A household reports that its %(item)s was spoiled.") % data,
        _("Look at yours before you eat it. If it is spoiled too, say so within 24 hours; it is "
          "paid back or replaced."),
    ]  # fmt: skip
    text = Text(_("Look at your %(item)s first") % data, "\n".join(lines))
    return Said(f"buy:{data['buy']}:spoiled:{data['line']}", text, _homes(entry))


def _claimed(entry: Entry, compound: Compound) -> Said:
    """Staff entered a claim for a household that rang; its own phone needs no telling."""
    data = entry.data
    if not data.get("for"):
        return Said("", Text("", ""), None)
    lines = [
        _("“%(title)s”, %(item)s") % data,
        _("%(who)s entered it for your home: %(quantity)s %(unit)s, %(kind)s.")
        % {**data, "who": entry.by, "kind": gettext(str(data["kind"]))},
        _("You are told what is decided."),
        _not_wanted(compound),
    ]
    title = _("A claim on %(item)s was entered for you") % data
    return Said(f"entry:{entry.pk}", Text(title, "\n".join(lines)), _door(entry, own_only=True))


def _decided(entry: Entry, compound: Compound) -> Said:
    """A claim: paid back, replaced or refused."""
    data = entry.data
    back = int(data.get("refund_fen") or 0)
    lines = [_("“%(title)s”, %(item)s") % data]
    if back:
        lines.append(_("%(amount)s are off your account.") % {"amount": fen(back)})
    elif data.get("code") == "replace":
        lines.append(_("You get another one; it is brought to your door."))
    else:
        lines.append(_("It cannot be paid back: %(reason)s") % data)
    title = _("Your claim on %(item)s is decided") % data
    return Said(f"entry:{entry.pk}", Text(title, "\n".join(lines)), _door(entry), asks=back > 0)


def _taken_out(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    back = int(data.get("refund_fen") or 0)
    lines = [
        _("Why: %(reason)s") % data,
        _("%(amount)s are off your account.") % {"amount": fen(back)},
        _need(compound),
    ]
    title = _("Your order was taken out of “%(title)s”") % data
    return Said(f"entry:{entry.pk}", Text(title, "\n".join(lines)), _door(entry), asks=True)


def _waited(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    if data.get("granted"):
        title = _("You get %(item)s after all") % data
        body = _("%(quantity)s %(unit)s from the waiting list of “%(title)s” are yours.") % data
    else:
        title = _("No %(item)s this time") % data
        body = _("Nothing became free on the waiting list of “%(title)s”.") % data
        if data.get("reason"):
            body = _("Why: %(reason)s") % data
    return Said(f"entry:{entry.pk}", Text(title, body), _door(entry))


def _waited_in_vain(entry: Entry, compound: Compound) -> Said:
    data = entry.data
    lines = [
        _("Nothing became free on the waiting list of “%(title)s”.") % data,
        _need(compound),
    ]
    text = Text(_("Nothing from the waiting list this time"), "\n".join(lines))
    return Said(f"buy:{data['buy']}:waited", text, _homes(entry))


FACTS: dict[str, Callable[[Entry, Compound], Said]] = {
    "GroupBuyOpened": _opened,
    "GroupBuyExtended": _extended,
    "GroupBuyNotFormed": _not_formed,
    "GroupBuyCancelled": _given_up,
    "SupplierFailed": _given_up,
    "SuppliesAllocated": _fewer,
    "SuppliesArriving": _arriving,
    "SpoiledClaimed": _spoiled,
    "ClaimMade": _claimed,
    "ClaimDecided": _decided,
    "OrderTakenOut": _taken_out,
    "WaitingDecided": _waited,
    "WaitingEnded": _waited_in_vain,
}


# An order that others placed


def order_placed_for(delivery: Delivery) -> None:
    """The household hears of it on its own channel; changes within ten minutes are told once.

    Two changes handled at once: the household's row is the queue, so that both come into one.
    """
    entry = delivery.entry
    if entry.data.get("via") == BY_A_RELATIVE:
        return
    compound = Compound.objects.get(pk=entry.compound_id)
    audience = _door(entry, own_only=True)
    if audience is None:
        return
    Household.objects.select_for_update().get(pk=entry.household_id)
    start = f"buy:{entry.data['buy']}:for:{entry.household_id}:"
    kept = Notice.objects.select_for_update(of=("self",)).order_by("-pk")
    newest = kept.filter(cause__startswith=start).first()
    # The entry that a notice was last written from ends its cause: an older one says less.
    if newest is not None and int(newest.cause.rpartition(":")[2]) >= entry.pk:
        return
    with in_words_of_the_place(compound):
        text = _ordered(entry, compound)
        if newest is not None and newest.sent_at is None and newest.send_at > timezone.now():
            newest.title, newest.body, newest.cause = text.title, text.body, f"{start}{entry.pk}"
            newest.save(update_fields=["title", "body", "cause"])
            return
        said = Said(f"{start}{entry.pk}", text, audience, asks=True)
        _send(compound, said, at=entry.at + TOGETHER)


def _ordered(entry: Entry, compound: Compound) -> Text:
    data = entry.data
    who = gettext(str(data.get("who", "")))
    items = data.get("items") or []
    if not items:
        lines = [_("%(who)s took the order for your home back.") % {"who": who}]
        title = _("“%(title)s”: your order is taken back") % data
    else:
        lines = [_("%(who)s ordered this for your home:") % {"who": who}]
        lines += [f"{item} × {count} {unit}" for item, count, unit in items]
        title = _("“%(title)s”: somebody ordered for you") % data
    return Text(title, "\n".join([*lines, _not_wanted(compound)])[:2000])


def _not_wanted(compound: Compound) -> str:
    if not compound.duty_phone:
        return _("If you do not want it, tell the staff on duty.")
    return _("If you do not want it, ring the duty desk: %(phone)s.") % {
        "phone": compound.duty_phone
    }
