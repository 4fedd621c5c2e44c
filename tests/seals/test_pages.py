"""The pages of orders: choose, preview, confirm, change, lift; refusals keep what was typed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files
from households.models import CareFlag, CareKind
from journal.models import Entry
from seals.lift import checklist
from seals.models import OrderState, PlanPart, PlanTask, PlanTemplate, Recall, SealOrder
from tests.cast import Cast, Site
from tests.seals.scene import away, elder, person, seal_place, unit_place


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def desk(cast: Cast, site: Site) -> Client:
    return cast.client(site.manager)


def url(name: str, site: Site, *args: Any) -> str:
    return reverse(f"seals:{name}", args=[site.slug, *args])


def choices(site: Site, **more: str) -> dict[str, str]:
    with site.open():
        place = unit_place(site).key
    return {"place": place, "template": "yujingwan"} | more


def posted(client: Client, site: Site, **more: str) -> dict[str, str]:
    """Every field of the preview's form as a browser would send it."""
    return sent_by(client.get(url("order-preview", site), choices(site, **more)).content.decode())


def sent_by(page: str) -> dict[str, str]:
    form = page[page.index('id="confirm"') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        fields[name[1]] = value[1] if value else "on"
    for name, inner in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        fields[name] = re.search(r'value="([^"]*)" selected', inner)[1]
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_a_place_that_is_sealed_cannot_be_chosen_again(desk: Client, site: Site) -> None:
    with site.open():
        seal_place(site)
        code = unit_place(site).key
    page = desk.get(url("order-new", site)).content.decode()
    radio = re.search(rf'<input[^>]*value="{code}"[^>]*>', page)[0]
    assert "disabled" in radio


def test_floors_and_doors_of_a_stair_can_be_opened(desk: Client, site: Site) -> None:
    with site.open():
        unit, home = site.unit(), site.home("302")
    page = desk.get(url("order-new", site), {"inside": unit.pk}).content.decode()
    assert f'value="floor:{unit.pk}:3"' in page
    assert f'value="home:{home.pk}"' in page


def test_the_preview_counts_and_writes_nothing(desk: Client, site: Site) -> None:
    with site.open():
        away(site, "201")
        elder(site, "302")
        sick = person(site, "101", "武华娟")
        CareFlag.objects.create(
            compound=site.compound,
            household=sick.household,
            resident=sick,
            kind=CareKind.DIALYSIS,
            note="周二、四、六 07:30",
            set_by="王芳",
        )
        entries = Entry.objects.count()
    answer = desk.get(url("order-preview", site), choices(site))
    seen = answer.context["preview"]
    counts = {line.step.key: line.planned.count for line in seen.lines}
    assert (seen.homes, seen.floors, seen.inside, seen.out) == (6, 3, 2, 1)
    assert (counts["recall"], counts["verify"], counts["care"]) == (1, 6, 1)
    assert "周二、四、六 07:30" in answer.content.decode()
    assert "封控 1栋1单元 6 户" in answer.content.decode()
    with site.open():
        assert (SealOrder.objects.count(), Entry.objects.count()) == (0, entries)


def test_confirming_seals_and_confirming_again_leads_to_the_same_order(
    desk: Client, site: Site
) -> None:
    form = posted(desk, site, legal_source="2021-17 号通知")
    first = desk.post(url("order-confirm", site), form)
    with site.open():
        order = SealOrder.objects.get()
    assert first.url == url("order", site, order.pk)
    assert order.legal_source == "2021-17 号通知"
    assert order.issued_by_id == site.manager.pk
    assert desk.post(url("order-confirm", site), form).url == first.url
    with site.open():
        assert SealOrder.objects.count() == 1


def test_steps_can_be_left_out_and_times_changed_before_confirming(
    desk: Client, site: Site, django_capture_on_commit_callbacks
) -> None:
    form = posted(desk, site)
    del form["step-food-on"]
    form |= {"step-screening-days": "2、4", "step-screening-at": "８:００"}
    seen = desk.post(url("order-preview", site), form)
    assert seen.status_code == 200
    assert seen.context["preview"].active == 9
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("order-confirm", site), form)
    with site.open():
        assert not PlanPart.objects.filter(key="food").exists()
        tz = site.compound.tz
        due = [one.due_at.astimezone(tz) for one in PlanTask.objects.filter(key="screening")]
        today = site.compound.today()
        assert sorted((one.date() - today).days for one in due) == [1, 3]
        assert {f"{one:%H:%M}" for one in due} == {"08:00"}


def test_a_time_that_is_none_is_refused_and_kept(desk: Client, site: Site) -> None:
    form = posted(desk, site) | {"step-disinfect-at": "25:99"}
    answer = desk.post(url("order-confirm", site), form)
    assert answer.status_code == 422
    assert "25:99" in answer.content.decode()
    with site.open():
        assert SealOrder.objects.count() == 0


def test_sealing_a_place_that_was_sealed_meanwhile_is_refused_in_words(
    desk: Client, site: Site
) -> None:
    form = posted(desk, site)
    with site.open():
        seal_place(site)
    answer = desk.post(url("order-confirm", site), form)
    assert answer.status_code == 422
    assert "第 1 号封控令" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "unit:999999"},
        {"place": "unit:"},
        {"place": "home:1:2:3"},
        {"place": "'; drop"},
        {"template": "own:999"},
        {"starts_at": "2020-01-01T10:00"},
        {"starts_at": "yesterday"},
        {"ends_at": "2020-01-01T10:00"},
    ],
)
def test_a_wrong_choice_is_refused_with_a_sentence(
    desk: Client, site: Site, wrong: dict[str, str]
) -> None:
    answer = desk.get(url("order-preview", site), choices(site, **wrong))
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_a_preview_of_ninety_homes_costs_as_many_queries_as_one_of_six(
    cast: Cast, desk: Client, site: Site
) -> None:
    def queries() -> int:
        desk.get(url("order-preview", site), choices(site))
        with CaptureQueriesContext(
            connection,
        ) as found:
            desk.get(url("order-preview", site), choices(site))
        return len([one for one in found if "SAVEPOINT" not in one["sql"]])

    with site.open():
        elder(site, "302")
    small = queries()
    with site.open():
        unit = site.unit()
        build_homes(
            compound=site.compound, patterns=[UnitPattern("1", "1", 18, 5)], by=site.manager
        )
        open_missing_files(compound=site.compound, homes=Home.objects.filter(unit=unit))
        elder(site, "1204")
    assert queries() == small
    assert small <= 27


def test_the_order_page_shows_parts_dates_and_recalls(
    desk: Client, site: Site, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        away(site, "201")
        order = seal_place(site)
    page = desk.get(url("order", site, order.pk))
    assert page.status_code == 200
    text = page.content.decode()
    assert "第 1 天，共 7 天" in text
    assert text.count('class="parts"') == 1
    assert "闫**" in text and "闫洋" not in text
    states = {row["part"].title: row["state"] for row in page.context["parts"]}
    assert set(states.values()) == {"done"}


def test_a_part_that_fails_is_shown_with_its_error(desk: Client, site: Site) -> None:
    with site.open():
        order = seal_place(site)
        PlanPart.objects.filter(key="food").update(
            failed_at=timezone.now(), error="OSError", attempts=2
        )
    page = desk.get(url("order", site, order.pk)).content.decode()
    assert "OSError" in page
    assert "正在重试" in page


def test_another_compounds_order_is_not_there(cast: Cast, site: Site) -> None:
    with site.open():
        order = seal_place(site)
    stranger = cast.client(cast.huaidong.manager)
    for name in ("order", "order-lift", "order-document"):
        assert stranger.get(url(name, cast.huaidong, order.pk)).status_code == 404
    for name in ("order-extend", "order-reduce", "order-lift"):
        assert stranger.post(url(name, cast.huaidong, order.pk), {}).status_code == 404


def test_a_guard_may_look_and_not_seal(cast: Cast, site: Site) -> None:
    with site.open():
        order = seal_place(site)
    guard = cast.client(site.guard)
    assert guard.get(url("order", site, order.pk)).status_code == 200
    assert guard.get(url("order-new", site)).status_code == 404
    assert guard.post(url("order-confirm", site), {}).status_code == 404
    assert guard.post(url("order-extend", site, order.pk), {}).status_code == 404


def test_extending_by_the_form_moves_the_end(desk: Client, site: Site) -> None:
    with site.open():
        order = seal_place(site)
    end = (order.ends_at + timedelta(days=2)).astimezone(site.compound.tz)
    data = {"extend-ends_at": f"{end:%Y-%m-%dT%H:%M}", "extend-reason": "新增 1 例"}
    assert desk.post(url("order-extend", site, order.pk), data).status_code == 302
    with site.open():
        assert SealOrder.objects.get().ends_at == end.replace(second=0, microsecond=0)
    refused = desk.post(url("order-reduce", site, order.pk), {"reduce-reason": "x"})
    assert refused.status_code == 422


def test_lifting_by_the_page_names_and_then_lifts(desk: Client, site: Site) -> None:
    with site.open():
        order = seal_place(site)
        keys = [one.key for one in checklist(order, timezone.now())]
    refused = desk.post(url("order-lift", site, order.pk), {"statement-end": "区里同意提前"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "区里同意提前" in text
    with site.open():
        assert SealOrder.objects.get().state == OrderState.IN_FORCE
    words = {f"statement-{key}": "已落实" for key in keys}
    assert desk.post(url("order-lift", site, order.pk), words).status_code == 302
    with site.open():
        assert SealOrder.objects.get().state == OrderState.LIFTED
    again = desk.post(url("order-lift", site, order.pk), words)
    assert again.status_code == 422
    assert desk.get(url("order-list", site)).status_code == 200


def test_a_recall_is_recorded_by_the_form(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        away(site, "201")
        seal_place(site)
    with site.open():
        recall = Recall.objects.get()
    captain = cast.client(site.captain)
    path = url("recall-record", site, recall.pk)
    assert captain.get(path).status_code == 200
    assert captain.post(path, {"outcome": "coming"}).status_code == 422
    data = {"outcome": "coming", "expected_at": "2026-11-23T18:00", "note": "高铁"}
    assert captain.post(path, data).status_code == 302
    assert captain.post(path, {"outcome": "returned"}).status_code == 302
    with site.open():
        recall.refresh_from_db()
        assert (recall.outcome, recall.finished_by) == ("returned", site.captain)


def test_a_task_is_ticked_off_by_the_form(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site)
    with site.open():
        task = PlanTask.objects.get(key="gate")
    guard = cast.client(site.guard)
    assert guard.get(url("task-done", site, task.pk)).status_code == 200
    assert guard.post(url("task-done", site, task.pk), {"note": "两处"}).status_code == 302
    with site.open():
        task.refresh_from_db()
        assert (task.finished_by, task.note) == (site.guard, "两处")


def _template_form(client: Client, site: Site, template: PlanTemplate) -> dict[str, str]:
    page = client.get(url("template", site, template.pk)).content.decode()
    form = page[page.index('id="template"') :]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and not ('type="checkbox"' in tag and "checked" not in tag):
            fields[name[1]] = value[1] if value else "on"
    for name, inner in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        fields[name] = re.search(r'value="([^"]*)" selected', inner)[1]
    return fields


def test_a_built_in_template_is_copied_and_the_copy_edited(desk: Client, site: Site) -> None:
    answer = desk.post(url("template-copy", site, "yujingwan"), {"name": "本区 7 天"})
    with site.open():
        own = PlanTemplate.objects.get()
    assert answer.url == url("template", site, own.pk)
    assert (
        desk.post(url("template-copy", site, "yujingwan"), {"name": "本区 7 天"}).url == answer.url
    )
    form = _template_form(desk, site, own)
    form |= {"days": "5", "step-disinfect-mg_per_litre": "500", "step-disinfect-at": "9:00 17:00"}
    del form["step-gas-on"]
    assert desk.post(url("template", site, own.pk), form).status_code == 302
    with site.open():
        own.refresh_from_db()
        steps = {one["key"]: one for one in own.steps}
        assert (own.days, own.version) == (5, 2)
        assert steps["disinfect"]["params"]["mg_per_litre"] == 500
        assert steps["disinfect"]["at"] == ["09:00", "17:00"]
        assert not steps["gas"]["on"]
        events = Entry.objects.filter(event__startswith="Template").values_list("event", flat=True)
        assert sorted(events) == ["TemplateChanged", "TemplateCopied"]
    seen = desk.get(url("order-preview", site), choices(site, template=f"own:{own.pk}"))
    lines = {line.step.key: line for line in seen.context["preview"].lines}
    assert lines["gas"].planned is None
    stale = desk.post(url("template", site, own.pk), form)
    assert stale.status_code == 422


def test_a_name_taken_by_another_template_is_refused(desk: Client, site: Site) -> None:
    desk.post(url("template-copy", site, "yujingwan"), {"name": "本区"})
    desk.post(url("template-copy", site, "48-hours"), {"name": "本区"})
    desk.post(url("template-copy", site, "48-hours"), {"name": "快封"})
    with site.open():
        assert PlanTemplate.objects.count() == 2
        quick = PlanTemplate.objects.get(name="快封")
    form = _template_form(desk, site, quick) | {"name": "本区"}
    assert desk.post(url("template", site, quick.pk), form).status_code == 422


def test_the_template_list_shows_every_step_with_its_source(desk: Client, site: Site) -> None:
    text = desk.get(url("template-list", site)).content.decode()
    assert "御景湾 2021 年 8 月的做法" in text
    assert "请以当地" in text


def test_the_order_on_paper_names_the_fire_lanes(desk: Client, site: Site) -> None:
    with site.open():
        order = seal_place(site)
    text = desk.get(url("order-document", site, order.pk)).content.decode()
    assert "消防通道" in text
    assert "0744-8000001" in text
