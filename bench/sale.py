"""Compounds with signed-in phones and an open round each, written in bulk."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from compounds.models import Building, Compound, Home, Organization, Unit
from households.access import SESSION_KEY, new_secret
from households.models import Access, Household
from lockdown.kernel.tenancy import scope
from supplies.models import BuyState, GroupBuy, OfferLine, OrderRequest

BATCH = 2000
STOCK = 1_000_000
_rounds = count(1)


@dataclass(frozen=True)
class Buyer:
    compound: int
    session: str


@dataclass
class Sale:
    """`offers` gives each compound its hot item and the address to order at."""

    compounds: list[int]
    buyers: list[Buyer] = field(default_factory=list)
    offers: dict[int, tuple[int, str]] = field(default_factory=dict)
    buys: list[int] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def check(self, answered: int) -> None:
        """Every order that was answered is there, once."""
        with scope(self.compounds):
            kept = OrderRequest.objects.filter(buy__in=self.buys).count()
        if kept != answered:
            raise AssertionError(f"{answered} orders were answered, {kept} are kept")


def hot_sale() -> Sale:
    """One compound of 3,000 homes."""
    return _sale("hot", compounds=1, homes=3000)


def wide_sale(compounds: int) -> Sale:
    """Many compounds of 15 homes; buyers of different compounds follow one another."""
    return _sale("wide", compounds=compounds, homes=15)


def _sale(name: str, *, compounds: int, homes: int) -> Sale:
    company, _made = Organization.objects.get_or_create(name="湾区物业")
    made = Compound.objects.bulk_create(
        Compound(organization=company, name=f"{name} {n}", slug=f"{name}-{n}")
        for n in range(compounds)
    )
    sale = Sale([one.pk for one in made])
    with scope(sale.compounds):
        households = _households(made, homes)
        secret_of = {}
        accesses = []
        for household in households:
            secret, digest = new_secret()
            secret_of[household.pk] = secret
            accesses.append(
                Access(
                    compound_id=household.compound_id,
                    household=household,
                    digest=digest,
                    granted_at=timezone.now(),
                    last_seen_at=timezone.now() + timedelta(hours=1),
                )
            )
        Access.objects.bulk_create(accesses, batch_size=BATCH)
    store = SessionStore()
    until = timezone.now() + timedelta(days=1)
    sessions = [
        Session(
            session_key=secrets.token_hex(16),
            session_data=store.encode(
                {SESSION_KEY: {"compound": one.compound_id, "secret": secret_of[one.pk]}}
            ),
            expire_date=until,
        )
        for one in households
    ]
    Session.objects.bulk_create(sessions, batch_size=BATCH)
    sale.buyers = [
        Buyer(one.compound_id, session.session_key)
        for one, session in zip(households, sessions, strict=True)
    ]
    return sale


def _households(compounds: list[Compound], homes: int) -> list[Household]:
    """The first home of every compound, then the second of every compound, and so on."""
    buildings = Building.objects.bulk_create(
        Building(compound=one, number="1") for one in compounds
    )
    units = Unit.objects.bulk_create(
        Unit(compound_id=one.compound_id, building=one, number="1") for one in buildings
    )
    doors = Home.objects.bulk_create(
        (
            Home(
                compound_id=unit.compound_id,
                building_id=unit.building_id,
                unit=unit,
                floor=place // 4 + 1,
                number=f"{place + 1:04d}",
                label=f"1-1-{place + 1:04d}",
                position=place,
            )
            for place in range(homes)
            for unit in units
        ),
        batch_size=BATCH,
    )
    return Household.objects.bulk_create(
        (Household(compound_id=one.compound_id, home=one) for one in doors), batch_size=BATCH
    )


def open_rounds(sale: Sale) -> None:
    """A new open round in each compound, as opening leaves it."""
    number, now = next(_rounds), timezone.now()
    with scope(sale.compounds):
        buys = GroupBuy.objects.bulk_create(
            GroupBuy(
                compound_id=compound,
                number=number,
                title="鸡蛋",
                state=BuyState.OPEN,
                place_kind="compound",
                place_key="compound",
                place_label="小区",
                opens_at=now,
                opened_at=now,
                closes_at=now + timedelta(hours=5),
            )
            for compound in sale.compounds
        )
        lines = OfferLine.objects.bulk_create(
            OfferLine(
                compound_id=buy.compound_id,
                buy=buy,
                name="鸡蛋",
                unit="板",
                price_fen=2800,
                cap_total=STOCK,
                cap_household=4,
                left=STOCK,
            )
            for buy in buys
        )
    path = reverse("supplies:order", args=[number])
    sale.buys = [buy.pk for buy in buys]
    sale.offers = {line.compound_id: (line.pk, path) for line in lines}
