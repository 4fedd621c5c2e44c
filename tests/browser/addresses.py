"""Every page of the product as an address that can be opened in the demo's house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from compounds.access import Rule
from tests.browser.house import House

# Addresses that answer with a part of a page, a sheet or a word, and so have no frame.
NO_PAGE = {
    "healthz",
    "readyz",
    "api-schema",
    "households:import-template",
    "households:import-rejects",
    "reports:board-live",
    "reports:home-live",
    "households:sweep-doors",
    "households:sweep-worker",
    # These two show something in one state only; tests/browser/test_sign_in.py opens them in it.
    "compounds:link",
    "compounds:second-needed",
    "drills:drill-live",
    "supplies:round-live",
    "supplies:purchase-sheet",
    "supplies:paper",
    "supplies:review-paper",
    "supplies:packing-file",
    "supplies:money-file",
    "supplies:stop-photo",
    "supplies:claim-photo",
}
# The page of another project, for programmers.
FOREIGN = {"api-docs"}
# Django's admin, and what is there in development only.
ELSEWHERE = {"admin"}
DEVELOPMENT = {"styleguide"}

# Pages of an order that was lifted: the demo's is that of 小东门.
LIFTED = {
    "reports:closing",
    "reports:review-closing",
    "households:retention",
}

IDS = {
    "household": "SELECT id FROM households_household ORDER BY id LIMIT 1",
    "resident": "SELECT id FROM households_resident WHERE moved_out_at IS NULL ORDER BY id LIMIT 1",
    "batch": "SELECT id FROM households_rosterimport ORDER BY id LIMIT 1",
    "sweep": "SELECT id FROM households_sweep ORDER BY id LIMIT 1",
    "order": "SELECT id FROM seals_sealorder ORDER BY id LIMIT 1",
    "recall": "SELECT id FROM seals_recall ORDER BY id LIMIT 1",
    "task": "SELECT id FROM seals_plantask WHERE finished_at IS NULL ORDER BY id LIMIT 1",
    "template": "SELECT id FROM seals_plantemplate ORDER BY id LIMIT 1",
    "visit": "SELECT id FROM volunteers_carevisit WHERE finished_at IS NULL ORDER BY id LIMIT 1",
    "round_id": "SELECT id FROM waste_disinfectionround WHERE finished_at IS NULL ORDER BY id LIMIT 1",
    "window_id": "SELECT id FROM waste_rubbishwindow WHERE finished_at IS NULL ORDER BY id LIMIT 1",
    "notice": "SELECT id FROM notices_notice ORDER BY id LIMIT 1",
    "ask": "SELECT id FROM volunteers_ask WHERE kind = 'food' ORDER BY id LIMIT 1",
    "medical": "SELECT id FROM volunteers_ask WHERE kind = 'advice' ORDER BY id LIMIT 1",
    "drill": "SELECT id FROM drills_drill ORDER BY id LIMIT 1",
    "own_ask": "SELECT asks.id FROM volunteers_ask asks JOIN compounds_home homes"
    " ON homes.id = asks.home_id WHERE homes.number = '501' ORDER BY asks.id LIMIT 1",
    "home": "SELECT id FROM compounds_home ORDER BY id LIMIT 1",
    "verification": "SELECT id FROM households_verification WHERE finished_at IS NULL ORDER BY id LIMIT 1",
    "sheet": "SELECT id FROM households_sheet ORDER BY id LIMIT 1",
    "guest": "SELECT id FROM seals_guest WHERE gone_at IS NULL ORDER BY id DESC LIMIT 1",
    "barrier": "SELECT id FROM seals_barrier WHERE removed_at IS NULL ORDER BY id LIMIT 1",
    "handover": "SELECT id FROM seals_handover ORDER BY id DESC LIMIT 1",
    "duty": "SELECT id FROM seals_dutytask WHERE kind = 'point' ORDER BY id LIMIT 1",
    "member": "SELECT id FROM compounds_member WHERE role = 'volunteer' ORDER BY id DESC LIMIT 1",
    "number": "SELECT number FROM supplies_groupbuy WHERE state = 'open' ORDER BY id LIMIT 1",
    "buy": "SELECT id FROM supplies_groupbuy WHERE state = 'settled' ORDER BY id LIMIT 1",
    "draft_buy": "SELECT id FROM supplies_groupbuy WHERE state = 'draft' ORDER BY id LIMIT 1",
    "open_buy": "SELECT id FROM supplies_groupbuy WHERE state = 'open' ORDER BY id LIMIT 1",
    "sent_buy": "SELECT id FROM supplies_groupbuy WHERE state = 'in_review' ORDER BY id LIMIT 1",
    "supplier": "SELECT id FROM supplies_supplier ORDER BY id LIMIT 1",
    "run": "SELECT id FROM supplies_deliveryrun ORDER BY id LIMIT 1",
    "stop": "SELECT id FROM supplies_stop ORDER BY id LIMIT 1",
    "claim": "SELECT id FROM supplies_claim ORDER BY id LIMIT 1",
    "item": "SELECT id FROM supplies_stockitem ORDER BY id LIMIT 1",
    "hand_out": "SELECT id FROM supplies_handout ORDER BY id LIMIT 1",
    "claim_number": "SELECT buys.number FROM supplies_groupbuy buys JOIN supplies_deliveryrun runs"
    " ON runs.buy_id = buys.id JOIN supplies_stop stops ON stops.run_id = runs.id"
    " JOIN compounds_home homes ON homes.id = stops.home_id"
    " WHERE homes.number = '501' AND stops.outcome = 'left' ORDER BY buys.number DESC LIMIT 1",
    "version": "SELECT version FROM supplies_purchaseorder ORDER BY id LIMIT 1",
}
# A page that is there only while a round stands at one place.
AT = {
    "supplies:round-edit": "draft_buy",
    "supplies:round-close": "open_buy",
    "supplies:round-extend": "open_buy",
    "supplies:round-cancel": "open_buy",
    "supplies:round-chat": "open_buy",
    "supplies:round-review": "sent_buy",
    "supplies:order-for": "open_buy",
    "supplies:paste": "open_buy",
    "supplies:home-claim": "claim_number",
}


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    rule: Rule
    takes_get: bool

    @property
    def who(self) -> str | None:
        """Who of the demo's people opens it."""
        if self.name == "households:waiting":
            return "asker"
        if self.name == "households:switch":
            return "resident"
        if self.name in {"reports:review", "reports:review-day", "reports:review-search"}:
            return "chenzhuren"
        if self.name in {"supplies:review-list", "supplies:round-review"}:
            return "chenzhuren"
        if self.name == "seals:order-preview" or self.name in LIFTED:
            return "sunli"
        return {"member": "wangfang", "person": "wangfang", "resident": "resident"}.get(
            self.rule.kind
        )

    def path(self, house: House) -> str:
        """The address with ids of the demo, or one more query where the page needs it."""
        slug = "xiaodongmen" if self.who == "sunli" else "yujingwan"
        parts = []
        for part in self.route.split("/"):
            if part.startswith("<"):
                name = part.strip("<>").rpartition(":")[2]
                parts.append(
                    _value(
                        house, AT.get(self.name, name) if name in {"buy", "number"} else name, slug
                    )
                )
            else:
                parts.append(part)
        return "/" + "/".join(parts) + self._query(house)

    def _query(self, house: House) -> str:
        if self.name != "seals:order-preview":
            return ""
        unit = house.one("SELECT id FROM compounds_unit LIMIT 1", slug="xiaodongmen")
        return f"?place=unit:{unit}&template=48-hours"


def _value(house: House, name: str, slug: str) -> str:
    if name == "compound":
        return slug
    if name == "code":
        return house.doors["1205"][0]
    if name == "invitation":
        return house.invitation
    found = house.one(IDS[name], slug=slug)
    assert found is not None, f"the demo has no {name}"
    return str(found)


def addresses() -> Iterator[Address]:
    yield from _walk(get_resolver().url_patterns)


def _walk(patterns: list, namespace: str = "", prefix: str = "") -> Iterator[Address]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if one.namespace not in ELSEWHERE:
                inner = f"{one.namespace}:" if one.namespace else namespace
                yield from _walk(one.url_patterns, inner, route)
        elif isinstance(one, URLPattern) and one.name not in DEVELOPMENT:
            rule = getattr(one.callback, "rule", None)
            if rule is not None:
                yield Address(f"{namespace}{one.name}", route, rule, not _post_only(one.callback))


def _post_only(view: Callable | None) -> bool:
    """Whether `require_POST` stands anywhere among the view's decorators."""
    while view is not None:
        for cell in view.__closure__ or ():
            if cell.cell_contents == ["POST"]:
                return True
        view = getattr(view, "__wrapped__", None)
    return False


PAGES = [
    one
    for one in addresses()
    if one.takes_get and one.rule.kind != "api" and one.name not in NO_PAGE
]
