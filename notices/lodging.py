"""What households are told of lodging, and what the handover says about those not reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Home
from compounds.places import Place
from journal.actions import SYSTEM
from journal.handlers import subscribe
from journal.models import Delivery
from notices.actions import send_notice
from notices.models import NoticeKind
from notices.queries import on_lists
from notices.texts import Text, in_words_of_the_place
from seals.handover import Figure, Span
from seals.models import Stay, StayState

# words, and must the household say that it has read them
Words = Callable[[Stay], Text]


def connect() -> None:
    """Called when the app is ready."""
    subscribe("StayProposed", "notices.stay_proposed", _host_handler(_asked, answer=True))
    subscribe("StayAgreed", "notices.stay_agreed", _host_handler(_agreed, answer=False))


def _host_handler(words: Words, *, answer: bool) -> Callable[[Delivery], None]:
    """A notice to the host's home, and to the home in whose file the guest is: on the phone page,
    else a call or a knock on somebody's list. A guest without a file is asked by the proposer."""

    def handle(delivery: Delivery) -> None:
        entry = delivery.entry
        stay = Stay.objects.select_related(
            "compound",
            "guest__resident__household__home__unit__building",
            "offer__home__unit__building",
        ).get(pk=entry.data["stay"])
        if stay.state not in (StayState.PROPOSED, StayState.AGREED, StayState.INSIDE):
            return
        with in_words_of_the_place(stay.compound):
            text = words(stay)
            for home in _homes(stay):
                send_notice(
                    compound=stay.compound,
                    kind=NoticeKind.GENERAL,
                    title=text.title,
                    body=text.body,
                    place=Place(
                        stay.compound, "home", home.unit.building, home.unit, home.floor, home
                    ),
                    cause=f"entry:{entry.pk}:{home.pk}",
                    needs_acknowledging=answer,
                    by=SYSTEM,
                )

    return handle


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


def households_unreached(span: Span) -> Iterable[Figure]:
    """For the handover: who is on somebody's list to be rung or knocked at; one query."""
    doors = list(on_lists().order_by("home__position").values_list("home__label", flat=True))
    doors = list(dict.fromkeys(doors))
    yield Figure(
        "reach",
        gettext_lazy("Households not told yet"),
        len(doors),
        "now" if doors else "done",
        tuple(doors),
        "notices:reach",
    )
