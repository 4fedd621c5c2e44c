"""Small secrets at rest: sealed with a key made from SECRET_KEY; older keys still open them."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    return _vault().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """None when no key in force opens it: SECRET_KEY was changed without SECRET_KEY_FALLBACKS."""
    try:
        return _vault().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _vault() -> MultiFernet:
    return _with_keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _with_keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(one)) for one in secrets])


def _key(secret: str) -> bytes:
    made = HKDF(SHA256(), length=32, salt=None, info=b"lockdown.signin.vault")
    return base64.urlsafe_b64encode(made.derive(secret.encode()))
