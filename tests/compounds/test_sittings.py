"""Sessions are listed and ended at once, and the list costs next to nothing."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.membership import end_membership
from compounds.models import Sitting
from compounds.signin.accounts import end_sessions_of
from compounds.signin.agents import device_of
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import PASSWORD, Cast

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit Safari/604 MicroMessenger/8.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def signed_in(username: str, agent: str = IPHONE) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    client.post("/sign-in/", {"username": username, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("agent", "words"),
    [(IPHONE, "iPhone · 微信"), (WINDOWS, "Windows · Edge"), ("curl/8", ""), ("", "")],
)
def test_a_device_is_told_in_words(rf, agent: str, words: str) -> None:
    assert device_of(rf.get("/", HTTP_USER_AGENT=agent)) == words


def test_a_person_sees_where_they_are_signed_in(cast: Cast) -> None:
    phone, _desk = signed_in("wang"), signed_in("wang", WINDOWS)
    page = phone.get("/account/").content.decode()
    assert "iPhone · 微信" in page
    assert "Windows · Edge" in page
    assert page.count("本机") == 1
    assert "Edge" not in signed_in("sun").get("/account/").content.decode()


def test_one_session_or_all_others_end_at_once(cast: Cast) -> None:
    phone, desk, third = (signed_in("wang") for _one in range(3))
    wanted = Sitting.objects.filter(user=cast.yujingwan.manager.user).order_by("pk")[1]
    phone.post("/account/sessions/end/", {"sitting": wanted.pk})
    assert desk.get("/account/").status_code == 302
    assert third.get("/account/").status_code == 200
    phone.post("/account/sessions/end/")
    assert third.get("/account/").status_code == 302
    assert phone.get("/account/").status_code == 200


def test_nobody_ends_anothers_session(cast: Cast) -> None:
    mine, other = signed_in("wang"), signed_in("sun")
    theirs = Sitting.objects.get(user=cast.xiaodongmen.manager.user)
    mine.post("/account/sessions/end/", {"sitting": theirs.pk})
    assert other.get("/account/").status_code == 200


def test_signing_out_takes_the_row_along(cast: Cast) -> None:
    client = signed_in("wang")
    client.post("/sign-out/")
    assert not Sitting.objects.filter(user=cast.yujingwan.manager.user).exists()


def test_a_new_password_ends_the_others_and_keeps_this_one(cast: Cast) -> None:
    phone, desk = signed_in("wang"), signed_in("wang", WINDOWS)
    new = "a-quite-different-horse"
    bad = phone.post("/account/password/", {"old": "wrong", "new": new})
    assert bad.status_code == 422
    weak = phone.post("/account/password/", {"old": PASSWORD, "new": "12345678"})
    assert weak.status_code == 422
    assert phone.post("/account/password/", {"old": PASSWORD, "new": new}).status_code == 302
    assert phone.get("/account/").status_code == 200
    assert desk.get("/account/").status_code == 302
    assert Sitting.objects.filter(user=cast.yujingwan.manager.user).count() == 1
    assert "本机" in phone.get("/account/").content.decode()


def test_a_manager_ends_a_members_sessions(cast: Cast) -> None:
    site = cast.yujingwan
    guard = signed_in("guard-yujingwan")
    client = Cast.client(site.manager)
    path = reverse("compounds:member-sessions-end", args=[site.slug, site.guard.pk])
    assert Cast.client(site.captain).post(path).status_code == 404
    client.post(path)
    assert guard.get("/account/").status_code == 302
    with site.open():
        assert Entry.objects.get(event="SessionsEnded").data["count"] == 1
        assert end_sessions_of(member=site.guard, by=site.manager) == 0
        with pytest.raises(Refused):
            end_sessions_of(member=site.reviewer, by=site.manager)


def test_ending_a_membership_ends_its_sessions_at_once(cast: Cast) -> None:
    site = cast.yujingwan
    guard = signed_in("guard-yujingwan")
    with site.open():
        end_membership(member=site.guard, by=site.manager)
        end_membership(member=site.guard, by=site.manager)
        assert Entry.objects.filter(event="MemberLeft").count() == 1
    assert guard.get("/account/").status_code == 302


def test_a_reviewer_who_leaves_one_compound_stays_signed_in_for_the_other(cast: Cast) -> None:
    site = cast.yujingwan
    reviewer = signed_in("reviewer")
    with site.open():
        end_membership(member=site.reviewer, by=site.manager)
    assert reviewer.get(reverse("reports:review-day", args=[site.slug])).status_code == 404
    other = reverse("reports:review-day", args=[cast.huaidong.slug])
    assert reviewer.get(other).status_code == 200


def test_a_fresh_page_costs_no_query_more_and_a_stale_one_costs_one(cast: Cast) -> None:
    client = signed_in("wang")
    client.get("/account/")

    def about_sittings() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/company/compounds/new/")
        return [one["sql"] for one in seen if "compounds_sitting" in one["sql"]]

    assert about_sittings() == []
    before = Sitting.objects.get(user=cast.yujingwan.manager.user).seen_at
    cache.clear()
    stale = about_sittings()
    assert len(stale) == 1
    assert stale[0].startswith("UPDATE")
    assert Sitting.objects.get(user=cast.yujingwan.manager.user).seen_at > before
    assert about_sittings() == []


def test_a_session_from_before_the_list_gets_its_row(cast: Cast) -> None:
    client = signed_in("wang")
    Sitting.objects.all().delete()
    cache.clear()
    client.get("/account/")
    assert Sitting.objects.get().user_id == cast.yujingwan.manager.user_id


def test_rows_whose_time_is_over_go_at_the_next_sign_in(cast: Cast) -> None:
    signed_in("wang")
    Sitting.objects.update(seen_at=timezone.now() - timezone.timedelta(days=31))
    signed_in("wang", WINDOWS)
    assert Sitting.objects.get().device == "Windows · Edge"


def test_operators_pass_the_same_door(cast: Cast) -> None:
    answer = Client().get("/operators/")
    assert answer["Location"].startswith("/operators/login/")
    answer = Client().get(answer["Location"])
    assert answer["Location"] == "/sign-in/?next=%2Foperators%2F"
