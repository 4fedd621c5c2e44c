"""A compound in mid-sale, made by the real actions: phones, relatives, rounds before, one open."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from bench.scenes import Site, carry_out_everything, site, without_worker
from compounds.actions import add_member
from compounds.models import Member, User
from compounds.places import find_place
from compounds.roles import Role
from households import proxies, signin
from households.access import SESSION_KEY as HOME
from households.models import Access, HomeOf, Household, Relation
from lockdown.sessions import SessionStore
from supplies.actions.allocating import allocate
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.purchasing import bought_lines, order_from_supplier
from supplies.actions.rounds import Item, approve, cancel, draft_buy, submit
from supplies.actions.suppliers import add_supplier
from supplies.models import GroupBuy, OfferLine, Supplier

EGGS = Item("鸡蛋", "板", 2800, cap_total=60, cap_household=4)
TEA = Item("茶叶", "盒", 900)
RICE = Item("大米", "袋", 3590, cap_total=90, tolerance=True)
ITEMS = (EGGS, TEA, RICE)
FLOORS, DOORS = 4, 6
RELATIVES = 4  # the phone of every fourth home is a relative's


@dataclass(frozen=True)
class Phone:
    """A browser that may order for one household."""

    session: str
    access: Access

    @property
    def household(self) -> Household:
        return self.access.household


@dataclass
class Scene:
    """`lines` are the items of the open round by name."""

    site: Site
    supplier: Supplier
    phones: list[Phone]
    buy: GroupBuy = field(init=False)
    lines: dict[str, int] = field(default_factory=dict)
    # (household, key, cart, when): orders that were placed without a phone since it was made
    placed: list[tuple[int, str, dict[str, list[int]], datetime]] = field(default_factory=list)

    @property
    def compound(self) -> int:
        return int(self.site.compound.pk)

    @property
    def path(self) -> str:
        return f"/home/buys/{self.buy.number}/order/"


def scene(slug: str) -> Scene:
    """24 homes, each with a phone; a round closed, one shared out, one cancelled, one open."""
    with without_worker():
        made = site(slug, units=1, floors=FLOORS, doors=DOORS)
        with made.open():
            reviewer = User.objects.create(username=f"reviewer-{slug}", name="陈主任")
            made.members[Role.REVIEWER] = add_member(
                compound=made.compound, user=reviewer, role=Role.REVIEWER, by=made.manager
            )
            supplier = add_supplier(
                compound=made.compound,
                name="湘北生鲜",
                licence_number="JY14308110001",
                by=made.members[Role.WAREHOUSE],
            )
            homes = Household.objects.select_related("home__unit").order_by("home__position", "pk")
            phones = [_phone(made, one, place) for place, one in enumerate(homes)]
            found = Scene(made, supplier, phones)
            _earlier(found)
            found.buy = open_round(found)
            found.lines = lines_of(found.buy)
        carry_out_everything()
    found.placed.clear()
    return found


def lines_of(buy: GroupBuy) -> dict[str, int]:
    return dict(OfferLine.objects.filter(buy=buy).values_list("name", "pk"))


def _phone(made: Site, household: Household, place: int) -> Phone:
    if place % RELATIVES == RELATIVES - 1:
        invitation, _code = proxies.invite(household=household, relative=None, by=made.manager)
        access, secret = proxies.ask(
            invitation=invitation,
            name="李建国",
            phone=f"138{place:08d}",
            relation=Relation.SON,
            home_of=HomeOf.MOTHER,
        )
    else:
        access, secret = signin.ask(household=household, resident=None, name="住户")
    access = signin.grant(access=access, by=made.manager)
    access.household = household
    return Phone(_session({HOME: {"compound": household.compound_id, "secret": secret}}), access)


def _session(data: dict[str, object]) -> str:
    store: SessionBase = SessionStore()
    store.update(data)
    store.create()
    return str(store.session_key)


def desk(member: Member) -> str:
    """The session of a browser in which the member is signed in."""
    user = member.user
    return _session(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )


def draft_round(
    where: Scene,
    title: str = "鸡蛋团",
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    **terms: object,
) -> GroupBuy:
    """Sent to the committee and approved; open when its time has come."""
    now = timezone.now()
    keeper = where.site.members[Role.WAREHOUSE]
    drafted = draft_buy(
        compound=where.site.compound,
        place=find_place(where.site.compound, "compound"),
        title=title,
        opens_at=opens_at or now - timedelta(minutes=1),
        closes_at=closes_at or now + timedelta(hours=5),
        items=ITEMS,
        supplier=where.supplier,
        by=keeper,
        **terms,
    )
    submitted = submit(buy=drafted, by=keeper)
    return approve(buy=submitted, by=where.site.members[Role.REVIEWER])


open_round = draft_round


def order(where: Scene, buy: GroupBuy, phone: Phone, **wanted: int) -> None:
    known, key, now = lines_of(buy), secrets.token_hex(16), timezone.now()
    cart = {known[name]: (count, count) for name, count in wanted.items()}
    place_order(buy=buy, household=phone.household, wanted=cart, key=key, by=phone.access)
    kept = {str(line): list(pair) for line, pair in cart.items()}
    where.placed.append((phone.household.pk, key, kept, now))


def _earlier(where: Scene) -> None:
    """What a sale is never without, so that every invariant has rows to bite on."""
    keeper = where.site.members[Role.WAREHOUSE]
    locked, shared, ended = (open_round(where, title) for title in ("已截单", "已分配", "已取消"))
    for buy in (locked, shared, ended):
        for phone in where.phones[:3]:
            order(where, buy, phone, 鸡蛋=2, 茶叶=1)
        close(buy=buy, by=keeper)
    cancel(buy=ended, reason="供货商停产", by=keeper)
    count_in(where, shared)
    allocate(buy=GroupBuy.objects.get(pk=shared.pk), by=keeper)


def count_in(where: Scene, buy: GroupBuy) -> None:
    """Bought, at the gate and counted, one piece of each item missing."""
    keeper = where.site.members[Role.WAREHOUSE]
    buy = GroupBuy.objects.get(pk=buy.pk)
    order_from_supplier(buy=buy, by=keeper)
    arrive(buy=buy, by=keeper)
    counts = {one.line.pk: Counted(good=one.quantity - 1, missing=1) for one in bought_lines(buy)}
    record_count(buy=buy, counts=counts, by=keeper)
