"""Pets, who holds a key, and notes with their author."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from households.files import lock_file, record_in_file
from households.models import Household, Note, Pet, PetKind
from journal.actions import Actor
from lockdown.kernel.errors import Refused

SAME_TAP = timedelta(minutes=1)  # the same words again within this time are one note


@transaction.atomic
def keep_pet(*, household: Household, kind: PetKind, count: int, note: str, by: Actor) -> Pet:
    """The animals of one kind in a home; said again, their number and the note are corrected."""
    household = lock_file(household)
    if not 1 <= count <= 20:
        raise Refused(_("How many are there? 1 to 20."), field="count")
    pet, made = Pet.objects.get_or_create(
        compound_id=household.compound_id,
        household=household,
        kind=kind,
        defaults={"count": count, "note": note, "kept_by": by.actor_label[:80]},
    )
    changed = not made and (pet.count, pet.note) != (count, note)
    if changed:
        pet.count, pet.note = count, note
        pet.save(update_fields=["count", "note"])
    if made or changed:
        record_in_file("HouseholdChanged", household, by, what="pet", kind=str(kind))
    return pet


@transaction.atomic
def remove_pet(*, pet: Pet, by: Actor) -> None:
    """No longer there. Twice is once."""
    household = lock_file(pet.household)
    gone, _rows = Pet.objects.filter(pk=pet.pk).delete()
    if gone:
        record_in_file("HouseholdChanged", household, by, what="pet_removed", kind=pet.kind)


@transaction.atomic
def write_note(*, household: Household, text: str, by: Actor) -> Note:
    """A sentence for the next person, with its author. The same words tapped twice are one."""
    household, text, now = lock_file(household), text.strip(), timezone.now()
    if not text:
        raise Refused(_("Write the note first."), field="text")
    author = by.actor_label[:80]
    same = Note.objects.filter(
        household=household,
        text=text,
        written_by=author,
        struck_at=None,
        written_at__gte=now - SAME_TAP,
    ).first()
    if same is not None:
        return same
    note = Note.objects.create(
        compound_id=household.compound_id,
        household=household,
        text=text,
        written_by=author,
        written_at=now,
    )
    record_in_file("HouseholdChanged", household, by, what="note", note=note.pk)
    return note


@transaction.atomic
def strike_note(*, note: Note, by: Actor) -> Note:
    """No longer true: it leaves the page, and the row stays."""
    note = (
        Note.objects.select_for_update(of=("self",))
        .select_related("household__home")
        .get(pk=note.pk)
    )
    if note.struck_at is None:
        note.struck_at = timezone.now()
        note.save(update_fields=["struck_at"])
        record_in_file("HouseholdChanged", note.household, by, what="note_struck", note=note.pk)
    return note


@transaction.atomic
def set_key_holder(*, household: Household, key_holder: str, by: Actor) -> Household:
    """Who can open this door when nobody answers; blank when nobody can."""
    household = lock_file(household)
    if household.key_holder != key_holder:
        household.key_holder = key_holder
        household.save(update_fields=["key_holder"])
        record_in_file("HouseholdChanged", household, by, what="key")
    return household
