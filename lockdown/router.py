"""`owner` is the same database seen as the owning role, for migrations alone."""

from __future__ import annotations

from typing import Any


class OneDatabaseRouter:
    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "default"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True
