"""Two files or two entries that are one, for the tests of merging."""

from __future__ import annotations

from households.files import add_phone, set_flag
from households.merging import merge
from households.models import (
    CareFlag,
    CareKind,
    Household,
    Phone,
    Resident,
)
from tests.cast import Site

SLUG = "yujingwan"


def unite(site: Site, into: str = "101", gone: str = "302") -> Household:
    return merge(survivor=site.household(into), other=site.household(gone), by=site.manager)


def mark(site: Site, resident: Resident, kind: CareKind = CareKind.CHRONIC) -> CareFlag:
    return set_flag(
        household=resident.household, resident=resident, kind=kind, note="见过病历", by=site.manager
    )


def phone(site: Site, resident: Resident, number: str) -> Phone:
    return add_phone(
        household=resident.household, resident=resident, number=number, by=site.manager
    )
