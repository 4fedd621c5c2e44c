"""What the tests of files set up: people, and identity numbers that pass their check."""

from __future__ import annotations

from typing import Any

from households.files import add_member
from households.identities import CHECK, WEIGHTS
from households.models import Resident
from tests.cast import Site


def person(site: Site, door: str, name: str, **fields: Any) -> Resident:
    resident = add_member(
        household=site.household(door), fields={"name": name, **fields}, by=site.manager
    )
    return Resident.objects.select_related("household__home", "compound").get(pk=resident.pk)


def card(born: str = "19500307", order: str = "001", area: str = "430802") -> str:
    """An invented ID card's number whose check digit is right."""
    body = f"{area}{born}{order}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + CHECK[total % 11]
