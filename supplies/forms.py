"""What people type into an order."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _

from lockdown.kernel.errors import Refused


def read_cart(data: Mapping[str, str]) -> dict[int, tuple[int, int]]:
    """`q-<line id>` and `u-<line id>` of a posted order, full-width digits too; empty is none.

    Refused: what is not a whole number. An "up to" below the quantity counts as the quantity.
    Whether the items are this round's is the action's question.
    """
    cart = {}
    for name in data:
        line = name.removeprefix("q-")
        if line == name or not line.isdecimal() or len(line) > 18:
            continue
        quantity = whole_number(data[name])
        if quantity:
            cart[int(line)] = (quantity, max(quantity, whole_number(data.get(f"u-{line}", ""))))
    return cart


def whole_number(text: str) -> int:
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Refused(_("Write whole numbers, for example 2."), code="quantity")
    return int(text)
