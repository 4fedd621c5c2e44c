"""Codes of an authenticator app (RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import base64
import os
import secrets
import time
import unicodedata

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.digests import digest_of
from compounds.models import User
from compounds.signin.models import CodeApp, RecoveryCode
from compounds.signin.vault import seal, unseal
from lockdown.kernel.errors import Refused

STEP = 30  # seconds that a code lives; every app uses this, six digits and SHA-1
DRIFT = (0, -1, 1)  # a phone's clock may be off by one step
SECRET_BYTES = 20
MOST_APPS = 5
HOW_MANY = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
LENGTH = 12  # 31 ** 12: 59 bits


def new_secret() -> str:
    """In base 32, as apps and people read it."""
    return base64.b32encode(os.urandom(SECRET_BYTES)).decode()


def address(secret: str, user: User, issuer: str) -> str:
    """What the QR code holds."""
    return _totp(secret).get_provisioning_uri(user.username, issuer)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), STEP)


def step_of(secret: str, code: str, now: float | None = None) -> int | None:
    """The step of time that this code belongs to; None when it is wrong."""
    digits = "".join(one for one in unicodedata.normalize("NFKC", code) if one.isdecimal())
    if len(digits) != 6:
        return None
    current = int((now if now is not None else time.time()) // STEP)
    for drift in DRIFT:
        try:
            _totp(secret).verify(digits.encode(), (current + drift) * STEP)
        except InvalidToken:
            continue
        return current + drift
    return None


@transaction.atomic
def add_code_app(*, secret: str, code: str, name: str, by: User) -> CodeApp:
    """Keep an app after it has shown that it knows the secret. Refused: a wrong code."""
    step = step_of(secret, code)
    if step is None:
        raise Refused(
            _("This code does not fit. Wait for the next one, and check the phone's clock."),
            field="code",
        )
    # Two tabs at once: the person's row is the queue.
    User.objects.select_for_update().get(pk=by.pk)
    if CodeApp.objects.filter(user=by).count() >= MOST_APPS:
        raise Refused(_("At most %(most)s apps. Remove one first.") % {"most": MOST_APPS})
    return CodeApp.objects.create(
        user=by,
        name=name.strip()[:40] or _("Authenticator app"),
        secret=seal(secret),
        last_step=step,
    )


def spend_code(user: User, code: str) -> bool:
    """Whether the code fits one of the person's apps; each code works once."""
    for app in CodeApp.objects.filter(user=user):
        secret = unseal(app.secret)
        step = step_of(secret, code) if secret else None
        if step is None:
            continue
        # Two sign-ins with one code at once: the newer step wins in the database, once.
        newer = CodeApp.objects.filter(pk=app.pk, last_step__lt=step)
        # Sealed anew, so that a former SECRET_KEY is needed no longer than until the next use.
        if newer.update(last_step=step, used_at=timezone.now(), secret=seal(str(secret))):
            return True
    return False


@transaction.atomic
def make_recovery_codes(*, by: User) -> list[str]:
    """A fresh set, readable this once; the set before it ends."""
    User.objects.select_for_update().get(pk=by.pk)
    RecoveryCode.objects.filter(user=by).delete()
    codes = [
        "".join(secrets.choice(ALPHABET) for _place in range(LENGTH)) for _one in range(HOW_MANY)
    ]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=by, digest=digest_of(code)) for code in codes]
    )
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def spend_recovery(user: User, code: str) -> bool:
    """Whether this is an unused recovery code; it is used now."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", code).lower() if one.isalnum())
    if len(plain) != LENGTH:
        return False
    unused = RecoveryCode.objects.filter(user=user, digest=digest_of(plain), used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def recovery_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()
