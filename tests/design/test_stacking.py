"""The stacking plan: what it says, that it fits, that it is quick to build."""

from xml.etree import ElementTree

import pytest

from lockdown.styleguide import sample_stack
from reports.multiples import render_mini, render_minis
from reports.stacking import (
    Cell,
    Floor,
    Stack,
    desk_geometry,
    phone_geometry,
    render_desk,
    render_phone,
)


def _one(cell: Cell | None, *more: Cell | None, **stack: object) -> Stack:
    floor = Floor(number=15, cells=[cell, *more], url="/floors/15/")
    return Stack(title="1栋1单元", floors=[floor], **stack)


def _tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


@pytest.mark.parametrize(("floors", "doors"), [(18, 5), (34, 8), (6, 2), (1, 1), (45, 4)])
def test_every_home_is_one_link_in_each_drawing(floors: int, doors: int) -> None:
    stack = sample_stack("8栋", floors, doors, 5)
    for html in (render_desk(stack), render_phone(stack)):
        links = html.count('<a class="c ')
        assert links == floors * doors


@pytest.mark.parametrize(("floors", "doors"), [(18, 5), (34, 8)])
def test_the_plan_fits_a_desk_screen_with_text_of_11_px_or_more(floors: int, doors: int) -> None:
    geo = desk_geometry(sample_stack("8栋", floors, doors, 5))
    assert geo.width + 30 <= 464
    assert geo.height <= 600
    assert geo.font >= 11
    assert geo.pitch_y - geo.gap >= geo.font


def test_five_doors_fit_a_phone_without_scrolling_and_are_44_px_high() -> None:
    geo = phone_geometry(sample_stack("1栋", 18, 5, 5))
    assert geo.width + 30 <= 342
    assert geo.pitch_y >= 44


def test_the_top_floor_is_on_top() -> None:
    html = render_desk(sample_stack("1栋", 3, 2, 1))
    assert html.index("#home-301") < html.index("#home-101")


def test_a_screen_reader_hears_door_people_and_state() -> None:
    html = render_desk(
        _one(Cell("1501", "wait", mark_care=True, label="独居老人 未核对", url="/h/1/"))
    )
    assert 'aria-label="1501 独居老人 未核对"' in html
    assert 'class="el"' in html


def test_an_isolated_home_keeps_its_own_late_letter() -> None:
    cell = Cell("1402", "late", "缺", mark_isolated=True, url="/h/2/")
    html = render_desk(_one(cell))
    assert 'class="c s-iso"' in html
    assert ">隔<" in html
    assert ">缺<" in html


def test_a_narrow_isolated_home_that_is_late_shows_late() -> None:
    stack = sample_stack("8栋", 34, 8, 5)
    late = Floor(35, [Cell("3501", "late", "缺", mark_isolated=True)] + [None] * 7)
    html = render_desk(Stack(title="8栋", floors=[*stack.floors, late]))
    first = html.index('aria-label="3501')
    assert ">缺<" in html[first : html.index("</g>", first)]


def test_done_is_a_drawn_tick_even_without_a_letter() -> None:
    assert 'class="tk"' in render_desk(_one(Cell("101", "done", url="/h/")))


def test_an_unknown_status_is_shown_as_not_yet() -> None:
    assert "s-wait" in render_desk(_one(Cell("101", "nonsense", url="/h/")))


def test_text_from_a_roster_cannot_become_markup() -> None:
    evil = '"><script>alert(1)</script>'
    cell = Cell(evil, "wait", evil, label=evil, url=evil, title=evil)
    stack = Stack(
        evil, [Floor(1, [cell], label=evil, url=evil)], caption=evil, figure=evil, url=evil
    )
    for html in (render_desk(stack), render_phone(stack), render_minis([stack])):
        assert "<script" not in html
        _tree(f"<div>{html.replace(' data-drawer', '')}</div>")


def test_drawings_are_well_formed_and_carry_no_style_attribute() -> None:
    stack = sample_stack("1栋", 18, 5, 5)
    for html in (render_desk(stack), render_phone(stack), render_mini(stack)):
        _tree(html.replace(" data-drawer", ""))
        assert "style=" not in html


def test_a_combined_home_spans_two_places_and_an_empty_place_stays_empty() -> None:
    html = render_desk(_one(Cell("1501", span=2), None, Cell("1504"), shafts=()))
    assert html.count('class="c ') == 2
    widths = [float(rect.get("width")) for rect in _tree(html).iter("rect")]
    assert max(widths) > 1.9 * min(width for width in widths if width > 31)


def test_a_shaft_stands_between_the_doors() -> None:
    assert desk_geometry(sample_stack("1栋", 18, 5, 5)).shafts == (2,)
    assert desk_geometry(_one(Cell("1"), Cell("2"), shafts=(1, 9))).shafts == (1,)


def test_an_empty_building_draws_its_ground_only() -> None:
    assert 'class="ground"' in render_desk(Stack("空", []))


def test_small_multiples_use_one_path_per_status_not_one_per_home() -> None:
    stacks = [sample_stack(f"{n}栋", 30, 4, n % 30) for n in range(25)]
    html = render_minis(stacks)
    assert html.count("<path") <= 25 * 8
    assert html.count("<li") == 25


def test_a_building_says_its_figures_aloud() -> None:
    stack = _one(Cell("1", "done"), Cell("2", "late"), Cell("3"), url="/b/1/")
    html = render_minis([stack])
    assert "1/3" in html
    assert 'class="is-late"' in html
