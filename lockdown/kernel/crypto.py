"""Values that the database keeps encrypted, and how they are found again without being read.

A value is kept as `key id:token`; the token is Fernet's (AES-CBC with an HMAC, and its time).
The newest key of FIELD_KEYS encrypts, every key of it decrypts. A blind index finds equal values
of one compound: it is an HMAC under a key of its own, with the compound mixed in.
See docs/adr/0007-encrypted-fields.md.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_ID = re.compile(r"^[A-Za-z0-9_-]{1,16}$")
SHORTEST_INDEX_KEY = 32  # characters
GAPS = re.compile(r"[\s\-‐-―·.]+")


class Unreadable(Exception):
    """A kept value that no key of FIELD_KEYS opens."""


def read_keys(words: Sequence[str]) -> dict[str, str]:
    """`id:key` words as a table, newest first. Refused with a sentence when one is not usable."""
    keys: dict[str, str] = {}
    for word in words:
        name, _colon, key = word.partition(":")
        if not KEY_ID.match(name) or name in keys:
            raise ImproperlyConfigured(
                "FIELD_KEYS must be id:key pairs, comma separated, newest first; an id is up to "
                "16 letters and digits and stands once. .env.example says how to make a key."
            )
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"The key {name!r} of FIELD_KEYS is not 32 random bytes in URL-safe base64. "
                ".env.example says how to make one."
            ) from None
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured(
            "Set FIELD_KEYS: the keys under which identity numbers and medicines are kept. "
            ".env.example says how to make one."
        )
    return keys


def read_index_key(text: str) -> str:
    """The key of the blind index; refused when it is short."""
    if len(text) < SHORTEST_INDEX_KEY:
        raise ImproperlyConfigured(
            f"Set BLIND_INDEX_KEY to at least {SHORTEST_INDEX_KEY} random characters and never "
            "change it: equal identity numbers are found by it."
        )
    return text


@lru_cache(maxsize=4)
def _ring(keys: tuple[tuple[str, str], ...]) -> tuple[dict[str, Fernet], MultiFernet]:
    each = {name: Fernet(key) for name, key in keys}
    return each, MultiFernet(list(each.values()))


def _keys() -> tuple[dict[str, Fernet], MultiFernet]:
    return _ring(tuple(settings.FIELD_KEYS.items()))


def newest_key() -> str:
    """The id of the key that encrypts."""
    return str(next(iter(settings.FIELD_KEYS)))


def encrypt(text: str) -> str:
    """The text as it is kept; the empty text stays empty. Never the same twice."""
    if not text:
        return ""
    _each, ring = _keys()
    return f"{newest_key()}:{ring.encrypt(text.encode()).decode()}"


def decrypt(kept: str) -> str:
    """The text again. `Unreadable` when its key is gone or the value was tampered with."""
    if not kept:
        return ""
    name, _colon, token = kept.partition(":")
    each, _all = _keys()
    if name not in each:
        raise Unreadable(f"FIELD_KEYS has no key {name!r} any more.")
    try:
        return each[name].decrypt(token).decode()
    except InvalidToken:
        raise Unreadable(f"A value kept under key {name!r} does not open.") from None


def renew(kept: str) -> str:
    """The same value under the newest key, with the time it was first kept."""
    name, _colon, token = kept.partition(":")
    if not kept or name == newest_key():
        return kept
    each, ring = _keys()
    if name not in each:
        raise Unreadable(f"FIELD_KEYS has no key {name!r} any more.")
    try:
        return f"{newest_key()}:{ring.rotate(token).decode()}"
    except InvalidToken:
        raise Unreadable(f"A value kept under key {name!r} does not open.") from None


def plain_form(text: str) -> str:
    """A document's number as it is compared: half-width capitals, no spaces or dashes."""
    return GAPS.sub("", unicodedata.normalize("NFKC", text)).upper()


def blind_index(text: str, *, compound: int) -> str:
    """Equal for equal numbers of one compound; tells nothing about those of two."""
    message = f"{int(compound)}\x1f{plain_form(text)}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, "sha256").hexdigest()
