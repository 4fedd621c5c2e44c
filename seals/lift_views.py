"""What stands between a place and its lifting, and the signature that lifts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from seals.lift import Finding, checklist
from seals.lifting import lift
from seals.models import OrderState, SealOrder
from seals.queries import orders


@dataclass(frozen=True)
class Condition:
    """One line of the lift checklist, with what the signer has written about it."""

    finding: Finding
    statement: str
    is_missing: bool  # refused for want of a statement

    @property
    def key(self) -> str:
        return self.finding.key

    @property
    def state(self) -> str:
        return "now" if self.finding.by_person else "late"

    @property
    def figure(self) -> dict[str, Any]:
        """Its place in the strip on top: how much is left, opening the condition itself."""
        found = self.finding
        value, unit = str(found.count), _("to settle")
        if found.by_person:
            value, unit = "–", self.tag
        elif found.key == "end":
            value, unit = found.fact, _("days")
        label = found.short or found.label
        return {
            "label": label,
            "value": value,
            "unit": unit,
            "url": f"#c-{self.key}",
            "tone": self.state,
        }

    @property
    def tag(self) -> str:
        return _("to be stated") if self.finding.by_person else _("not met")


@member_page(Permission.ORDER_LIFT)
def order_lift(request: MemberRequest, order: int) -> HttpResponse:
    # An order that reaches beyond a member's limits is not theirs to lift.
    found = get_object_or_404(orders().filter(request.member.within()), pk=order)
    if request.method == "POST":
        return _lift(request, found)
    return _page(request, found, {})


def _lift(request: MemberRequest, found: SealOrder) -> HttpResponse:
    said = {
        name.removeprefix("statement-"): str(text)
        for name, text in request.POST.items()
        if name.startswith("statement-")
    }
    try:
        lift(order=found, statements=said, by=request.member)
    except Refused as refusal:
        return _page(request, found, said, refusal=refusal)
    messages.success(
        request,
        _("%(place)s is lifted. What was still planned is cancelled.")
        % {"place": found.place_label},
    )
    return redirect("seals:order", request.compound.slug, found.pk)


def _page(
    request: MemberRequest,
    found: SealOrder,
    said: dict[str, str],
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    now = timezone.now()
    standing = found.state == OrderState.IN_FORCE
    findings = checklist(found, now) if standing else []
    unmet = _unmet(findings, said, refused=bool(refusal))
    context = {
        "order": found,
        "standing": standing,
        "unmet": unmet,
        "facts": [one.figure for one in unmet],
        "met": [one for one in findings if one.is_met],
        "refusal": _refusal(refusal, unmet),
        "now": now,
    }
    return render(request, "seals/order_lift.html", context, status=422 if refusal else 200)


def _unmet(findings: Sequence[Finding], said: dict[str, str], *, refused: bool) -> list[Condition]:
    """What blocks most comes first; what only a person can state comes last."""
    lines = [
        Condition(one, said.get(one.key, ""), refused and not said.get(one.key, "").strip())
        for one in findings
        if not one.is_met
    ]
    return sorted(lines, key=lambda one: (one.finding.by_person, -one.finding.count))


def _refusal(refusal: Refused | None, unmet: Sequence[Condition]) -> str:
    """What lacks words is marked at its place, so the page only says how many."""
    missing = sum(one.is_missing for one in unmet)
    if refusal is None or refusal.code != "not_ready" or not missing:
        return str(refusal or "")
    return ngettext(
        "%(count)s condition is neither settled nor stated. It is marked below.",
        "%(count)s conditions are neither settled nor stated. They are marked below.",
        missing,
    ) % {"count": missing}
