"""Requests for help: asked, carried out or not, seen by those who may, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.sweeps import mark_missed
from households import signin
from households.keeping import keepers
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.relatives import acting, let_in, newest
from tests.notices.people import phone_of, sign_in
from tests.notices.test_api import Program
from volunteers import asks
from volunteers.ask_words import steps
from volunteers.models import Ask, AskKind, AskState

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        yield cast.yujingwan


def ask(site: Site, number: str = "301", **more) -> Ask:
    fields = {"kind": AskKind.FOOD, "text": "米没有了", "form_key": KEY, "by": site.captain} | more
    return asks.make_ask(household=site.household(number), **fields)


def at(site: Site, name: str, *args: object) -> str:
    return reverse(f"volunteers:{name}", args=[site.slug, *args])


def form(**more: str) -> dict[str, str]:
    fields = {"kind": "medicine", "text": "硝苯地平，还够一天", "when": "urgent", "form_key": KEY}
    return fields | {"call_back": "139 0013 9000"} | more


def states(one: Ask) -> list[str]:
    return [step["state"] for step in steps(one)]


# Asking


def test_a_request_has_somebody_from_the_first_moment(site: Site) -> None:
    made = ask(site)
    assert (made.assignee, made.standing) == (site.volunteer, AskState.GIVEN)
    assert made.member == site.captain and made.asked_by == site.captain.name
    assert made.due_at - made.asked_at == timedelta(hours=12)


@pytest.mark.parametrize(
    ("kind", "urgent", "hours"),
    [("medicine", True, 2), ("medicine", False, 24), ("advice", True, 1), ("food", False, 12)],
)
def test_when_it_is_due_follows_from_its_kind(
    site: Site, kind: str, urgent: bool, hours: int
) -> None:
    made = ask(site, kind=AskKind(kind), is_urgent=urgent)
    assert made.due_at - made.asked_at == timedelta(hours=hours)


def test_a_named_time_counts_and_urgent_does_not_wait_for_it(site: Site) -> None:
    later = timezone.now() + timedelta(hours=30)
    assert ask(site, wanted_at=later).due_at == later
    hurried = ask(site, wanted_at=later, is_urgent=True, form_key="f" * 32)
    assert hurried.due_at < later


@pytest.mark.parametrize("kind", ["medicine", "advice", "counselling"])
def test_medical_kinds_go_to_the_adviser(site: Site, kind: str) -> None:
    assert ask(site, kind=AskKind(kind)).assignee == site.adviser


def test_without_an_adviser_the_manager_has_them(site: Site) -> None:
    site.adviser.left_at = timezone.now()
    site.adviser.save(update_fields=["left_at"])
    assert ask(site, kind=AskKind.MEDICINE).assignee == site.manager


def test_the_same_form_twice_is_one_request(site: Site) -> None:
    assert ask(site) == ask(site, text="再说一次")
    assert Ask.objects.count() == 1
    assert Entry.objects.filter(event="AskMade").count() == 1
    assert ask(site, "302") != ask(site)  # another home's form is another request


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": "  "}, "需要什么"),
        ({"wanted_at": timezone.now() - timedelta(minutes=1)}, "两周"),
        ({"wanted_at": timezone.now() + timedelta(days=15)}, "两周"),
        ({"call_back": "abc"}, "电话号码"),
    ],
)
def test_what_is_no_request_is_refused(site: Site, more: dict, words: str) -> None:
    with pytest.raises(Refused, match=words):
        ask(site, **more)
    assert not Ask.objects.exists()


def test_twenty_open_requests_are_enough(site: Site) -> None:
    for number in range(asks.MOST_OPEN):
        ask(site, form_key=f"{number:032x}")
    with pytest.raises(Refused, match="值班电话"):
        ask(site, form_key="f" * 32)


def test_the_journal_says_nothing_medical(site: Site) -> None:
    made = ask(site, kind=AskKind.MEDICINE, text="硝苯地平", by=let_in(site, "301"))
    asks.start(ask=made, by=site.adviser)
    for entry in Entry.objects.filter(event__in=["AskMade", "AskMoved", "ActedForHousehold"]):
        assert "medicine" not in str(entry.data) and "硝苯" not in str(entry.data)


# Carrying out


def test_the_way_of_a_request(site: Site) -> None:
    made = ask(site)
    assert states(made) == ["done", "now", "wait", "wait"]
    asks.accept(ask=made, by=site.volunteer)
    made = asks.start(ask=made, by=site.volunteer)
    assert states(made) == ["done", "done", "now", "wait"]
    made = asks.finish(ask=made, answer="米 10 斤放在门口", by=site.volunteer)
    assert states(made) == ["done"] * 4
    assert (made.finished_by, made.answer) == (site.volunteer, "米 10 斤放在门口")
    moved = Entry.objects.filter(event="AskMoved").order_by("pk")
    assert [entry.data["state"] for entry in moved] == ["taken on", "being done", "done"]


def test_each_deed_twice_is_once(site: Site) -> None:
    made = ask(site)
    for _time in range(2):
        asks.accept(ask=made, by=site.volunteer)
        asks.start(ask=made, by=site.volunteer)
    for answer in ("first", "second"):
        done = asks.finish(ask=made, answer=answer, by=site.volunteer)
    assert done.answer == "first"
    assert Entry.objects.filter(event="AskMoved").count() == 3


@pytest.mark.parametrize(("answer", "next_step"), [("", "明天再送"), ("没有货", "")])
def test_cannot_needs_the_reason_and_what_next(site: Site, answer: str, next_step: str) -> None:
    made = ask(site)
    with pytest.raises(Refused):
        asks.cannot(ask=made, answer=answer, next_step=next_step, by=site.volunteer)
    made.refresh_from_db()
    assert made.finished_at is None


def test_what_cannot_be_done_says_why(site: Site) -> None:
    made = asks.cannot(ask=ask(site), answer="没有货", next_step="明早团购", by=site.volunteer)
    assert made.standing == AskState.CANNOT and states(made)[-1] == "late"


@pytest.mark.parametrize("role", ["volunteer", "guard", "captain"])
def test_nobody_without_the_right_carries_a_medical_request(site: Site, role: str) -> None:
    made = ask(site, kind=AskKind.MEDICINE)
    with pytest.raises(Refused):
        asks.start(ask=made, by=getattr(site, role))
    with pytest.raises(Refused):
        asks.give(ask=made, member=getattr(site, role), by=site.manager)


def test_handing_over_begins_anew(site: Site) -> None:
    made = asks.start(ask=ask(site), by=site.volunteer)
    made = asks.give(ask=made, member=site.guard, by=site.manager)
    assert (made.assignee, made.started_at, made.accepted_at) == (site.guard, None, None)
    assert Entry.objects.get(event="WorkAssigned").data["name"] == site.guard.name


def test_late_and_missed_it_stays_on_the_list(site: Site) -> None:
    made = ask(site)
    Ask.objects.update(due_at=timezone.now() - timedelta(hours=5))
    mark_missed(now=timezone.now())
    made.refresh_from_db()
    assert made.missed_at is not None and Ask.objects.open().get() == made
    entry = Entry.objects.get(event="WorkMissed")
    assert entry.data["place"] == "1-1-301"


# Taking back and asking again


def test_the_household_takes_it_back(site: Site) -> None:
    own, _secret = sign_in(site, "301")
    made = ask(site, by=own)
    for _time in range(2):
        asks.cancel(ask=made, by=own)
    made.refresh_from_db()
    assert made.standing == AskState.CANCELLED
    with pytest.raises(Refused, match="撤回"):
        asks.start(ask=made, by=site.volunteer)


def test_what_is_answered_is_not_taken_back(site: Site) -> None:
    own, _secret = sign_in(site, "301")
    made = asks.finish(ask=ask(site, by=own), by=site.volunteer)
    with pytest.raises(Refused, match="已经答复"):
        asks.cancel(ask=made, by=own)


def test_within_a_day_it_is_asked_again(site: Site) -> None:
    own, _secret = sign_in(site, "301")
    made = asks.finish(ask=ask(site, by=own), by=site.volunteer)
    for _time in range(2):
        made = asks.reopen(ask=made, by=own)
    assert (made.standing, made.reopened, made.assignee) == (AskState.GIVEN, 1, site.volunteer)
    made = asks.finish(ask=made, by=site.volunteer)
    Ask.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refused, match="超过一天"):
        asks.reopen(ask=made, by=own)


def test_another_household_moves_nothing(site: Site) -> None:
    other, _secret = sign_in(site, "302")
    made = ask(site)
    for deed in (asks.cancel, asks.reopen):
        with pytest.raises(Refused):
            deed(ask=made, by=other)


def test_an_ended_relative_asks_for_nothing_more(site: Site) -> None:
    access = let_in(site, "301")
    made = ask(site, by=access)
    signin.revoke(access=access, by=site.manager)
    for deed in (lambda: ask(site, by=access, form_key="f" * 32),
                 lambda: asks.cancel(ask=made, by=access)):  # fmt: skip
        with pytest.raises(Refused, match="没有提交"):
            deed()
    made.refresh_from_db()
    assert made.standing == AskState.GIVEN  # what he asked for before stands


# The household's pages


def test_a_resident_asks_and_sees_who_has_it(site: Site) -> None:
    _own, secret = sign_in(site, "301")
    phone = phone_of(site, secret)
    new = phone.get(reverse("volunteers:home-ask-new"))
    assert new.text.index("tel:120") < new.text.index('name="kind"')
    answer = phone.post(reverse("volunteers:home-ask-new"), form())
    made = Ask.objects.get()
    assert answer["Location"] == reverse("volunteers:home-ask", args=[made.pk])
    assert (made.is_urgent, made.call_back) == (True, "13900139000")
    page = phone.get(answer["Location"]).text
    assert "已受理" in page and "已派单" in page and site.adviser.name in page
    assert "用药" in phone.get(reverse("volunteers:home-asks")).text
    assert "求助：用药" in phone.get("/home/").text


@pytest.mark.parametrize("gone", ["kind", "text", "form_key"])
def test_a_misfilled_request_keeps_what_was_typed(site: Site, gone: str) -> None:
    _own, secret = sign_in(site, "301")
    answer = phone_of(site, secret).post(reverse("volunteers:home-ask-new"), form() | {gone: ""})
    assert answer.status_code == 422
    assert gone == "text" or "硝苯地平" in answer.text
    assert not Ask.objects.exists()


def test_another_homes_request_is_not_there(site: Site) -> None:
    _own, secret = sign_in(site, "302")
    url = reverse("volunteers:home-ask", args=[ask(site).pk])
    phone = phone_of(site, secret)
    assert phone.get(url).status_code == phone.post(url, {"deed": "cancel"}).status_code == 404


def test_a_relative_asks_in_her_name_and_it_says_so(site: Site) -> None:
    son = acting(site, "301")
    son.post(reverse("volunteers:home-ask-new"), form())
    made = Ask.objects.get()
    assert (made.asked_by, made.access) == ("儿子 李**", newest(site, "301"))
    assert Entry.objects.get(event="ActedForHousehold").data["cause"] == f"ask:{made.pk}"
    son.post(reverse("volunteers:home-ask", args=[made.pk]), {"deed": "cancel"})
    assert Entry.objects.filter(event="ActedForHousehold").count() == 2


def test_old_tabs_of_an_ended_relative_reach_nothing(site: Site) -> None:
    son = acting(site, "301")
    made = ask(site)
    signin.revoke(access=newest(site, "301"), by=site.manager)
    waiting = reverse("households:waiting")
    for name, args in (("home-asks", []), ("home-ask-new", []), ("home-ask", [made.pk])):
        url = reverse(f"volunteers:{name}", args=args)
        assert son.get(url)["Location"] == waiting
        assert son.post(url, form(form_key="f" * 32))["Location"] == waiting
    assert Ask.objects.count() == 1
    assert son.get(f"/api/v1/compounds/{site.slug}/care/").status_code in {401, 404}


# The desk's pages


def test_the_list_leaves_medical_requests_out(cast: Cast, site: Site) -> None:
    ask(site)
    ask(site, kind=AskKind.MEDICINE, text="硝苯地平", form_key="f" * 32)
    for role in ("manager", "volunteer", "guard"):
        page = cast.client(getattr(site, role)).get(at(site, "ask-list")).text
        assert "米没有了" in page and "硝苯地平" not in page
    for role in ("manager", "adviser"):
        page = cast.client(getattr(site, role)).get(at(site, "medical-list")).text
        assert "硝苯地平" in page and "米没有了" not in page


@pytest.mark.parametrize("role", ["volunteer", "guard", "captain", "cleaner"])
def test_a_medical_request_is_not_there_for_others(cast: Cast, site: Site, role: str) -> None:
    made = ask(site, kind=AskKind.MEDICINE)
    client = cast.client(getattr(site, role))
    assert client.get(at(site, "medical", made.pk)).status_code == 404
    assert client.get(at(site, "ask", made.pk)).status_code == 404
    assert client.get(at(site, "medical-list")).status_code == 404


def test_a_limited_member_sees_the_own_part(cast: Cast, site: Site) -> None:
    made = ask(site)
    site.volunteer.buildings = [999_999]
    site.volunteer.save(update_fields=["buildings"])
    client = cast.client(site.volunteer)
    assert "米没有了" not in client.get(at(site, "ask-list")).text
    assert client.get(at(site, "ask", made.pk)).status_code == 404
    answer = client.post(at(site, "ask-new"), form(door="301", kind="food"))
    assert answer.status_code == 422 and Ask.objects.count() == 1


def test_the_adviser_carries_a_request_out_on_its_page(cast: Cast, site: Site) -> None:
    made = ask(site, kind=AskKind.MEDICINE)
    client, url = cast.client(site.adviser), at(site, "medical", made.pk)
    for deed in ("accept", "start"):
        assert client.post(url, {"deed": deed}).status_code == 302
    assert client.post(url, {"deed": "cannot", "answer": "处方药"}).status_code == 422
    assert client.post(url, {"deed": "nonsense"}).status_code == 422
    assert client.post(url, {"deed": "finish", "answer": "已送到门口"}).status_code == 302
    made.refresh_from_db()
    assert (made.finished_by, made.answer) == (site.adviser, "已送到门口")


def test_only_who_may_assign_hands_over(cast: Cast, site: Site) -> None:
    made = ask(site)
    fields = {"deed": "give", "member": str(site.guard.pk)}
    url = at(site, "ask", made.pk)
    assert cast.client(site.volunteer).post(url, fields).status_code == 422
    assert cast.client(site.manager).post(url, fields).status_code == 302
    made.refresh_from_db()
    assert made.assignee == site.guard


def test_staff_write_a_request_down_from_a_call(cast: Cast, site: Site) -> None:
    client = cast.client(site.guard)
    assert client.post(at(site, "ask-new"), form(door="999")).status_code == 422
    answer = client.post(at(site, "ask-new"), form(door="1栋1单元301"))
    made = Ask.objects.get()
    assert (made.member, made.asked_by) == (site.guard, site.guard.name)
    assert answer["Location"] == at(site, "ask-list")  # a guard does not see it afterwards


@pytest.mark.parametrize("whose", ["", "mine", "late", "closed"])
def test_the_list_takes_the_same_queries_for_two_and_for_twenty(
    cast: Cast, site: Site, whose: str
) -> None:
    client, counted = cast.client(site.volunteer), []
    homes = ("101", "102", "201", "202")
    for begin, end in ((0, 2), (2, 20)):
        for number in range(begin, end):
            made = ask(site, homes[number % 4], form_key=f"{number:032x}")
            if number % 2:
                asks.finish(ask=made, by=site.volunteer)
        Ask.objects.filter(pk=made.pk).update(due_at=timezone.now() - timedelta(hours=1))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{at(site, 'ask-list')}?whose={whose}").status_code == 200
        counted.append(sum(one["sql"].startswith("SELECT") for one in asked))
    assert counted[0] == counted[1] <= 12


# For programs


def test_programs_carry_requests_out_but_no_medical_ones(site: Site) -> None:
    made = ask(site)
    hidden = ask(site, kind=AskKind.MEDICINE, form_key="f" * 32)
    program = Program(site)
    assert [row["id"] for row in program.get("asks/").json()] == [made.pk]

    def move(pk: int, **body: str) -> int:
        key = f"move-{len(body)}-{pk}-{body['deed']}"
        return program.post(f"asks/{pk}/", body, key=key).status_code

    assert move(hidden.pk, deed="start") == 404
    assert move(made.pk, deed="nonsense") == 422
    assert move(made.pk, deed="cannot") == 409
    assert move(made.pk, deed="finish", answer="放在门口") == 200
    made.refresh_from_db()
    assert (made.answer, made.finished_by) == ("放在门口", site.manager)
    assert program.get("asks/").json() == []


# What is kept


def test_the_keeper_hands_out_and_redacts(site: Site) -> None:
    ask(site, call_back="13900139000")
    keeper = next(one for one in keepers() if one.name == "asks")
    (section,) = keeper.export(site.household("301"))
    assert section.rows[0][3:5] == ("米没有了", "13900139000")
    later = timezone.now() + timedelta(minutes=1)
    homes = [site.household("301").pk]
    assert keeper.redact([site.household("302").pk], before=later) == 0
    assert keeper.redact(homes, before=timezone.now() - timedelta(days=1)) == 0
    assert [keeper.redact(homes, before=later) for _time in range(2)] == [1, 0]
    assert Ask.objects.get().call_back == "" and "米" not in Ask.objects.get().text


def test_nobody_signed_in_is_sent_away(site: Site) -> None:
    assert Client().get(reverse("volunteers:home-asks"))["Location"] == "/home/welcome/"
