"""A lone elder without a phone; her son in another city acts for her until he is ended."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from households.models import Access, CareFlag, Resident
from journal.models import Entry
from notices.models import Notice, Receipt, Route, Told
from notices.sending import deliver
from tests.cast import Cast, Site
from tests.households.relatives import SON, address
from tests.seals.scene import seal_place, step
from volunteers.models import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(cast: Cast, django_capture_on_commit_callbacks) -> Site:
    """Her stair is sealed; somebody has her on a list, for she has no phone."""
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        household = site.household("301")
        her = Resident.objects.create(
            compound=site.compound, household=household, name="赵桂兰", is_head=True
        )
        CareFlag.objects.create(
            compound=site.compound,
            household=household,
            resident=her,
            kind="lone_elder",
            set_by="王芳",
        )
        seal_place(site, steps=[step("notice")])
    return site


def test_from_the_link_to_the_end(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    handed = django_capture_on_commit_callbacks
    with site.open():
        household = site.household("301")
        seal = Receipt.objects.get(home__number="301")
        assert (seal.route, seal.assignee) == (Route.KNOCK, site.captain)

    # The captain invites him; he says who he is; the captain lets him in.
    captain, son = cast.client(site.captain), Client()
    staff_page = reverse("households:proxies", args=[site.slug, household.pk])
    code = re.search(r"/a/([^/]+)/", captain.post(staff_page, {"relative": ""}).text)[1]
    assert son.post(address(code), SON)["Location"] == reverse("households:waiting")
    assert "李志远" in captain.get(staff_page).text
    with site.open():
        access = Access.objects.get(is_proxy=True)
    decide = reverse("households:proxy-decide", args=[site.slug, household.pk, access.pk])
    with handed(execute=True):
        captain.post(decide, {"decision": "grant"})

    # He gets the seal notice, tells her, and says so.
    page = son.get("/home/").text
    assert "您母亲家 301" in page and "赵桂兰" not in page
    with site.open():
        seal.refresh_from_db()
        assert (seal.route, seal.finished_at) == (Route.RELATIVE, None)
    son.post(reverse("notices:pass-on", args=[seal.notice_id]))
    with site.open():
        seal.refresh_from_db()
        assert seal.told_how == Told.RELATIVE and seal.finished_at

    # He asks for her medicine; she is told by a knock on somebody's list.
    asked = {"kind": "medicine", "text": "降压药还够一天", "when": "urgent", "form_key": "a" * 32}
    with handed(execute=True):
        where = son.post(reverse("volunteers:home-ask-new"), asked)["Location"]
    with site.open():
        made = Ask.objects.get()
        assert (made.asked_by, made.assignee) == ("儿子 李**", site.adviser)
        acts = Notice.objects.get(cause__startswith="acts:")
        deliver(acts.pk, now=acts.send_at)
        told = Receipt.objects.get(notice=acts)
        assert (told.route, told.assignee) == (Route.KNOCK, site.captain)
        assert "降压药" not in acts.body  # the knocker does not learn what for
    knock = captain.get(reverse("notices:reach", args=[site.slug])).text
    assert "儿子 李** 替您办了事" in knock

    # The adviser does it; he sees it done.
    adviser = cast.client(site.adviser)
    work = reverse("volunteers:medical", args=[site.slug, made.pk])
    assert "降压药还够一天" in adviser.get(work).text
    adviser.post(work, {"deed": "start"})
    assert "处理中" in son.get(where).text
    adviser.post(work, {"deed": "finish", "answer": "两盒，已交到本人手里"})
    assert "两盒，已交到本人手里" in son.get(where).text

    # He is ended; his page says so kindly and nothing of hers is reachable any more.
    with handed(execute=True):
        captain.post(decide, {"decision": "revoke"})
    assert "您已不再替这户办事" in son.get("/home/", follow=True).text
    for url in ("/home/", "/home/live/", where, reverse("volunteers:home-asks"),
                reverse("households:home-proxies")):  # fmt: skip
        answer = son.get(url)
        assert answer.status_code == 302 and "301" not in answer.text, url
    for url, data in (
        (reverse("volunteers:home-ask-new"), asked | {"form_key": "b" * 32}),
        (where, {"deed": "reopen"}),
        (reverse("notices:pass-on", args=[seal.notice_id]), {}),
        (reverse("notices:acknowledge", args=[seal.notice_id]), {}),
        (reverse("households:home-proxies"), {"relative": ""}),
    ):
        assert son.post(url, data)["Location"] == reverse("households:waiting"), url
    with site.open():
        assert Ask.objects.get().reopened == 0
        titles = set(
            Receipt.objects.filter(home__number="301").values_list("notice__title", flat=True)
        )
        assert {"儿子 李** 可以替您办事", "儿子 李** 不再替您办事"} <= titles
        by_him = Entry.objects.filter(by="儿子 李**").values_list("event", flat=True)
        assert {"ProxyAsked", "HouseholdTold", "AskMade", "ActedForHousehold"} <= set(by_him)
