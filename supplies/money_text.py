"""Amounts as people type them: 28.5, ２８．５０, ¥1,280, 28元."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.forms import CharField
from django.utils.translation import gettext_lazy as _

AMOUNT = re.compile(r"(-?)(\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?")
NOT_READ = _("Write an amount in yuan, for example 28.50.")


def read_fen(text: str) -> int | None:
    """Integer fen from what was typed, full-width signs too; None when it is no amount."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("，", ",")
    plain = re.sub(r"[¥¥元块\s]|RMB|CNY", "", plain)
    found = AMOUNT.fullmatch(plain)
    if found is None:
        return None
    yuan, cents = int(found[2].replace(",", "")), (found[3] or "").ljust(2, "0")
    whole = yuan * 100 + int(cents)
    return -whole if found[1] else whole


def as_typed(fen: int) -> str:
    """28.50, for a field that is filled beforehand."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


class YuanField(CharField):
    """A field whose value is integer fen."""

    def to_python(self, value: str | None) -> int | None:  # type: ignore[override]
        typed = super().to_python(value)
        if not typed:
            return None
        fen = read_fen(typed)
        if fen is None:
            raise ValidationError(NOT_READ)
        return fen

    def validate(self, value: object) -> None:
        if self.required and value is None:
            raise ValidationError(NOT_READ)

    def run_validators(self, value: object) -> None:
        """What a text is measured by does not fit a number."""
