"""Door codes: opaque, kept as digests, ended when new labels are printed."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.actions import base36, digest_of
from compounds.models import Compound, Home
from households.actions import open_missing_files
from households.models import DoorCode
from journal.actions import Actor, record
from lockdown.kernel.errors import Refused

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
LENGTH = 12  # 31 ** 12: 59 bits
CODE = re.compile(rf"^([0-9a-z]{{1,12}})-([{ALPHABET}]{{{LENGTH}}})$")
MOST = 3000  # labels at once


@transaction.atomic
def issue_door_codes(
    *, compound: Compound, homes: Iterable[Home], by: Actor
) -> list[tuple[Home, str]]:
    """A fresh code for each home, readable this once; the codes before it end."""
    homes = list(homes)
    if not homes:
        raise Refused(_("There are no homes here to print labels for."))
    if len(homes) > MOST:
        raise Refused(_("Print at most %(most)s labels at once.") % {"most": MOST})
    # Two people printing at once: the compound's row is the queue.
    Compound.objects.select_for_update().get(pk=compound.pk)
    open_missing_files(compound=compound, homes=homes)
    now = timezone.now()
    DoorCode.objects.filter(home__in=[home.pk for home in homes], revoked_at=None).update(
        revoked_at=now
    )
    issued = [(home, new_code(compound.pk)) for home in homes]
    DoorCode.objects.bulk_create(
        [
            DoorCode(compound=compound, home=home, digest=digest_of(code), issued_at=now)
            for home, code in issued
        ],
        batch_size=1000,
    )
    record("DoorCodesIssued", compound=compound.pk, by=by, data={"homes": len(homes)})
    return issued


def new_code(compound: int) -> str:
    """`base36(compound)-secret`: the compound is known before any row is read."""
    return f"{base36(compound)}-" + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def plain_code(text: str) -> str:
    """A code as somebody typed it: any case, any dash, full-width digits, spaces."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", re.sub(r"[\u2010-\u2015\u2212]", "-", narrow))


def compound_of(code: str) -> int | None:
    """The compound that a code names; None when it is no code."""
    match = CODE.match(plain_code(code))
    if match is None:
        return None
    number = int(match[1], 36)
    return number if number < 2**63 else None


def find_code(code: str) -> DoorCode | None:
    """The living code, within the scope."""
    return (
        DoorCode.objects.filter(digest=digest_of(plain_code(code)), revoked_at=None)
        .select_related("home__unit__building", "compound")
        .first()
    )
