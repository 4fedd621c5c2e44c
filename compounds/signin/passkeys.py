"""Passkeys by WebAuthn. The library checks the cryptography; here are our names and our rules.

The challenge lives in the browser's session, is used once and for five minutes. The person is
always verified by their own device (finger, face, PIN), so a passkey alone is two factors.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from compounds.models import User
from compounds.signin.models import Passkey
from lockdown.kernel.errors import Refused

CHALLENGE = "passkey"  # [challenge, what for, since when] in the session
PATIENCE = 300  # seconds
MOST_KEYS = 10
MOST_BYTES = 16_000  # of an answer; real ones have about 1,500
ALWAYS = UserVerificationRequirement.REQUIRED


def site() -> tuple[str, str]:
    """(relying party id, origin) of this installation, both from SITE_URL."""
    parts = urlsplit(settings.SITE_URL)
    return parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}"


def adding_options(session: SessionBase, user: User, name: str) -> str:
    """JSON for `navigator.credentials.create()`; `name` is what the phone shows for the site."""
    rp_id, _origin = site()
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name=name,
        user_id=_handle(user),
        user_name=user.username,
        user_display_name=str(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=ALWAYS
        ),
        exclude_credentials=_known(user),
    )
    _remember(session, options.challenge, "add")
    return webauthn.options_to_json(options)


def entering_options(session: SessionBase, user: User | None = None) -> str:
    """JSON for `navigator.credentials.get()`: of this person, or of whoever has a passkey here."""
    rp_id, _origin = site()
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        allow_credentials=_known(user) if user else None,
        user_verification=ALWAYS,
    )
    _remember(session, options.challenge, "enter")
    return webauthn.options_to_json(options)


def _handle(user: User) -> bytes:
    """What an authenticator keeps of the person: our number, no name."""
    return f"lockdown:{user.pk}".encode()


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    rows = Passkey.objects.filter(user=user).values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(one)) for one in rows]


def _remember(session: SessionBase, challenge: bytes, purpose: str) -> None:
    session[CHALLENGE] = [bytes_to_base64url(challenge), purpose, int(time.time())]


def _challenge(session: SessionBase, purpose: str) -> bytes:
    """The challenge that was handed out for this, once."""
    text, was, since = session.pop(CHALLENGE, ("", "", 0))
    if was != purpose or time.time() - since > PATIENCE:
        raise Refused(_("That took too long. Press the button again."), code="stale")
    return base64url_to_bytes(text)


@transaction.atomic
def add_passkey(*, session: SessionBase, answer: str, name: str, by: User) -> Passkey:
    """Keep a new passkey. Refused: a stale or wrong answer, too many keys."""
    challenge = _challenge(session, "add")
    rp_id, origin = site()
    try:
        made = webauthn.verify_registration_response(
            credential=_sized(answer),
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise Refused(_no_fit(error)) from None
    # Two tabs at once: the person's row is the queue.
    User.objects.select_for_update().get(pk=by.pk)
    if Passkey.objects.filter(user=by).count() >= MOST_KEYS:
        raise Refused(_("At most %(most)s passkeys. Remove one first.") % {"most": MOST_KEYS})
    if Passkey.objects.filter(credential=made.credential_id).exists():
        raise Refused(_("This passkey is registered already."))
    return Passkey.objects.create(
        user=by,
        name=name.strip()[:40] or _("Passkey"),
        credential=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )


def spend_passkey(*, session: SessionBase, answer: str, user: User | None = None) -> User:
    """The person whose passkey answered. Refused: an unknown key, a wrong or stale answer."""
    challenge = _challenge(session, "enter")
    key = _key_of(answer, user)
    rp_id, origin = site()
    try:
        seen = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise Refused(_no_fit(error)) from None
    # Of two answers with one count, as a copied key would give, the database takes the first.
    fresh = Passkey.objects.filter(pk=key.pk, sign_count=key.sign_count)
    if not fresh.update(sign_count=seen.new_sign_count, used_at=timezone.now()):
        raise Refused(_("That took too long. Press the button again."), code="stale")
    return key.user


def _key_of(answer: str, user: User | None) -> Passkey:
    try:
        parsed: Any = webauthn.helpers.parse_authentication_credential_json(_sized(answer))
    except (WebAuthnException, ValueError) as error:
        raise Refused(_no_fit(error)) from None
    rows = Passkey.objects.filter(credential=parsed.raw_id, user__is_active=True)
    if user is not None:
        rows = rows.filter(user=user)
    key = rows.select_related("user").first()
    if key is None:
        raise Refused(
            _("This passkey is not known here any more. Sign in with your password instead."),
            code="unknown_key",
        )
    return key


def _sized(answer: str) -> str:
    if len(answer) > MOST_BYTES:
        raise ValueError("too long")
    return answer


def _no_fit(error: Exception) -> str:
    return _("The passkey was not accepted (%(error)s). Try again, or use your password.") % {
        "error": type(error).__name__
    }
