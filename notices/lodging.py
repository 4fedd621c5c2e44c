"""What households are told of lodging, and what the handover says about those not reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Home
from compounds.places import Place
from journal.actions import SYSTEM
from journal.handlers import subscribe
from journal.models import Delivery
from lockdown.kernel.packed import Lists, packed
from notices.actions import send_notice
from notices.audience import Audience
from notices.models import Notice, NoticeKind
from notices.queries import on_lists
from notices.texts import Text, in_words_of_the_place
from seals.handover import Figure, Span
from seals.models import Stay, StayState

Words = Callable[[Stay], Text]


def connect() -> None:
    """Called when the app is ready."""
    subscribe("StayProposed", "notices.stay_proposed", stay_proposed)
    subscribe("StayAgreed", "notices.stay_agreed", stay_agreed)
    subscribe("StayRefused", "notices.stay_refused", stay_over)
    subscribe("StayEnded", "notices.stay_ended", stay_over)


def stay_proposed(delivery: Delivery) -> None:
    """A notice to the host's home, and to the home in whose file the guest is: on the phone page,
    else a call or a knock on somebody's list. A guest without a file is asked by the proposer."""
    stay = _stay_of(delivery)
    if stay.state == StayState.PROPOSED:
        _tell(stay, "asked", _asked, app_only=False)


def stay_agreed(delivery: Delivery) -> None:
    """The question is answered. Whoever said yes to a person knows; the page says it to others."""
    stay = _stay_of(delivery)
    _withdraw_question(stay)
    if stay.state in (StayState.AGREED, StayState.INSIDE):
        _tell(stay, "agreed", _agreed, app_only=True)


def stay_over(delivery: Delivery) -> None:
    """Nobody needs to be asked any more."""
    _withdraw_question(_stay_of(delivery))


def _stay_of(delivery: Delivery) -> Stay:
    rows = Stay.objects.select_related(
        "compound",
        "guest__resident__household__home__unit__building",
        "offer__home__unit__building",
    )
    return rows.get(pk=delivery.entry.data["stay"])


def _withdraw_question(stay: Stay) -> None:
    asked = Notice.objects.filter(cause__startswith=f"stay:{stay.pk}:asked:", cancelled_at=None)
    asked.update(cancelled_at=timezone.now())


def _tell(stay: Stay, what: str, words: Words, *, app_only: bool) -> None:
    with in_words_of_the_place(stay.compound):
        text = words(stay)
        for home in _homes(stay):
            place = Place(stay.compound, "home", home.unit.building, home.unit, home.floor, home)
            send_notice(
                compound=stay.compound,
                kind=NoticeKind.GENERAL,
                title=text.title,
                body=text.body,
                audience=Audience.of_place(place, app_only=app_only),
                cause=f"stay:{stay.pk}:{what}:{home.pk}",
                needs_acknowledging=what == "asked",
                by=SYSTEM,
            )


def _homes(stay: Stay) -> list[Home]:
    homes = {stay.offer.home_id: stay.offer.home}
    resident = stay.guest.resident
    if resident is not None and resident.moved_out_at is None:
        homes.setdefault(resident.household.home_id, resident.household.home)
    return list(homes.values())


def _asked(stay: Stay) -> Text:
    words = {
        "kind": stay.guest.get_kind_display(),
        "door": stay.offer.home.number,
        "first": f"{stay.first_night:%-m-%-d}",
        "last": f"{stay.last_night:%-m-%-d}",
    }
    return Text(
        _("Lodging: may somebody stay the night?"),
        _(
            "A %(kind)s was caught by the seal and needs a bed; door %(door)s offers one, nights "
            "of %(first)s to %(last)s. Say yes or no under Lodging on your page, or tell the duty "
            "desk. Nobody comes before both agree; a no needs no reason."
        )
        % words,
    )


def _agreed(stay: Stay) -> Text:
    words = {
        "kind": stay.guest.get_kind_display(),
        "door": stay.offer.home.number,
        "last": f"{stay.last_night:%-m-%-d}",
    }
    return Text(
        _("Lodging agreed"),
        _(
            "Both have agreed: the %(kind)s stays at door %(door)s until the night of %(last)s. "
            "The property brings them. Thank you."
        )
        % words,
    )


def doors_to_reach(span: Span) -> dict[str, ArraySubquery]:
    rows = on_lists().filter(compound=span.compound).order_by("home__position")
    return {"reach": packed(rows, door="home__label")}


def households_unreached(span: Span, lists: Lists) -> Iterable[Figure]:
    """For the handover: who is on somebody's list to be rung or knocked at."""
    doors = list(dict.fromkeys(row["door"] for row in lists["reach"]))
    yield Figure(
        "reach",
        gettext_lazy("Households not told yet"),
        len(doors),
        "now" if doors else "done",
        tuple(doors),
        "notices:reach",
    )
