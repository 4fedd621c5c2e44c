"""A prepared order: kept, opened again, changed, thrown away, confirmed later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from compounds.actions import add_member
from compounds.models import Member, User
from compounds.roles import Role
from journal.models import Delivery, Entry
from lockdown.kernel.errors import Refused
from notices.models import Notice
from seals.cancelling import throw_away
from seals.drafts import save_draft
from seals.models import Level, OrderState, PlanPart, SealOrder
from seals.queries import orders_in_force, rule_for_home
from tests.cast import Cast, Site
from tests.seals.scene import seal_place, step, unit_place
from tests.seals.test_pages import choices, posted, sent_by, url

KEY = "draft-key-of-the-tests"


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def desk(cast: Cast, site: Site) -> Client:
    return cast.client(site.manager)


def keep(site: Site, key: str = KEY, **more: Any) -> SealOrder:
    now = timezone.now()
    fields: dict[str, Any] = {
        "place": unit_place(site),
        "level": Level.SEALED,
        "template_name": "Unit sealed, 7 days",
        "steps": [step("food"), step("gate")],
        "starts_at": now,
        "ends_at": now + timedelta(days=7),
        "typed": {"place": unit_place(site).key, "template": "yujingwan"},
    }
    return save_draft(compound=site.compound, request_key=key, by=site.manager, **(fields | more))


def test_a_draft_starts_nothing_and_rules_nobody(site: Site) -> None:
    with site.open():
        draft = keep(site)
        assert (draft.state, draft.number) == (OrderState.DRAFT, None)
        assert orders_in_force() == []
        assert rule_for_home(site.home("101"), timezone.now()) is None
        counts = (PlanPart.objects.count(), Delivery.objects.count(), Notice.objects.count())
        assert counts == (0, 0, 0)
        assert Entry.objects.filter(event="OrderDrafted").count() == 1


def test_keeping_it_again_changes_the_same_draft(site: Site) -> None:
    with site.open():
        keep(site)
        keep(site, level=Level.CONTROLLED)
        assert SealOrder.objects.get().level == Level.CONTROLLED
        assert Entry.objects.filter(event="OrderDrafted").count() == 1


def test_confirming_turns_the_draft_into_the_order_and_numbers_it(site: Site) -> None:
    with site.open():
        draft = keep(site)
        order = seal_place(site, key=KEY)
        assert (order.pk, order.number, order.state) == (draft.pk, 1, OrderState.IN_FORCE)
        assert order.draft is None
        assert seal_place(site, key=KEY).pk == order.pk
        with pytest.raises(Refused) as refusal:
            keep(site)
        assert "1" in str(refusal.value)


def test_a_draft_thrown_away_stays_on_record_and_takes_no_number(site: Site) -> None:
    with site.open():
        draft = keep(site)
        for _again in range(2):
            throw_away(order=draft, by=site.manager)
        gone = SealOrder.objects.get()
        assert (gone.state, gone.number, gone.cancelled_by) == ("cancelled", None, site.manager)
        assert Entry.objects.filter(event="DraftThrownAway").count() == 1
        for action in (lambda: keep(site), lambda: seal_place(site, key=KEY)):
            with pytest.raises(Refused):
                action()
        assert seal_place(site, key="another-key-" * 2).number == 1


def test_an_issued_order_cannot_be_thrown_away(site: Site) -> None:
    with site.open():
        order = seal_place(site)
        with pytest.raises(Refused) as refusal:
            throw_away(order=order, by=site.manager)
        assert refusal.value.code == "not_a_draft"


def test_an_order_in_force_without_a_number_is_refused_by_the_database(site: Site) -> None:
    with site.open():
        keep(site)
        with pytest.raises(IntegrityError), transaction.atomic():
            SealOrder.objects.update(state=OrderState.IN_FORCE)


def test_the_preview_keeps_a_draft_that_opens_as_it_was_left(desk: Client, site: Site) -> None:
    fields = posted(desk, site, legal_source="区防控办 2022-5 号") | {
        "deed": "draft",
        "step-disinfect-at": "08:15",
    }
    fields.pop("step-food-on")
    answer = desk.post(url("order-confirm", site), fields)
    assert answer.status_code == 302
    with site.open():
        draft = SealOrder.objects.get()
        assert draft.state == OrderState.DRAFT
    listed = desk.get(url("order-list", site)).content.decode()
    assert f"?draft={draft.pk}" in listed
    page = desk.get(url("order-preview", site), {"draft": draft.pk}).content.decode()
    assert "08:15" in page
    assert "区防控办 2022-5 号" in page
    assert f'value="{draft.request_key}"' in page
    again = sent_by(page)
    assert "step-food-on" not in again
    answer = desk.post(url("order-confirm", site), again)
    assert answer["Location"] == url("order", site, draft.pk)
    with site.open():
        order = SealOrder.objects.get()
        assert order.state == OrderState.IN_FORCE
        assert "food" not in {one["key"] for one in order.steps}
        assert abs(order.starts_at - timezone.now()) < timedelta(minutes=1)


def test_a_wrong_draft_form_is_refused_and_kept(desk: Client, site: Site) -> None:
    fields = posted(desk, site) | {"deed": "draft", "step-disinfect-at": "25:99"}
    answer = desk.post(url("order-confirm", site), fields)
    assert answer.status_code == 422
    assert "25:99" in answer.content.decode()
    with site.open():
        assert SealOrder.objects.count() == 0


def test_the_list_throws_a_draft_away(desk: Client, site: Site) -> None:
    with site.open():
        draft = keep(site)
    answer = desk.post(url("order-throw", site, draft.pk), follow=True)
    assert f"?draft={draft.pk}" not in answer.content.decode()
    with site.open():
        assert SealOrder.objects.get().state == OrderState.CANCELLED


def test_a_draft_has_no_order_page_and_a_guard_does_not_see_it(cast: Cast, site: Site) -> None:
    with site.open():
        draft = keep(site)
    assert cast.client(site.manager).get(url("order", site, draft.pk)).status_code == 404
    page = cast.client(site.guard).get(url("order-list", site)).content.decode()
    assert draft.place_label not in page
    assert cast.client(site.guard).post(url("order-throw", site, draft.pk)).status_code == 404
    outsider = cast.client(cast.huaidong.manager)
    assert outsider.post(url("order-throw", site, draft.pk)).status_code == 404


def test_a_draft_of_another_compound_opens_nothing(cast: Cast, site: Site) -> None:
    with site.open():
        draft = keep(site)
    other = cast.huaidong
    answer = cast.client(other.manager).get(url("order-preview", other), {"draft": draft.pk})
    assert answer.status_code == 422
    assert "draft-key" not in answer.content.decode()


def test_choices_of_a_draft_survive_the_way_back(desk: Client, site: Site) -> None:
    with site.open():
        draft = keep(site)
    data = choices(site) | {"draft": str(draft.pk), "template": "48-hours"}
    page = desk.get(url("order-new", site), data).content.decode()
    assert f'name="draft" value="{draft.pk}"' in page


def kept_by(cast: Cast, site: Site, member: str, page: str, **changes: str) -> Any:
    """Somebody sends the page that they have open, as a draft."""
    fields = sent_by(page) | {"deed": "draft"} | changes
    return cast.client(getattr(site, member)).post(url("order-confirm", site), fields)


def the_draft(site: Site) -> int:
    with site.open():
        return SealOrder.objects.get().pk


@pytest.fixture
def second(site: Site) -> Member:
    """Another manager of the whole compound."""
    with site.open():
        user = User.objects.create_user("second-manager", name="孙强")
        made = add_member(compound=site.compound, user=user, role=Role.MANAGER, by=site.manager)
    site.members["second"] = made
    return made


@pytest.fixture
def opened(desk: Client, site: Site) -> str:
    """A draft of the manager as it is drawn for whoever opens it."""
    desk.post(url("order-confirm", site), posted(desk, site) | {"deed": "draft"})
    with site.open():
        draft = SealOrder.objects.get()
    return desk.get(url("order-preview", site), {"draft": draft.pk}).content.decode()


def test_the_second_of_two_is_told_and_loses_nothing(
    cast: Cast, site: Site, second: Member, opened: str
) -> None:
    one = kept_by(cast, site, "manager", opened, **{"step-disinfect-at": "07:10"})
    assert one.status_code == 302
    wanted = {"step-disinfect-at": "06:50", "legal_source": "街道 2022-9 号"}
    answer = kept_by(cast, site, "second", opened, **wanted)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{site.manager.name} 今天" in page  # who, and when
    shown = page[page.index('id="overtaken"') : page.index("</section>", page.index("overtaken"))]
    assert all(text in shown for text in ("07:10", "06:50", "街道 2022-9 号"))
    again = sent_by(page)
    assert again["step-disinfect-at"] == "06:50"
    assert again["legal_source"] == "街道 2022-9 号"
    with site.open():
        draft = SealOrder.objects.get()
        assert "07:10" in str(draft.steps)
        assert draft.issued_by == site.manager
    # Having read both, they send theirs again: now it holds.
    assert kept_by(cast, site, "second", page).status_code == 302
    with site.open():
        draft = SealOrder.objects.get()
        assert "06:50" in str(draft.steps)
        assert (draft.legal_source, draft.issued_by) == ("街道 2022-9 号", second)


def test_a_draft_changed_meanwhile_is_not_confirmed_unseen(
    cast: Cast, site: Site, second: Member, opened: str
) -> None:
    kept_by(cast, site, "manager", opened, **{"step-disinfect-at": "07:10"})
    answer = kept_by(cast, site, "second", opened, deed="")
    assert answer.status_code == 422
    assert site.manager.name in answer.content.decode()
    with site.open():
        assert SealOrder.objects.get().state == OrderState.DRAFT
        assert Notice.objects.count() == 0
    seen = (
        cast.client(second)
        .get(url("order-preview", site), {"draft": the_draft(site)})
        .content.decode()
    )
    assert "07:10" in seen
    assert kept_by(cast, site, "second", seen, deed="").status_code == 302
    with site.open():
        assert SealOrder.objects.get().state == OrderState.IN_FORCE


def test_the_same_form_sent_twice_by_one_person_is_once(
    cast: Cast, site: Site, opened: str
) -> None:
    for _again in range(2):
        answer = kept_by(cast, site, "manager", opened, **{"step-disinfect-at": "07:10"})
        assert answer.status_code == 302
    with site.open():
        assert SealOrder.objects.count() == 1
        assert Entry.objects.filter(event="OrderDrafted").count() == 1


def test_the_version_goes_along_the_way_back_to_the_choices(
    cast: Cast, site: Site, second: Member, opened: str
) -> None:
    """Whoever goes back to change the place does not lose what they had seen."""
    sent = sent_by(opened)
    fields = {name: sent[name] for name in ("place", "template", "draft", "seen")}
    kept_by(cast, site, "manager", opened, **{"step-disinfect-at": "07:10"})
    desk = cast.client(second)
    page = desk.get(url("order-new", site), fields).content.decode()
    assert f'name="seen" value="{sent["seen"]}"' in page.replace("&#x2B;", "+")
    preview = desk.get(url("order-preview", site), fields).content.decode()
    assert kept_by(cast, site, "second", preview).status_code == 422
