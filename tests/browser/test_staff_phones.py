"""Staff on a phone: the list, and what is ticked off from it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.house import House

BASE = "/c/yujingwan"
OPEN = "finished_at IS NULL AND cancelled_at IS NULL"


def whose(house: House, table: str) -> tuple[int, str]:
    """The first open piece of work, and the sign-in name of whoever has it."""
    return house.ask(
        f"SELECT work.id, users.username FROM {table} work"
        " JOIN compounds_member members ON members.id = work.assignee_id"
        " JOIN compounds_user users ON users.id = members.user_id"
        f" WHERE work.{OPEN.replace('AND ', 'AND work.')} ORDER BY work.due_at, work.id LIMIT 1"
    )[0]


def test_a_cleaner_disinfects_first_and_only_then_moves_the_rubbish_on(
    house: House, visit: Visit
) -> None:
    """The first evening was missed; it can still be done, in the order that the gate asks for."""
    window, cleaner = whose(house, "waste_rubbishwindow")
    with visit(cleaner, PHONE) as at:
        page = at.page
        page.goto(f"{BASE}/my-list/")
        page.locator(f"a[href='{BASE}/sanitation/windows/{window}/']").first.click()
        assert page.locator("form[action$='/move/']").count() == 0
        page.locator("section.now a[href*='/rounds/']").click()
        number = int(page.url.rstrip("/").rpartition("/")[2])
        _disinfect(page)
        agent = house.ask(
            "SELECT done_mg_per_litre, done_contact_minutes, finished_at IS NOT NULL"
            " FROM waste_disinfectionround WHERE id = %s",
            number,
        )
        assert agent == [(1000, 35, True)]
        page.locator(f"a[href='{BASE}/sanitation/windows/{window}/']").first.click()
        for phase in ("put_out", "collecting", "closed"):
            if phase == "closed":
                page.locator("#id_bags").fill("73")
            page.locator("form[action$='/move/'] button").click()
            page.wait_for_load_state()
            assert _phase(house, window)[0] == phase
        assert _phase(house, window) == ("closed", 73)


def _disinfect(page: Page) -> None:
    page.locator("form[action$='/start/'] button").click()
    page.wait_for_load_state()
    assert page.locator("form[action$='/start/']").count() == 0
    page.locator("#id_mg_per_litre").fill("1000")
    page.locator("#id_contact_minutes").fill("35")
    page.locator("form[action$='/done/'] button").click()
    page.wait_for_load_state()


def _phase(house: House, window: int) -> tuple:
    return house.ask("SELECT phase, bags FROM waste_rubbishwindow WHERE id = %s", window)[0]


def test_a_household_is_verified_from_the_list_with_one_tap(house: House, visit: Visit) -> None:
    _row, walker = whose(house, "households_verification")
    done = "SELECT count(*) FROM households_verification WHERE outcome = 'verified'"
    before = house.one(done)
    with visit(walker, PHONE) as at:
        page = at.page
        page.goto(f"{BASE}/my-list/")
        page.locator("main a[href*='/sweeps/']").first.click()
        door = page.locator("#door-number").inner_text()
        page.locator("#door button[value=verified]").click()
        said = page.locator("#sw-net, #sweep [role=status]").filter(has_text=door)
        expect(said.first).to_be_visible()
        expect(page.locator("#sw-net")).to_have_attribute("data-waiting", "0")
        assert page.locator("#door-number").inner_text() != door
    assert house.one(done) == before + 1


def test_an_elder_is_called_and_what_is_needed_is_written_down(house: House, visit: Visit) -> None:
    call, caller = whose(house, "volunteers_carevisit")
    with visit(caller, PHONE) as at:
        page = at.page
        page.goto(f"{BASE}/care/{call}/")
        at.expect("422")
        page.locator("input[name=outcome][value=needs]").check()
        page.locator("button[form=call]").click()
        expect(page.locator(".error-summary, [aria-invalid=true]").first).to_be_visible()
        page.locator("#id_needs").fill("降压药,明天上午前")
        page.locator("button[form=call]").click()
        page.wait_for_url(lambda url: not url.endswith(f"/{call}/"))
    found = house.ask("SELECT outcome, needs FROM volunteers_carevisit WHERE id = %s", call)
    assert found == [("needs", "降压药,明天上午前")]
