"""Rubbish windows: three orders of steps, and the gate between them."""

from __future__ import annotations

import pytest

from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.waste.things import at, make_round, make_window, used
from waste.actions import add_gate, finish_round, move_window
from waste.models import DisinfectionRound, Phase, RubbishWindow, Scheme


def moved(site: Site, window: RubbishWindow, *phases: str) -> RubbishWindow:
    for phase in phases:
        window = move_window(window=window, to_phase=phase, by=site.cleaner)
    return window


def test_yujingwan_keeps_in_until_disinfected_then_out_then_collected(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        gate = make_round(site, at(1, "17:00"))
        window = make_window(site, at(1, "18:30"), gate=gate)
        with pytest.raises(Refused) as refusal:
            moved(site, window, Phase.PUT_OUT)
        assert (refusal.value.code, str(refusal.value)) == (
            "gate_shut",
            "先完成 17:00 的消杀，再通知放到门口。",
        )
        finish_round(round=gate, **used(site.cleaner))
        window = moved(site, window, Phase.PUT_OUT, Phase.COLLECTING)
        assert window.opened_at is not None and window.collecting_at is not None
        window = move_window(window=window, to_phase=Phase.CLOSED, bags=87, by=site.cleaner)
        window.refresh_from_db()
        assert (window.phase, window.bags, window.finished_by) == (Phase.CLOSED, 87, site.cleaner)


def test_each_move_is_recorded_with_its_unit_phase_and_window(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR)
        moved(site, window, Phase.PUT_OUT, Phase.COLLECTING, Phase.CLOSED)
        data = [one.data for one in Entry.objects.filter(event="WindowMoved").order_by("id")]
        assert [one["phase"] for one in data] == ["put_out", "collecting", "closed"]
        assert {(one["unit"], one["window"]) for one in data} == {(window.unit_id, window.pk)}
        assert data[0]["place"] == str(window.unit)


def test_the_same_move_again_is_harmless(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = moved(site, make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR), Phase.PUT_OUT)
        again = moved(site, window, Phase.PUT_OUT)
        assert again.opened_at == window.opened_at
        assert Entry.objects.filter(event="WindowMoved").count() == 1


@pytest.mark.parametrize("phase", [Phase.COLLECTING, Phase.CLOSED, "nowhere"])
def test_only_the_next_step_is_taken(cast: Cast, phase: str) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR)
        with pytest.raises(Refused) as refusal:
            moved(site, window, phase)
        assert refusal.value.code == "not_next"
        window.refresh_from_db()
        assert window.phase == Phase.KEEP_IN


def test_there_is_no_way_back(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR)
        window = moved(site, window, Phase.PUT_OUT, Phase.COLLECTING)
        with pytest.raises(Refused) as refusal:
            moved(site, window, Phase.PUT_OUT)
        assert refusal.value.code == "passed"


def test_with_bags_at_the_door_first_collecting_waits_for_the_disinfection(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        gate = make_round(site, at(1, "10:30"))
        window = make_window(
            site, at(1, "11:30"), Scheme.BAG_THEN_DISINFECT, put_out_at=at(1, "10:00"), gate=gate
        )
        window = moved(site, window, Phase.PUT_OUT)
        with pytest.raises(Refused) as refusal:
            moved(site, window, Phase.COLLECTING)
        assert str(refusal.value) == "先完成 10:30 的消杀，再收运。"
        finish_round(round=gate, **used(site.cleaner))
        assert moved(site, window, Phase.COLLECTING, Phase.CLOSED).phase == Phase.CLOSED


def test_a_window_without_a_link_looks_for_its_round_when_it_moves(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_round(site, at(1, "09:00"))
        gate = make_round(site, at(1, "17:00"))
        make_round(site, at(1, "20:00"))
        window = make_window(site, at(1, "18:30"))
        with pytest.raises(Refused) as refusal:
            moved(site, window, Phase.PUT_OUT)
        assert "17:00" in str(refusal.value)
        finish_round(round=gate, **used(site.cleaner))
        assert moved(site, window, Phase.PUT_OUT).gate_id == gate.pk


def test_a_cancelled_gate_is_replaced_by_what_stands(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        earlier = make_round(site, at(1, "09:00"))
        gone = make_round(site, at(1, "17:00"), cancelled_at=at(1, "12:00"))
        window = make_window(site, at(1, "18:30"), gate=gone)
        finish_round(round=earlier, **used(site.cleaner))
        assert moved(site, window, Phase.PUT_OUT).gate_id == earlier.pk


def test_the_round_of_yesterday_or_of_another_unit_opens_nothing(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        make_round(site, at(31, "17:00", 7), finished_at=at(31, "17:40", 7), done_mg_per_litre=1000)
        window = make_window(site, at(1, "18:30"))
        with pytest.raises(Refused) as refusal:
            moved(site, window, Phase.PUT_OUT)
        assert refusal.value.code == "no_gate"


def test_a_missing_disinfection_can_be_added_once_and_then_opens_the_gate(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "18:30"))
        made = add_gate(window=window, by=site.cleaner)
        assert add_gate(window=window, by=site.cleaner) == made
        assert Entry.objects.filter(event="RoundAdded").count() == 1
        finish_round(round=made, **used(site.cleaner))
        assert moved(site, window, Phase.PUT_OUT).phase == Phase.PUT_OUT
        assert DisinfectionRound.objects.count() == 1


def test_boxes_at_the_door_are_given_no_disinfection(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        add_gate(window=make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR), by=site.cleaner)


def test_bags_may_stay_uncounted_and_nonsense_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR)
        window = moved(site, window, Phase.PUT_OUT, Phase.COLLECTING)
        with pytest.raises(Refused):
            move_window(window=window, to_phase=Phase.CLOSED, bags=-1, by=site.cleaner)
        assert moved(site, window, Phase.CLOSED).bags is None


def test_a_cancelled_window_does_not_move(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        window = make_window(site, at(1, "06:30"), Scheme.BOX_AT_DOOR, cancelled_at=at(1, "05:00"))
        with pytest.raises(Refused):
            moved(site, window, Phase.PUT_OUT)
