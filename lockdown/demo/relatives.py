"""A son in another city acts for his mother, who has no phone; and requests had by a call."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from compounds.models import Home
from households import proxies, signin
from households.models import Access, CareFlag, HomeOf, Household, Phone, Relation
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from notices.models import Receipt
from notices.proxies import mark_seen
from notices.proxies import pass_on as pass_notice_on
from volunteers import asks
from volunteers.models import Ask, AskKind

SONS_PHONE = "13900000017"


def invite(site: Site, number: str) -> str:
    """A fresh link for a relative of this door; the one before it ends."""
    with scope([site.compound.pk]):
        home = Home.objects.get(number=number)
        household = Household.objects.get(home=home, closed_at=None)
        _made, code = proxies.invite(household=household, relative=None, by=site.manager)
    return code


def let_son_in(site: Site) -> None:
    with scope([site.compound.pk]):
        household = _mother()
        _made, code = proxies.invite(household=household, relative=None, by=site.manager)
        invitation = proxies.find_invitation(code, timezone.now())
        if invitation is None:
            raise LookupError(code)
        access, _secret = proxies.ask(
            invitation=invitation,
            name="李志远",
            phone=SONS_PHONE,
            relation=Relation.SON,
            home_of=HomeOf.MOTHER,
        )
        signin.grant(access=access, by=site.manager)


def _mother() -> Household:
    """The first elder living alone of whom no number is known."""
    alone = CareFlag.objects.filter(kind="lone_elder", ended_at=None).values("household")
    known = Phone.objects.values("household")
    found = Household.objects.filter(pk__in=alone).exclude(pk__in=known)
    return found.order_by("home__position")[0]


def _son() -> Access:
    rows = Access.objects.filter(is_proxy=True).select_related("household__home", "compound")
    return rows.order_by("pk")[0]


def pass_on(site: Site) -> None:
    """He reads what his mother should know, tells her, and says so."""
    with scope([site.compound.pk]):
        son = _son()
        mark_seen(access=son, now=timezone.now())
        for receipt in Receipt.objects.open().filter(readings__access=son):
            pass_notice_on(notice=receipt.notice, by=son)


def ask_for_medicine(site: Site) -> None:
    with scope([site.compound.pk]):
        son = _son()
        asks.make_ask(
            household=son.household,
            kind=AskKind.MEDICINE,
            text="母亲的降压药只够明天，硝苯地平缓释片 30 毫克，处方在床头抽屉",
            form_key="d" * 32,
            call_back=SONS_PHONE,
            by=son,
        )


def bring_medicine(site: Site) -> None:
    with scope([site.compound.pk]):
        for ask in Ask.objects.filter(kind=AskKind.MEDICINE).open().select_related("assignee"):
            by = ask.assignee or site.manager
            asks.start(ask=ask, by=by)
            asks.finish(ask=ask, answer="社区医院取药两盒，11:30 交到本人手里", by=by)


def ask_by_phone(site: Site) -> None:
    """The duty desk has it on the phone; it is open tomorrow."""
    with scope([site.compound.pk]):
        soon = timezone.now() + timedelta(hours=26)
        for number, kind, text in (
            ("501", AskKind.FOOD, "两个孩子，牛奶和鸡蛋没有了"),
            ("1205", AskKind.REPAIR, "厨房水龙头关不严，一直滴水"),
            ("903", AskKind.ADVICE, "孩子起疹子，不发烧，想问医生怎么处理"),
        ):
            home = Home.objects.get(number=number)
            asks.make_ask(
                household=Household.objects.get(home=home, closed_at=None),
                kind=kind,
                text=text,
                form_key=f"{number:0>32}",
                wanted_at=soon,
                by=site.manager,
            )
