"""The desk's board: its figures are its rows, at any size in the same queries."""

from __future__ import annotations

from datetime import timedelta
from html import unescape as html_unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from compounds.actions import UnitPattern, build_homes, open_compound
from compounds.models import Home, Unit
from households.actions import open_missing_files
from households.models import Access, Verification
from notices.models import Receipt
from reports import rows
from reports.board import board
from reports.rows import is_open, work_rows
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.reports import scenes
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
RESTORED = ("SET LOCAL lockdown.compounds = ''", "SET LOCAL lockdown.person = ''")


def statements(client: Client, url: str) -> list[str]:
    """The SQL of one page, without what only the surrounding test transaction adds."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    texts = [query["sql"] for query in captured.captured_queries]
    return [text for text in texts if not text.startswith(BOOKKEEPING) and text not in RESTORED]


def grow(site: Site, floors: int, doors: int) -> None:
    """More floors on the one unit."""
    with site.open():
        pattern = UnitPattern("1", "1", floors, doors)
        build_homes(compound=site.compound, patterns=[pattern], by=site.manager)
        open_missing_files(compound=site.compound, homes=Home.objects.all())


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    grow(cast.yujingwan, 8, 2)
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=5, untold=3)


def test_the_figures_equal_the_rows(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        shown = board(site.compound, site.manager, scenes.afternoon(site))
        assert shown.totals[rows.VERIFY] == (5, Verification.objects.count()) == (5, 16)
        assert shown.totals[rows.TELL] == (13, Receipt.objects.count()) == (13, 16)
        calls = CareVisit.objects.all()
        assert shown.totals[rows.CARE] == (calls.filter(finished_at__isnull=False).count(), 2)
        assert shown.totals[rows.ROUND] == (1, DisinfectionRound.objects.count())
        assert shown.households == 16
        assert shown.inside == 42


def test_every_unreached_household_has_a_person_beside_it(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        shown = board(site.compound, site.manager, scenes.afternoon(site))
        assert len(shown.untold) == 3
        assert {line.who for line in shown.untold} == {"周强"}


def test_the_most_harmful_comes_first(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    now = scenes.afternoon(site)
    with site.open():
        scenes.failure(site, running)
        CareVisit.objects.update(
            finished_at=None, outcome="no_answer", due_at=now - timedelta(minutes=5)
        )
        DisinfectionRound.objects.filter(finished_at=None).update(due_at=now - timedelta(hours=1))
        harms = [line.harm for line in _todo(site)]
    assert harms[:2] == ["care", "care"]
    assert [harm for harm in harms if harm != "care"][:3] == ["part", "sanitation", "task"]
    assert harms.index("told") > harms.index("task")


def _todo(site: Site) -> list:
    return board(site.compound, site.manager, scenes.afternoon(site)).todo


def test_parts_of_a_fresh_order_show_as_starting(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        part = scenes.failure(site, running)
        part.failed_at = None
        part.save(update_fields=["failed_at"])
        lines = [line for line in _todo(site) if line.harm == "part"]
    assert [line.status for line in lines] == ["now"]


def test_done_work_is_nobodys_to_do(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    now = scenes.afternoon(site)
    with site.open():
        late = now - timedelta(hours=1)
        RubbishWindow.objects.update(due_at=late, phase="closed", finished_at=now)
        assert "sanitation" not in [line.harm for line in _todo(site)]
        RubbishWindow.objects.update(phase="put_out", finished_at=None)
        assert "sanitation" in [line.harm for line in _todo(site)]


def test_a_resident_who_waits_for_sign_in_is_shown(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        Access.objects.create(
            compound=site.compound, household=site.household("101"), digest="d" * 64
        )
        assert [line.harm for line in _todo(site)][-1] == "access"


@pytest.mark.parametrize("floors", [10, 100])
def test_a_larger_compound_takes_no_more_queries(cast: Cast, floors: int) -> None:
    """Six homes and twenty, six homes and two hundred: the same statements, at most twelve."""
    small, large = cast.xiaodongmen, cast.yujingwan
    grow(large, floors, 2)
    for site in (small, large):
        with site.open():
            scenes.running(site, verified=2, untold=2)
    few = statements(cast.client(small.manager), f"/c/{small.slug}/?lens=verify")
    many = statements(cast.client(large.manager), f"/c/{large.slug}/?lens=verify")
    assert len(few) == len(many) <= 12


@pytest.mark.parametrize("lens", ["verify", "tell", "care", "rubbish", "recall", "nonsense"])
def test_every_lens_draws_every_home(cast: Cast, running: SealOrder, lens: str) -> None:
    site = cast.yujingwan
    answer = cast.client(site.manager).get(f"/c/{site.slug}/?lens={lens}")
    assert answer.status_code == 200
    assert answer.content.decode().count('class="c s-') == 16 * 2  # desk and phone drawing


def test_an_unchanged_poll_answers_304(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = cast.client(site.manager)
    url = f"/c/{site.slug}/live/?lens=verify"
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""


def test_a_poll_brings_only_the_panels_that_changed(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = cast.client(site.manager)
    url = f"/c/{site.slug}/live/?lens=verify"
    before = client.get(url)["ETag"]
    with site.open():
        row = Verification.objects.filter(finished_at=None).first()
        row.outcome, row.finished_at = "verified", timezone.now()
        row.save(update_fields=["outcome", "finished_at"])
    cache.clear()  # without a fact in the journal it shows when the kept panels expire
    html = client.get(url, headers={"If-None-Match": before}).content.decode()
    assert 'id="board-plan" hx-swap-oob' in html
    assert 'id="board-facts" hx-swap-oob' in html
    assert 'id="board-feed" hx-swap-oob' not in html


def test_the_page_polls_with_the_etag_of_what_it_shows(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = cast.client(site.manager)
    page = client.get(f"/c/{site.slug}/?lens=tell").content.decode()
    url = html_unescape(page.split('hx-get="/c/yujingwan/live/')[1].split('"')[0])
    tag = page.split('If-None-Match": "\\"')[1].split('\\"')[0]
    answer = client.get(f"/c/{site.slug}/live/{url}", headers={"If-None-Match": f'"{tag}"'})
    assert answer.status_code == 304


def test_a_compound_without_homes_says_what_to_do_first(cast: Cast) -> None:
    site = cast.yujingwan
    organization = site.compound.organization
    open_compound(
        organization=organization, name="新苑", slug="xinyuan", duty_phone="", by=site.manager.user
    )
    html = cast.client(site.manager).get("/c/xinyuan/").content.decode()
    assert "/c/xinyuan/settings/" in html


def test_a_member_of_one_stair_sees_that_stair(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        pattern = UnitPattern("2", "1", 2, 2)
        build_homes(compound=site.compound, patterns=[pattern], by=site.manager)
        open_missing_files(compound=site.compound, homes=Home.objects.all())
        site.captain.unit = Unit.objects.get(building__number="2")
        site.captain.save(update_fields=["unit"])
        shown = board(site.compound, site.captain, scenes.afternoon(site))
    assert [door.building for door in shown.doors] == ["2"] * 4
    assert (shown.todo, shown.untold, shown.orders) == ([], [], [])


def test_who_may_not_see_care_calls_does_not(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        shown = board(site.compound, site.guard, scenes.afternoon(site), lens="care")
    assert "care" not in shown.lenses
    assert "care" not in {line.harm for line in shown.todo}


@pytest.mark.parametrize("url", ["/c/yujingwan/", "/c/yujingwan/live/"])
def test_an_outsider_finds_no_board(cast: Cast, url: str) -> None:
    for person in (cast.stranger, cast.huaidong.manager, cast.reviewer):
        assert cast.client(person).get(url).status_code == 404
    assert cast.client().get(url).status_code == 302


def test_work_is_read_inside_a_scope_only(cast: Cast, running: SealOrder) -> None:
    wanted = {rows.VERIFY: is_open(), rows.ROUND: is_open()}
    with pytest.raises(ScopeError):
        work_rows(wanted)
    with cast.huaidong.open():
        assert work_rows(wanted) == []
    with cast.yujingwan.open():
        assert {row.kind for row in work_rows(wanted)} == {rows.VERIFY, rows.ROUND}
