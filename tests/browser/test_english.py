"""The pages in English: the frame speaks it, the files stay as they were written."""

from __future__ import annotations

from tests.browser.conftest import DESK, Visit

BASE = "/c/yujingwan"


def test_the_menu_speaks_english_when_asked(visit: Visit) -> None:
    """What is in the files stays as it was written; the frame around it does not."""
    paths = ("", "my-list/", "households/", "orders/", "orders/new/", "plans/", "sanitation/")
    with visit("wangfang", DESK) as at:
        at.go(f"{BASE}/settings/")
        at.page.locator("details.menu summary").click()
        at.page.locator("details.menu button[value=en]").click()
        at.page.wait_for_load_state()
        for path in (*paths, "care/", "notices/", "notices/new/", "figures/", "settings/"):
            at.go(f"{BASE}/{path}")
            assert at.page.evaluate("document.documentElement.lang") == "en"
            assert {path: at.page.evaluate(CHINESE)} == {path: []}


# Names of places and people are data; a language names itself in its own script.
CHINESE = """() => [...document.querySelectorAll(
    'nav.nav li, h2, th[scope=col], dt, legend, summary, button, .btn, label')]
    .filter(one => !one.closest('form[action="/language/"], details.menu summary, .pick'))
    .map(one => {
        const copy = one.cloneNode(true);
        copy.querySelectorAll('.sr').forEach(hidden => hidden.remove());
        return copy.textContent.trim();
    })
    .filter(text => /[\\u3400-\\u9fff\\u3001-\\u303f\\uff01-\\uffee]/.test(text))"""
