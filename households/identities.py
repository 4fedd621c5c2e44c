"""Identity numbers: checked, kept encrypted, shown for a reason, found by their blind index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.cards import CHECK, WEIGHTS, NoCard, parse_card
from households.files import lock_file, lock_resident, record_in_file
from households.models import Identity, IdentityKind, Resident, Sex
from journal.actions import Actor
from lockdown.kernel import crypto
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name

__all__ = [
    "CHECK",
    "WEIGHTS",
    "Card",
    "keep_identity",
    "read_card",
    "remove_identity",
    "reveal_identity",
]

OTHERS = re.compile(r"^[A-Z0-9()]{4,24}$")
NO_CARD = {
    "length": gettext_lazy("An ID card has 18 digits; these are %(count)s."),
    "birth": gettext_lazy("No date of birth can be read from this number."),
    "check": gettext_lazy("The last digit does not fit the others. Compare it with the card."),
}


@dataclass(frozen=True)
class Card:
    """What an ID card's number says."""

    number: str
    born: date
    sex: Sex


def read_card(text: str, today: date) -> Card:
    """A mainland ID card's number, also in full-width digits, spaced, or with a small x.

    Refused with what is wrong: its length, the date of birth in it, or its check digit.
    """
    try:
        found = parse_card(text, today)
    except NoCard as problem:
        words = str(NO_CARD[problem.code]) % {"count": problem.count}
        raise Refused(words, field="number") from None
    return Card(found.number, found.born, Sex.MALE if found.is_male else Sex.FEMALE)


@transaction.atomic
def keep_identity(*, resident: Resident, kind: IdentityKind, number: str, by: Actor) -> Identity:
    """Add a person's document, or replace the one of this kind. Twice is once.

    An ID card is checked, and gives the year of birth and the sex where the file has none.
    """
    lock_file(resident.household)
    resident = lock_resident(resident)
    plain = crypto.plain_form(number)
    if kind == IdentityKind.ID_CARD:
        _learn(resident, read_card(number, timezone.localdate()))
    elif not OTHERS.match(plain):
        raise Refused(_("A document's number has 4 to 24 letters and digits."), field="number")
    index = crypto.blind_index(plain, compound=resident.compound_id)
    known = Identity.objects.filter(resident=resident, kind=kind).first()
    if known is not None and known.blind_index == index:
        return known
    kept, _made = Identity.objects.update_or_create(
        compound_id=resident.compound_id,
        resident=resident,
        kind=kind,
        defaults={
            "number": crypto.encrypt(plain),
            "blind_index": index,
            "last_four": plain[-4:],
            "kept_by": by.actor_label[:80],
            "kept_at": timezone.now(),
        },
    )
    what = "identity_replaced" if known else "identity"
    record_in_file("HouseholdChanged", resident.household, by, what=what, resident=resident.pk)
    return kept


def _learn(resident: Resident, card: Card) -> None:
    learned = []
    if resident.birth_year is None:
        resident.birth_year = card.born.year
        learned.append("birth_year")
    if not resident.sex:
        resident.sex = card.sex
        learned.append("sex")
    if learned:
        resident.save(update_fields=learned)


@transaction.atomic
def remove_identity(*, identity: Identity, by: Actor) -> None:
    """Forget a number: its row goes, the journal keeps that there was one. Twice is once."""
    household = lock_file(identity.resident.household)
    gone, _rows = Identity.objects.filter(pk=identity.pk).delete()
    if gone:
        resident = identity.resident_id
        record_in_file(
            "HouseholdChanged", household, by, what="identity_removed", resident=resident
        )


@transaction.atomic
def reveal_identity(*, identity: Identity, reason: str, by: Actor) -> str:
    """The full number, once, for a stated reason that the journal keeps."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why you need the number."), field="reason")
    resident = identity.resident
    record_in_file(
        "IdentityRevealed",
        resident.household,
        by,
        name=mask_name(resident.name),
        reason=reason[:80],
        resident=resident.pk,
        kind=identity.kind,
    )
    return crypto.decrypt(identity.number)
