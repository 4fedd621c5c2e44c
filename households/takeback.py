"""Taking an import back: what hangs on it, and the rows that go or return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from households.models import (
    Access,
    CareFlag,
    Household,
    Identity,
    ImportChange,
    Invitation,
    Outcome,
    Phone,
    Relative,
    Resident,
    RosterImport,
    Verification,
    Why,
)
from households.presence import keep_changes
from households.writing import state_of
from journal.actions import Actor
from lockdown.kernel.errors import Refused

# Children first: what belongs to a person goes before the person, the person before the file.
MODELS: dict[str, type[models.Model]] = {
    "phone": Phone,
    "flag": CareFlag,
    "relative": Relative,
    "identity": Identity,
    "resident": Resident,
    "household": Household,
}


def refuse_later_work(batch: RosterImport) -> None:
    """Refused when doors of the import were verified, or residents signed in, since."""
    households = _households(batch)
    verified = (
        Verification.objects.filter(household_id__in=households, tried_at__gte=batch.confirmed_at)
        .exclude(outcome=Outcome.UNVERIFIED)
        .count()
    )
    accesses = Access.objects.filter(
        household_id__in=households, asked_at__gte=batch.confirmed_at
    ).count()
    accesses += Invitation.objects.filter(
        household_id__in=households, made_at__gte=batch.confirmed_at
    ).count()
    if verified or accesses:
        raise Refused(
            _(
                "Later work hangs on this import: %(verified)s doors were verified and "
                "%(accesses)s residents asked to sign in. Correct the files one by one instead."
            )
            % {"verified": verified, "accesses": accesses},
            code="later_work",
        )


def _households(batch: RosterImport) -> set[int]:
    """Files that the import made, or whose people it made or changed."""
    made = _ids(batch, "household")
    of_people = Resident.objects.filter(pk__in=_ids(batch, "resident"))
    return {*made, *of_people.values_list("household_id", flat=True)}


def _ids(batch: RosterImport, kind: str, **more: Any) -> list[int]:
    rows = ImportChange.objects.filter(batch=batch, model=kind, **more)
    return list(rows.values_list("row_id", flat=True))


def take_back(batch: RosterImport, by: Actor) -> None:
    """Rows that nobody touched since go, or get their old values back; touched ones stay, with
    what belongs to them."""
    untouched = {kind: _untouched(batch, kind) for kind in MODELS}
    _restore(untouched["resident"], by)
    new = {
        kind: {row.pk: row for change, row in pairs if change.before is None}
        for kind, pairs in untouched.items()
    }
    staying = set(_ids(batch, "resident", before__isnull=True)) - new["resident"].keys()
    staying |= _has_more(new["resident"].keys(), new)
    for kind in ("phone", "flag", "identity"):
        _delete(kind, [pk for pk, row in new[kind].items() if row.resident_id not in staying])
    _delete("relative", new["relative"].keys())
    _delete("resident", new["resident"].keys() - staying)
    _delete("household", new["household"].keys() - _occupied(new["household"].keys()))


def _untouched(batch: RosterImport, kind: str) -> list[tuple[ImportChange, Any]]:
    changes = list(ImportChange.objects.filter(batch=batch, model=kind))
    rows = MODELS[kind].objects.in_bulk([one.row_id for one in changes])  # type: ignore[attr-defined]
    return [
        (one, rows[one.row_id])
        for one in changes
        if one.row_id in rows and state_of(kind, rows[one.row_id]) == one.after
    ]


def _restore(untouched: Iterable[tuple[ImportChange, Any]], by: Actor) -> None:
    rows, names, moved = [], set(), []
    for change, row in untouched:
        if not change.before:
            continue
        if "presence" in change.before:
            moved.append((row, row.presence))
        for name, value in change.before.items():
            setattr(row, name, value)
            names.add(name)
        rows.append(row)
    if rows:
        Resident.objects.bulk_update(rows, sorted(names), batch_size=500)
        keep_changes(moved, why=Why.UNDONE, by=by)


def _has_more(residents: Iterable[int], new: dict[str, dict[int, Any]]) -> set[int]:
    """People to whom staff added a number, a mark or a document since."""
    ids = list(residents)
    more: set[int] = set()
    for kind in ("phone", "flag", "identity"):
        rows = MODELS[kind].objects.filter(resident_id__in=ids)  # type: ignore[attr-defined]
        rows = rows.exclude(pk__in=list(new[kind]))
        more |= set(rows.values_list("resident_id", flat=True))
    return more


def _occupied(households: Iterable[int]) -> set[int]:
    """Files that still hold somebody or something."""
    ids = list(households)
    found: set[int] = set()
    for kind in ("phone", "flag", "relative", "resident"):
        rows = MODELS[kind].objects.filter(household_id__in=ids)  # type: ignore[attr-defined]
        found |= set(rows.values_list("household_id", flat=True))
    return found


def _delete(kind: str, ids: Iterable[int]) -> None:
    """Refused when work of other rooms (a recall, a care call, a receipt) names the row."""
    try:
        MODELS[kind].objects.filter(pk__in=list(ids)).delete()  # type: ignore[attr-defined]
    except ProtectedError as error:
        kinds = Counter(str(row._meta.verbose_name) for row in error.protected_objects)
        named = _(", ").join(f"{name} {count}" for name, count in kinds.most_common(4))
        raise Refused(
            _("Later work hangs on this import: %(named)s. Correct the files one by one instead.")
            % {"named": named},
            code="later_work",
        ) from None
