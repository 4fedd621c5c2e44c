"""The pages of drills: starting, watching, ending, printing, and who may not."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drills.actions import end
from drills.models import Drill
from tests.cast import Cast, Site
from tests.drills.scene import Practised

STRIP = "人物均为虚构"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.manager)


def url(name: str, *more: object) -> str:
    return reverse(f"drills:{name}", args=["yujingwan", *more])


def form(site: Site, **more: object) -> dict[str, object]:
    with site.open():
        unit = site.unit().pk
    targets = {"target_told_all": 180, "target_verified_all": 300}
    targets |= {"target_elder_all": 150, "target_recalls": 240}
    return {
        "place": f"unit:{unit}",
        "template": "yujingwan",
        "mode": "played",
        "pace": 60,
        "seed": 7,
        "request_key": "k" * 20,
        **targets,
        **more,
    }


def test_a_drill_is_started_from_the_list(
    desk: Client, site: Site, django_capture_on_commit_callbacks
) -> None:
    assert desk.get(url("list")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(url("drill-start"), form(site))
    with site.open():
        drill = Drill.objects.get()
    assert answer["Location"] == url("drill", drill.pk)
    page = desk.get(answer["Location"]).content.decode()
    assert "成绩单" in page
    assert url("drill-live", drill.pk) in page
    assert desk.post(url("drill-start"), form(site))["Location"] == url("drill", drill.pk)


def test_a_misfilled_form_keeps_what_was_typed(desk: Client, site: Site) -> None:
    answer = desk.post(url("drill-start"), form(site, pace=7, seed=123456))
    assert answer.status_code == 422
    assert "123456" in answer.content.decode()
    with site.open():
        assert not Drill.objects.exists()


def test_a_refusal_is_said_on_the_form(desk: Client, site: Site, practised: Practised) -> None:
    for number in range(3):
        practised.start(f"key-{number}")
    answer = desk.post(url("drill-start"), form(site))
    assert answer.status_code == 422
    assert "先结束一场" in answer.content.decode()


def test_every_page_of_a_practice_compound_says_so(desk: Client, practised: Practised) -> None:
    drill = practised.start()
    slug = drill.practice.slug
    for name in ("reports:board", "households:list", "seals:order-list", "compounds:settings"):
        assert STRIP in desk.get(reverse(name, args=[slug])).content.decode(), name
    sheet = desk.get(reverse("seals:order-document", args=[slug, drill.order_id]))
    assert STRIP in sheet.content.decode()
    assert STRIP not in desk.get(reverse("reports:board", args=["yujingwan"])).content.decode()


def test_the_companys_list_and_the_review_leave_practice_out(
    desk: Client, practised: Practised
) -> None:
    practised.start()
    for name in ("reports:company", "reports:review"):
        assert "御景湾 · 演练" not in desk.get(reverse(name)).content.decode()
    assert "御景湾 · 演练" in desk.get(reverse("compounds:start")).content.decode()


def test_ending_freezes_the_card_and_shuts_the_doors(
    desk: Client, site: Site, practised: Practised
) -> None:
    drill = practised.start()
    assert desk.post(url("drill-end", drill.pk))["Location"] == url("drill", drill.pk)
    assert desk.post(url("drill-end", drill.pk)).status_code == 302
    page = desk.get(url("drill", drill.pk)).content.decode()
    assert 'hx-trigger="every 5s"' not in page
    assert desk.get(reverse("reports:board", args=[drill.practice.slug])).status_code == 404
    assert desk.get(url("drill-live", drill.pk))["HX-Refresh"] == "true"


def test_the_sheets_are_printed(desk: Client, practised: Practised) -> None:
    drill = practised.start()
    sheet = desk.get(url("situation", drill.pk)).content.decode()
    assert "1-1-302" in sheet
    assert "敲门" in sheet
    assert "成绩单" in desk.get(url("scorecard", drill.pk)).content.decode()


def test_another_company_and_other_roles_do_not_find_it(
    cast: Cast, site: Site, practised: Practised
) -> None:
    drill = practised.start()
    pages = [url("list"), url("drill", drill.pk), url("situation", drill.pk)]
    for who in (cast.huaidong.manager, cast.stranger, cast.reviewer, site.captain, site.guard):
        assert {cast.client(who).get(page).status_code for page in pages} == {404}
    foreign = cast.client(cast.huaidong.manager)
    assert foreign.get(reverse("drills:drill", args=["huaidong", drill.pk])).status_code == 404
    assert foreign.get(reverse("reports:board", args=[drill.practice.slug])).status_code == 404


def test_the_list_costs_the_same_queries_for_more_drills(
    desk: Client, site: Site, practised: Practised
) -> None:
    counts = []
    for number in range(4):
        drill = practised.start(f"key-{number}")
        with site.open():
            end(drill=drill, by=site.manager)
        if number in (0, 3):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(url("list")).status_code == 200
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_orders_lead_to_drills(desk: Client, site: Site) -> None:
    page = desk.get(reverse("seals:order-list", args=["yujingwan"])).content.decode()
    assert url("list") in page
