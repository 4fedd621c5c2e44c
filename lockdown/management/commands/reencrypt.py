"""`manage.py reencrypt`: every encrypted value under the newest key of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.db.models import Q

from lockdown.kernel import crypto
from lockdown.kernel.fields import EncryptedField
from lockdown.kernel.tenancy import scope_of_every_compound

BATCH = 500  # rows of one statement and one transaction


class Command(BaseCommand):
    help = "Encrypt with the newest key what older keys hold; may be stopped and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        try:
            for model, names in encrypted_fields().items():
                count = 0
                while renewed := _renew_some(model, names):
                    count += renewed
                self.stdout.write(f"{model._meta.label}: {count} rows")
                total += count
        except crypto.Unreadable as problem:
            raise CommandError(f"{problem} Put the old key back into FIELD_KEYS.") from problem
        self.stdout.write(
            f"{total} rows renewed. No value needs another key than {crypto.newest_key()!r}."
        )


def encrypted_fields() -> dict[type[models.Model], list[str]]:
    """Every model with encrypted columns."""
    found = {
        model: [one.name for one in model._meta.local_fields if isinstance(one, EncryptedField)]
        for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}


def _renew_some(model: type[models.Model], names: list[str]) -> int:
    """One batch over all compounds, locked, so that nothing typed meanwhile is lost."""
    old = Q()
    for name in names:
        old |= ~Q(**{f"{name}__startswith": f"{crypto.newest_key()}:"}) & ~Q(**{name: ""})
    with scope_of_every_compound():
        found = model.objects.filter(old).select_for_update()  # type: ignore[attr-defined]
        rows = list(found.order_by("pk")[:BATCH])
        for row in rows:
            for name in names:
                setattr(row, name, crypto.renew(getattr(row, name)))
        model.objects.bulk_update(rows, names)  # type: ignore[attr-defined]
    return len(rows)
