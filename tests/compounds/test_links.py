"""One-time links: once, in time, for one person and one compound, kindly refused afterwards."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compounds.membership import add_member, end_membership
from compounds.models import Member, SignInLink, Sitting, User
from compounds.roles import Role
from compounds.signin.links import make_link, open_link, revoke_link
from compounds.signin.rules import require_second_factor
from journal.models import Entry
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope
from tests.cast import Cast, Site, make_cast
from tests.limits import Scene, limited

AGENT = "Mozilla/5.0 (Linux; Android 14) Chrome/120 MicroMessenger/8.0"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def helper_of(site: Site, name: str = "xiaoyu") -> Member:
    """A volunteer without a password."""
    user = User.objects.create_user(name, name="小雨")
    return add_member(compound=site.compound, user=user, role=Role.VOLUNTEER, by=site.manager)


def link_of(site: Site, member: Member, hours: int = 12) -> tuple[SignInLink, str]:
    return make_link(member=member, opens_within=hours, session_hours=8, by=site.manager)


@pytest.fixture
def opened(cast: Cast) -> tuple[Site, Member, SignInLink, str]:
    site = cast.yujingwan
    with site.open():
        member = helper_of(site)
        link, code = link_of(site, member)
    return site, member, link, f"/l/{code}/"


def test_reading_the_page_does_not_use_the_link_up(opened: tuple) -> None:
    """Chat apps fetch a link to show a preview."""
    site, _member, link, path = opened
    for _fetch in range(3):
        assert Client().get(path).status_code == 200
        assert Client().head(path).status_code == 200
    with site.open():
        assert SignInLink.objects.get(pk=link.pk).opened_at is None
    assert not Sitting.objects.filter(link_id=link.pk).exists()


def test_the_button_signs_in_on_the_list_for_so_many_hours(opened: tuple) -> None:
    site, member, link, path = opened
    phone = Client(HTTP_USER_AGENT=AGENT)
    answer = phone.post(path)
    assert answer["Location"] == reverse("reports:my-list", args=[site.slug])
    assert phone.get(answer["Location"]).status_code == 200
    seconds = (phone.session.get_expiry_date() - timezone.now()).total_seconds()
    assert abs(seconds - 8 * 3600) < 60
    sitting = Sitting.objects.get(link_id=link.pk)
    assert (sitting.how, sitting.device) == ("link", "Android · 微信")
    with site.open():
        assert SignInLink.objects.get(pk=link.pk).opened_device == "Android · 微信"
        assert Entry.objects.filter(event="SignInLinkOpened", member_id=member.pk).count() == 1


def test_a_second_scan_says_kindly_whom_to_ask(opened: tuple) -> None:
    site, _member, _link, path = opened
    Client().post(path)
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 410
        assert site.manager.name in answer.content.decode()
        assert "用过" in answer.content.decode()


def test_a_late_scan_and_an_ended_link_say_so(opened: tuple) -> None:
    site, _member, link, path = opened
    with site.open():
        SignInLink.objects.filter(pk=link.pk).update(
            expires_at=timezone.now() - timedelta(minutes=1)
        )
    answer = Client().post(path)
    assert answer.status_code == 410
    assert "过期" in answer.content.decode()
    with site.open():
        revoke_link(link=link, by=site.manager)
    assert "终止" in Client().get(path).content.decode()


@pytest.mark.parametrize("code", ["zzz", "1-short", "1-" + "a" * 32, "zzzzzzzzzzzzz-" + "a" * 32])
def test_an_unknown_code_is_a_404_with_a_sentence(cast: Cast, code: str) -> None:
    answer = Client().get(f"/l/{code}/")
    assert answer.status_code == 404
    assert "链接" in answer.content.decode()


def test_a_links_session_opens_its_own_compound_only(cast: Cast) -> None:
    site, other = cast.yujingwan, cast.huaidong
    with site.open():
        member = helper_of(site)
        _link, code = link_of(site, member)
    with other.open():
        add_member(compound=other.compound, user=member.user, role=Role.CAPTAIN, by=other.manager)
    phone = Client()
    phone.post(f"/l/{code}/")
    assert phone.get(reverse("reports:my-list", args=[site.slug])).status_code == 200
    assert phone.get(reverse("reports:my-list", args=[other.slug])).status_code == 404
    assert phone.get(f"/api/v1/compounds/{other.slug}/my-work/").status_code == 404
    assert phone.get("/review/").status_code == 404
    assert other.compound.name not in phone.get("/account/duties/").content.decode()


def test_a_links_session_changes_no_keys(opened: tuple) -> None:
    _site, _member, _link, path = opened
    phone = Client()
    phone.post(path)
    assert phone.get("/account/").status_code == 200
    assert phone.get("/account/apps/new/").status_code == 403
    assert phone.post("/account/password/", {"old": "x", "new": "y"}).status_code == 403
    assert phone.post("/account/passkeys/options/").status_code == 403


def test_ending_the_link_ends_the_phone(opened: tuple) -> None:
    site, _member, link, path = opened
    phone = Client()
    phone.post(path)
    client = Cast.client(site.manager)
    answer = client.post(reverse("compounds:link-revoke", args=[site.slug, link.pk]))
    assert answer.status_code == 302
    assert phone.get("/account/").status_code == 302
    with site.open():
        revoke_link(link=link, by=site.manager)
        assert Entry.objects.filter(event="SignInLinkRevoked").count() == 1


def test_a_new_link_ends_the_one_before(opened: tuple) -> None:
    site, member, _link, path = opened
    with site.open():
        _second, code = link_of(site, member)
        assert SignInLink.objects.filter(revoked_at=None).count() == 1
    assert Client().post(path).status_code == 410
    assert Client().post(f"/l/{code}/").status_code == 302


def test_the_code_itself_is_not_kept(opened: tuple) -> None:
    site, _member, link, path = opened
    with site.open():
        assert SignInLink.objects.get(pk=link.pk).digest not in path


def test_a_link_of_somebody_who_left_is_closed(opened: tuple) -> None:
    site, member, _link, path = opened
    with site.open():
        end_membership(member=member, by=site.manager)
    assert Client().post(path).status_code == 410


def test_links_are_refused_where_they_would_go_around_something(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        for member in (site.guard, site.volunteer):  # wrong role; has a password
            with pytest.raises(Refused):
                link_of(site, member)
        helper = helper_of(site)
        with pytest.raises(Refused):
            link_of(site, helper, hours=73)
        require_second_factor(
            compound=site.compound, role=Role.VOLUNTEER, grace_days=9, by=site.manager
        )
        with pytest.raises(Refused):
            link_of(site, helper)


def test_a_manager_of_a_part_lets_nobody_in_beyond_it(cast: Cast) -> None:
    scene = Scene(cast.yujingwan)
    with scene.site.open():
        helper = helper_of(scene.site)
    manager = limited(scene.site, "manager", by_unit=False)
    with scene.site.open(), pytest.raises(Refused):
        make_link(member=helper, opens_within=1, session_hours=1, by=manager)


def test_the_page_shows_text_and_qr_once(opened: tuple) -> None:
    site, member, _link, _path = opened
    client = Cast.client(site.manager)
    make = reverse("compounds:link-make", args=[site.slug, member.pk])
    assert client.post(make, {"opens_within": "12", "session_hours": "100"}).status_code == 422
    page = client.post(make, {"opens_within": "12", "session_hours": "6"}).content.decode()
    found = re.search(r"http://testserver(/l/\S+/)", page)
    assert found is not None
    assert "<svg" in page
    assert (
        found[1]
        not in client.get(reverse("compounds:member", args=[site.slug, member.pk])).content.decode()
    )
    assert Cast.client(site.captain).post(make, {}).status_code == 404
    assert Client().post(found[1]).status_code == 302


def test_a_volunteer_without_a_password_is_made_on_the_settings_page(cast: Cast) -> None:
    site = cast.yujingwan
    client = Cast.client(site.manager)
    path = reverse("compounds:member-add", args=[site.slug])
    form = {"username": "neu", "name": "新人", "by_link": "on"}
    assert client.post(path, form | {"role": "guard"}).status_code == 422
    answer = client.post(path, form | {"role": "volunteer"})
    assert answer.status_code == 302
    assert not User.objects.get(username="neu").has_usable_password()
    assert "neu" in client.get(answer["Location"]).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_taps_at_once_one_gets_in() -> None:
    cast = make_cast()
    site = cast.yujingwan
    with site.open():
        link, _code = link_of(site, helper_of(site))
    gate, got = threading.Barrier(2), []

    def tap() -> None:
        gate.wait()
        try:
            with scope([site.compound.pk]):
                found = SignInLink.objects.select_related("member__user", "made_by").get(pk=link.pk)
                open_link(link=found, device="")
            got.append("in")
        except Refused:
            got.append("out")
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _one in range(2)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert sorted(got) == ["in", "out"]
