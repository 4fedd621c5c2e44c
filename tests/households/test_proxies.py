"""Relatives outside who act for a household: invited, approved, ended, and what they can open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households import proxies, signin
from households.access import HOMES_KEY, SESSION_KEY
from households.models import (
    Access,
    HomeOf,
    ImportChange,
    Invitation,
    Proxy,
    Relation,
    Relative,
    RosterImport,
)
from households.takeback import refuse_later_work
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.relatives import SON, acting, address, invite, let_in, newest, opened
from tests.notices.people import phone_of, sign_in

HOME = "/home/"


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        yield cast.yujingwan


def events(*names: str) -> list[str]:
    return list(
        Entry.objects.filter(event__in=names).order_by("pk").values_list("event", flat=True)
    )


# The link


def test_the_link_is_shown_once_and_kept_as_a_digest(cast: Cast, site: Site) -> None:
    url = reverse("households:proxies", args=[site.slug, site.household("301").pk])
    page = cast.client(site.manager).post(url, {"relative": ""})
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    code = page.text.split("/a/")[1].split("/")[0]
    kept = Invitation.objects.get()
    assert code not in kept.digest and kept.made_by == site.manager
    assert proxies.find_invitation(code, timezone.now()) == kept
    assert "<svg" in page.text
    assert events("ProxyInvited") == ["ProxyInvited"]
    assert code not in cast.client(site.manager).get(url).text


def test_a_new_link_ends_the_one_before(site: Site) -> None:
    first, second = invite(site, "301"), invite(site, "301")
    assert Client().get(address(first)).status_code == 404
    assert Client().get(address(second)).status_code == 200


def test_opening_a_link_uses_nothing_up_and_shows_no_name(site: Site) -> None:
    code = invite(site, "301")
    for _time in range(2):
        page = Client().get(address(code))
        assert page.status_code == 200 and "301" in page.text
    assert Invitation.objects.get().used_at is None


def test_a_link_works_once(site: Site) -> None:
    code = invite(site, "301")
    opened(code)
    again = Client().post(address(code), SON)
    assert again.status_code == 404
    assert "0744-8000001" in again.text
    assert Proxy.objects.count() == 1


def test_two_who_read_the_link_before_it_was_used_make_one_proxy(site: Site) -> None:
    found = proxies.find_invitation(invite(site, "301"), timezone.now())
    assert found is not None
    said = {"name": "李志远", "phone": "13900139000", "relation": Relation.SON}
    proxies.ask(invitation=found, home_of=HomeOf.MOTHER, **said)
    with pytest.raises(Refused, match="失效"):
        proxies.ask(invitation=found, home_of=HomeOf.MOTHER, **said)
    assert Proxy.objects.count() == 1


def test_a_link_expires_after_three_days(site: Site) -> None:
    code = invite(site, "301")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address(code)).status_code == 404


@pytest.mark.parametrize("code", ["zzz", "1-zzzzzzzzzzzz", "zzzzzzzzzzzz-234567892345"])
def test_a_link_that_is_none_says_what_to_do(site: Site, code: str) -> None:
    answer = Client().get(address(code))
    assert answer.status_code == 404 and "链接已失效" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "13900139000"), ("phone", "abc"), ("relation", ""), ("home_of", "x")],
)
def test_a_misfilled_form_keeps_what_was_typed_and_the_link(
    site: Site, field: str, value: str
) -> None:
    code = invite(site, "301")
    answer = Client().post(address(code), SON | {"name": "李志远"} | {field: value})
    assert answer.status_code == 422
    if field != "name":
        assert "李志远" in answer.text
    assert Invitation.objects.get().used_at is None and not Proxy.objects.exists()


def test_a_home_has_at_most_six_proxies(site: Site) -> None:
    for _time in range(proxies.MOST_PROXIES):
        let_in(site, "301")
    with pytest.raises(Refused, match="6 位"):
        invite(site, "301")


# Deciding


def test_he_waits_until_somebody_lets_him_in(site: Site) -> None:
    client = opened(invite(site, "301"))
    assert client.get(HOME)["Location"] == reverse("households:waiting")
    assert "等待确认" in client.get(reverse("households:waiting")).text
    access = newest(site, "301")
    signin.grant(access=access, by=site.captain)
    assert client.get(HOME).status_code == 200
    access.refresh_from_db()
    assert access.granted_by == site.captain
    entry = Entry.objects.get(event="ProxyApproved")
    assert entry.data["who"] == "儿子 李**" and "志远" not in str(entry.data)


def test_letting_him_in_twice_is_once(site: Site) -> None:
    access = let_in(site, "301")
    signin.grant(access=access, by=site.captain)
    assert events("ProxyApproved") == ["ProxyApproved"]


def test_his_number_is_kept_to_ring_when_the_door_stays_shut(site: Site) -> None:
    opened(invite(site, "301"))
    assert not Relative.objects.exists()
    signin.grant(access=newest(site, "301"), by=site.manager)
    kept = Relative.objects.get()
    assert (kept.phone, kept.relation, kept.name) == ("13900139000", "儿子", "李志远")


def test_the_household_decides_on_its_own_page(site: Site) -> None:
    _access, secret = sign_in(site, "301")
    own = phone_of(site, secret)
    client = opened(invite(site, "301"))
    access = newest(site, "301")
    assert "儿子 李**" in own.get(HOME).text
    assert "李志远" in own.get(reverse("households:home-proxies")).text
    decide = reverse("households:home-proxy-decide", args=[access.pk])
    assert own.post(decide, {"decision": "grant"}).status_code == 302
    assert client.get(HOME).status_code == 200
    assert Access.objects.get(pk=access.pk).granted_by is None
    own.post(decide, {"decision": "revoke"})
    assert client.get(HOME).status_code == 302


def test_the_household_can_invite_itself(site: Site) -> None:
    _access, secret = sign_in(site, "301")
    page = phone_of(site, secret).post(reverse("households:home-proxies"), {"relative": ""})
    assert page.status_code == 200 and "/a/" in page.text
    assert Invitation.objects.get().made_by is None


def test_another_household_decides_nothing_here(site: Site) -> None:
    _access, secret = sign_in(site, "302")
    opened(invite(site, "301"))
    decide = reverse("households:home-proxy-decide", args=[newest(site, "301").pk])
    assert phone_of(site, secret).post(decide, {"decision": "grant"}).status_code == 404
    assert newest(site, "301").granted_at is None


def test_a_proxy_lets_nobody_in(site: Site) -> None:
    son = acting(site, "301")
    opened(invite(site, "301"), name="冒充")
    decide = reverse("households:home-proxy-decide", args=[newest(site, "301").pk])
    assert son.post(decide, {"decision": "grant"}).status_code == 404
    assert son.post(reverse("households:home-proxies"), {"relative": ""}).status_code == 404
    first = Access.objects.filter(is_proxy=True).earliest("pk")
    with pytest.raises(Refused, match="只有"):
        proxies.decide(access=newest(site, "301"), decision="grant", by=first)


def test_a_refused_relative_reads_it_kindly(site: Site) -> None:
    client = opened(invite(site, "301"))
    signin.refuse(access=newest(site, "301"), by=site.manager)
    assert "申请没有通过" in client.get(HOME, follow=True).text
    assert events("ProxyRefused") == ["ProxyRefused"]


@pytest.mark.parametrize("role", ["guard", "volunteer", "adviser"])
def test_who_may_not_decide_sees_no_such_page(cast: Cast, site: Site, role: str) -> None:
    url = reverse("households:proxies", args=[site.slug, site.household("301").pk])
    assert cast.client(getattr(site, role)).get(url).status_code == 404


def test_staff_of_another_building_reach_neither_page_nor_decision(cast: Cast, site: Site) -> None:
    site.captain.buildings = [999_999]
    site.captain.save(update_fields=["buildings"])
    access = let_in(site, "301")
    client, slug, home = cast.client(site.captain), site.slug, site.household("301").pk
    assert client.get(reverse("households:proxies", args=[slug, home])).status_code == 404
    decide = reverse("households:proxy-decide", args=[slug, home, access.pk])
    assert client.post(decide, {"decision": "revoke"}).status_code == 404
    other = reverse("households:access-decide", args=[slug, access.pk])
    assert client.post(other, {"decision": "revoke"}).status_code == 404
    assert Access.objects.get(pk=access.pk).is_open


# Ending


def test_staff_end_him_and_his_page_says_so_kindly(cast: Cast, site: Site) -> None:
    son = acting(site, "301")
    home = site.household("301").pk
    decide = reverse("households:proxy-decide", args=[site.slug, home, newest(site, "301").pk])
    assert cast.client(site.manager).post(decide, {"decision": "revoke"}).status_code == 302
    page = son.get(HOME, follow=True)
    assert "您已不再替这户办事" in page.text
    poll = son.get(reverse("reports:home-live"), headers={"HX-Request": "true"})
    assert (poll.status_code, poll["HX-Redirect"]) == (204, reverse("households:waiting"))
    assert "您已不再替这户办事" in son.get(HOME, follow=True).text
    son.post(reverse("households:leave"))
    assert son.get(HOME)["Location"] == reverse("households:welcome")


def test_he_ends_himself(site: Site) -> None:
    son = acting(site, "301")
    assert "我不再代办" in son.get(reverse("households:home-proxies")).text
    son.post(reverse("households:leave"))
    assert newest(site, "301").ended_at is not None
    assert Entry.objects.get(event="ProxyEnded").by == "儿子 李**"


def test_withdrawing_a_request_ends_nothing_that_was(site: Site) -> None:
    client = opened(invite(site, "301"))
    client.post(reverse("households:leave"))
    assert events("ProxyEnded", "ProxyRefused") == ["ProxyRefused"]


def test_an_ended_proxy_acts_no_more(site: Site) -> None:
    access = let_in(site, "301")
    assert proxies.standing(access) == access
    signin.revoke(access=access, by=site.manager)
    with pytest.raises(Refused, match="不再替这户"):
        proxies.standing(access)


def test_a_deed_of_the_home_itself_is_told_to_nobody(site: Site) -> None:
    own, _secret = sign_in(site, "301")
    assert proxies.acted_for(access=own, what="asked for help", cause="x") is None
    assert proxies.acted_for(access=let_in(site, "301"), what="asked for help", cause="x")
    assert events("ActedForHousehold") == ["ActedForHousehold"]


def test_an_import_is_not_taken_back_from_under_an_invitation(site: Site) -> None:
    batch = RosterImport.objects.create(
        compound=site.compound,
        file_name="x.csv",
        digest="x",
        uploaded_by=site.manager,
        confirmed_at=timezone.now(),
        confirmed_by=site.manager,
    )
    household = site.household("301")
    ImportChange.objects.create(
        compound=site.compound, batch=batch, model="household", row_id=household.pk
    )
    refuse_later_work(batch)
    invite(site, "301")
    with pytest.raises(Refused):
        refuse_later_work(batch)


# Several homes on one phone


def test_a_son_of_two_homes_switches_between_them(site: Site) -> None:
    son = acting(site, "301")
    acting(site, "102", son, home_of="grandparents")
    assert "您祖辈家 102" in son.get(HOME).text
    page = son.get(reverse("households:switch")).text
    assert "您母亲家 301" in page and "您祖辈家 102" in page
    assert son.post(reverse("households:switch"), {"number": "1"})["Location"] == HOME
    shown = son.get(HOME).text
    assert "您母亲家 301" in shown and "您祖辈家" not in shown
    assert son.post(reverse("households:switch"), {"number": "7"}).status_code == 404


def test_homes_of_two_compounds_stay_apart(cast: Cast, site: Site) -> None:
    son = acting(site, "301")
    with cast.huaidong.open():
        acting(cast.huaidong, "101", son, home_of="father")
    assert "您父亲家 101" in son.get(HOME).text
    page = son.get(reverse("households:switch")).text
    assert "御景湾" in page and "槐东" in page


def test_one_home_leaving_shows_the_other(site: Site) -> None:
    son = acting(site, "301")
    acting(site, "102", son, home_of="grandparents")
    son.post(reverse("households:leave"))
    assert "您母亲家 301" in son.get(HOME).text
    assert son.session[HOMES_KEY] == []
    assert son.session[SESSION_KEY]["compound"] == site.compound.pk


def test_the_bar_names_the_home_on_every_page(site: Site) -> None:
    son = acting(site, "301")
    for name in ("households:home-proxies", "volunteers:home-asks", "volunteers:home-ask-new"):
        assert "您母亲家 301" in son.get(reverse(name)).text, name


def test_the_list_of_proxies_takes_the_same_queries_for_two_and_for_six(
    cast: Cast, site: Site
) -> None:
    url = reverse("households:proxies", args=[site.slug, site.household("301").pk])
    client, counted = cast.client(site.manager), []
    for many in (2, proxies.MOST_PROXIES - 2):
        for _time in range(many):
            let_in(site, "301")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counted.append(sum(one["sql"].startswith("SELECT") for one in asked))
    assert counted[0] == counted[1] <= 12
