"""Foreign keys between tenant tables."""

from __future__ import annotations

from typing import Any

from django.db import models


class TenantKey(models.ForeignKey):
    """A foreign key to a row of the same compound.

    Django's own constraint is off; the migration adds `same_compound()`, which carries the
    compound. A guard test fails when a TenantKey has no such constraint.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class EncryptedField(models.TextField):
    """Holds what `kernel.crypto.encrypt` makes, never the text itself.

    The column keeps its own type so that `manage.py reencrypt` finds every such field.
    """
