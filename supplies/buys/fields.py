"""Numbers as people type them: full-width digits, commas, a currency sign."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

YUAN = re.compile(r"\d{1,8}(?:\.\d{1,2})?")
SIGNS = str.maketrans("", "", "¥￥元,，' ")
MOST_COUNT = 1_000_000


def plain_number(text: str) -> str:
    """ "¥１，２８０．５０ 元" as "1280.50"."""
    return unicodedata.normalize("NFKC", text).translate(SIGNS).replace("。", ".").strip()


class YuanField(forms.CharField):
    """An amount typed in yuan, cleaned to fen; empty is None."""

    def __init__(self, *, least_fen: int = 1, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.least_fen = least_fen
        self.widget.attrs["inputmode"] = "decimal"
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Any:
        text = plain_number(super().clean(value))
        if not text:
            return None
        if text.startswith(("-", "−")) or (YUAN.fullmatch(text) and _fen(text) < self.least_fen):
            raise ValidationError(_("Write an amount above 0, for example 28 or 35.90."))
        if not YUAN.fullmatch(text):
            raise ValidationError(_("Write the amount in figures, for example 28 or 35.90."))
        return _fen(text)

    def prepare_value(self, value: Any) -> Any:
        """Fen are shown in yuan; what was typed is shown as it was typed."""
        if not isinstance(value, int):
            return value
        yuan, rest = divmod(value, 100)
        return f"{yuan}.{rest:02d}" if rest else str(yuan)


def _fen(text: str) -> int:
    yuan, _point, rest = text.partition(".")
    return int(yuan) * 100 + int(f"{rest:0<2}")


class CountField(forms.CharField):
    """A whole number of pieces; empty is `default`. Zero and less are refused in a sentence."""

    def __init__(self, *, least: int = 1, default: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.least, self.default = least, default
        self.widget.attrs["inputmode"] = "numeric"
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Any:
        text = plain_number(super().clean(value))
        if not text:
            return self.default
        if text.removeprefix("-").removeprefix("−").isdecimal() and text[0] in "-−":
            raise ValidationError(self._too_small())
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise ValidationError(_("Write a whole number, for example 2."))
        if int(text) < self.least:
            raise ValidationError(self._too_small())
        if int(text) > MOST_COUNT:
            raise ValidationError(_("That is more than a million. Check the number."))
        return int(text)

    def _too_small(self) -> str:
        return _("Write %(least)s or more.") % {"least": self.least}
