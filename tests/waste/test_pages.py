"""The day's page and the phone pages, through the client."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Member, Unit
from journal.models import Entry
from tests.cast import Cast, Site
from tests.waste.things import at, make_round, make_window, used
from waste.actions import finish_round
from waste.models import DisinfectionRound, Phase, RubbishWindow, Scheme

FORM = {"agent": "chlorine", "mg_per_litre": "1000", "contact_minutes": "30"}


def url(site: Site, name: str, *args: Any) -> str:
    return reverse(f"waste:{name}", args=[site.slug, *args])


def questions(queries: CaptureQueriesContext) -> int:
    """What a request asks; a test's own savepoints and their resets are not of it."""
    noise = (
        "SAVEPOINT",
        "RELEASE",
        "SET LOCAL lockdown.person = ''",
        "SET LOCAL lockdown.compounds = ''",
    )
    return sum(1 for one in queries.captured_queries if not one["sql"].startswith(noise))


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def round_of_five(site: Site) -> DisinfectionRound:
    with site.open():
        return make_round(site, at(1, "17:00"))


@pytest.fixture
def window_of_half_past_six(site: Site, round_of_five: DisinfectionRound) -> RubbishWindow:
    with site.open():
        return make_window(site, at(1, "18:30"), gate=round_of_five)


@pytest.fixture
def cleaner(cast: Cast, site: Site) -> Client:
    return cast.client(site.cleaner)


def test_the_day_shows_rounds_windows_and_who_has_them(
    site: Site, cleaner: Client, window_of_half_past_six: RubbishWindow
) -> None:
    page = text(cleaner.get(url(site, "day"), {"day": "2021-08-01"}))
    assert "1栋1单元 消杀" in page and "1栋1单元 收垃圾" in page
    assert site.cleaner.name in page
    assert url(site, "round", window_of_half_past_six.gate_id) in page
    assert url(site, "window", window_of_half_past_six.pk) in page


def test_what_is_left_undone_stands_on_todays_page(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    page = text(cleaner.get(url(site, "day")))
    assert "迟了或漏做" in page and "8-1 · 含氯消毒剂" in page


def test_an_empty_day_says_what_to_do(cast: Cast, site: Site, cleaner: Client) -> None:
    seal_here = reverse("seals:order-new", args=[site.slug])
    page = text(cleaner.get(url(site, "day")))
    assert "目前没有封控" in page and seal_here not in page
    assert seal_here in text(cast.client(site.manager).get(url(site, "day")))


def test_an_impossible_day_shows_today(site: Site, cleaner: Client) -> None:
    for wrong in ("2021-13-40", "0001-01-01", "9999-12-31", "x"):
        answer = cleaner.get(url(site, "day"), {"day": wrong})
        assert answer.status_code == 200
        assert answer.context["is_today"]


def test_the_day_asks_as_much_for_twenty_units_as_for_two(site: Site, cleaner: Client) -> None:
    def fill(units: int) -> None:
        with site.open():
            patterns = [UnitPattern("7", str(number), 1, 1) for number in range(units)]
            build_homes(compound=site.compound, patterns=patterns, by=site.manager)
            DisinfectionRound.objects.all().delete()
            for unit in Unit.objects.all():
                make_round(site, timezone.now(), unit=unit)
                make_window(site, timezone.now(), unit=unit)

    asked = []
    cleaner.get(url(site, "day"))
    for units in (1, 19):
        with site.open():
            RubbishWindow.objects.all().delete()
        fill(units)
        with CaptureQueriesContext(connection) as queries:
            assert cleaner.get(url(site, "day")).status_code == 200
        asked.append(questions(queries))
    assert asked[0] == asked[1] <= 12


def test_a_round_is_started_and_finished_on_one_page(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    page = text(cleaner.get(url(site, "round", round_of_five.pk)))
    assert "开始消杀" in page and 'value="1000"' in page
    answer = cleaner.post(url(site, "round-start", round_of_five.pk), follow=True)
    assert "作用到" in text(answer)
    answer = cleaner.post(
        url(site, "round-done", round_of_five.pk), FORM | {"batch": "A7"}, follow=True
    )
    assert "已登记" in text(answer) and "A7" in text(answer)
    with site.open():
        row = DisinfectionRound.objects.get()
        assert (row.done_mg_per_litre, row.finished_by) == (1000, site.cleaner)


def test_a_contact_time_that_is_not_over_is_recorded_with_a_warning(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    cleaner.post(url(site, "round-start", round_of_five.pk))
    answer = cleaner.post(url(site, "round-done", round_of_five.pk), FORM, follow=True)
    assert "作用时间还差 30 分钟" in text(answer)


def test_a_refused_figure_keeps_what_was_typed(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    wrong = FORM | {"mg_per_litre": "99999", "note": "写错了"}
    answer = cleaner.post(url(site, "round-done", round_of_five.pk), wrong)
    assert answer.status_code == 422
    assert "100 至 10,000 mg/L" in text(answer) and "写错了" in text(answer)
    with site.open():
        assert DisinfectionRound.objects.get().finished_at is None


def test_an_empty_form_is_refused(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    assert cleaner.post(url(site, "round-done", round_of_five.pk), {}).status_code == 422


def test_recording_twice_is_recorded_once(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    for _time in range(2):
        assert cleaner.post(url(site, "round-done", round_of_five.pk), FORM).status_code == 302
    with site.open():
        assert Entry.objects.filter(event="RoundDone").count() == 1


def test_the_calculator_answers_on_the_round_page(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    page = text(cleaner.get(url(site, "round", round_of_five.pk)))
    assert "原液 200 毫升，加水 9.8 升" in page
    asked = {"stock": "12", "stock_unit": "percent", "target": "1000", "litres": "15"}
    page = text(cleaner.get(url(site, "round", round_of_five.pk), asked))
    assert "原液 125 毫升，加水 14.875 升" in page
    weak = asked | {"stock": "500", "stock_unit": "mg"}
    assert "原液浓度低于所需浓度" in text(cleaner.get(url(site, "round", round_of_five.pk), weak))


def test_a_finished_round_leads_on_to_the_rubbish(
    site: Site, cleaner: Client, window_of_half_past_six: RubbishWindow
) -> None:
    gate = window_of_half_past_six.gate
    with site.open():
        finish_round(round=gate, **used(site.cleaner))
    page = text(cleaner.get(url(site, "round", gate.pk)))
    assert url(site, "window", window_of_half_past_six.pk) in page


def test_the_window_page_explains_the_gate_and_then_opens_it(
    site: Site, cleaner: Client, window_of_half_past_six: RubbishWindow
) -> None:
    here = url(site, "window", window_of_half_past_six.pk)
    move = url(site, "window-move", window_of_half_past_six.pk)
    page = text(cleaner.get(here))
    assert "先完成 17:00 的消杀" in page and "先放家里" in page
    assert move not in page
    refused = cleaner.post(move, {"to_phase": "put_out"})
    assert refused.status_code == 422
    with site.open():
        finish_round(round=window_of_half_past_six.gate, **used(site.cleaner))
    assert move in text(cleaner.get(here))
    for phase in ("put_out", "collecting"):
        assert cleaner.post(move, {"to_phase": phase}).status_code == 302
    answer = cleaner.post(move, {"to_phase": "closed", "bags": "87"}, follow=True)
    assert "收走 87 袋" in text(answer)


def test_a_window_without_a_disinfection_offers_to_add_one(site: Site, cleaner: Client) -> None:
    with site.open():
        window = make_window(site, at(1, "18:30"))
    add = url(site, "window-disinfect", window.pk)
    assert add in text(cleaner.get(url(site, "window", window.pk)))
    answer = cleaner.post(add)
    with site.open():
        made = DisinfectionRound.objects.get()
    assert answer["Location"] == url(site, "round", made.pk)


def test_a_move_that_is_not_next_is_refused_in_words(site: Site, cleaner: Client) -> None:
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR)
    answer = cleaner.post(url(site, "window-move", window.pk), {"to_phase": "closed"})
    assert answer.status_code == 422 and "按顺序" in text(answer)
    with site.open():
        assert RubbishWindow.objects.get().phase == Phase.KEEP_IN


@pytest.mark.parametrize("kind", ["round", "window"])
def test_the_manager_hands_work_to_somebody_else(
    cast: Cast, site: Site, window_of_half_past_six: RubbishWindow, kind: str
) -> None:
    work = window_of_half_past_six if kind == "window" else window_of_half_past_six.gate
    manager = cast.client(site.manager)
    assert "转交他人" in text(manager.get(url(site, kind, work.pk)))
    for _time in range(2):
        answer = manager.post(url(site, f"{kind}-assign", work.pk), {"member": site.volunteer.pk})
        assert answer.status_code == 302
    with site.open():
        work.refresh_from_db()
        assert work.assignee == site.volunteer
        assert Entry.objects.filter(event="WorkAssigned").count() == 1


def test_work_is_not_handed_to_strangers_or_to_the_reviewer(
    cast: Cast, site: Site, round_of_five: DisinfectionRound
) -> None:
    manager = cast.client(site.manager)
    for member in (site.reviewer, cast.huaidong.cleaner):
        answer = manager.post(url(site, "round-assign", round_of_five.pk), {"member": member.pk})
        assert answer.status_code == 422
    with site.open():
        round_of_five.refresh_from_db()
        assert round_of_five.assignee == site.cleaner


def test_only_those_who_may_hand_work_on_do(
    site: Site, cleaner: Client, round_of_five: DisinfectionRound
) -> None:
    assert "转交他人" not in text(cleaner.get(url(site, "round", round_of_five.pk)))
    answer = cleaner.post(url(site, "round-assign", round_of_five.pk), {"member": site.guard.pk})
    assert answer.status_code == 404


def _pages(site: Site, window: RubbishWindow) -> list[tuple[str, str]]:
    gate = window.gate_id
    return [
        ("get", url(site, "day")),
        ("get", url(site, "round", gate)),
        ("post", url(site, "round-start", gate)),
        ("post", url(site, "round-done", gate)),
        ("post", url(site, "round-assign", gate)),
        ("get", url(site, "window", window.pk)),
        ("post", url(site, "window-move", window.pk)),
        ("post", url(site, "window-disinfect", window.pk)),
        ("post", url(site, "window-assign", window.pk)),
    ]


def test_outsiders_and_the_reviewer_find_nothing_here(
    cast: Cast, site: Site, window_of_half_past_six: RubbishWindow
) -> None:
    for person in (cast.stranger, cast.reviewer, cast.huaidong.manager):
        client = cast.client(person)
        for method, address in _pages(site, window_of_half_past_six):
            assert getattr(client, method)(address).status_code == 404, (person, address)


def test_another_compounds_rows_are_not_there(
    cast: Cast, window_of_half_past_six: RubbishWindow
) -> None:
    client = cast.client(cast.huaidong.manager)
    for method, address in _pages(cast.huaidong, window_of_half_past_six)[1:]:
        assert getattr(client, method)(address).status_code == 404, address


def test_a_captain_of_one_unit_sees_that_unit(cast: Cast, site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 1, 1)], by=site.manager)
        first, second = Unit.objects.select_related("building").order_by("position", "id")
        Member.objects.filter(pk=site.captain.pk).update(unit=first)
        own = make_round(site, at(1, "17:00"), unit=first)
        other = make_round(site, at(1, "17:00"), unit=second)
    captain = cast.client(site.captain)
    page = text(captain.get(url(site, "day"), {"day": "2021-08-01"}))
    assert str(first) in page and str(second) not in page
    assert captain.get(url(site, "round", own.pk)).status_code == 200
    assert captain.get(url(site, "round", other.pk)).status_code == 404


def test_signing_in_comes_first(site: Site, round_of_five: DisinfectionRound) -> None:
    answer = Client().get(url(site, "round", round_of_five.pk))
    assert answer.status_code == 302 and "sign-in" in answer["Location"]
