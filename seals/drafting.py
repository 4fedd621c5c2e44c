"""The moment before confirming: choices and steps as posted, worked into a preview."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from compounds.access import MemberRequest
from compounds.models import Member
from seals.forms import Draft, OrderForm
from seals.models import OrderState, SealOrder
from seals.overtaking import version_of
from seals.planning import Step, steps_of
from seals.preview import Preview, preview
from seals.queries import orders_seen_by
from seals.steps import StepForm, step_forms


@dataclass(frozen=True)
class Drafting:
    """A valid draft, its step forms, and what they amount to."""

    draft: Draft
    forms: list[StepForm]

    @property
    def steps(self) -> list[Step]:
        return [form.result() for form in self.forms]

    @property
    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms if form.is_bound)

    def preview(self, request: MemberRequest) -> Preview:
        draft = self.draft
        return preview(
            compound=request.compound,
            place=draft.place,
            level=draft.level,
            steps=self.steps,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
            by=request.member,
            forms=self.forms,
        )


def drafting(
    form: OrderForm, data: QueryDict | None = None, saved: SealOrder | None = None
) -> Drafting:
    """Steps as in the template or the saved draft, or as changed in the posted `data`."""
    draft = form.chosen()
    steps = draft.choice.steps
    if saved is not None and (saved.draft or {}).get("template") == draft.choice.key:
        steps = tuple(steps_of(saved))
    return Drafting(draft, step_forms(steps, data))


def saved_draft(number: object, member: Member) -> SealOrder | None:
    """The draft that is being opened or changed; None when it is none any more, and for whoever
    may not know of it."""
    text = str(number or "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 17:
        return None
    return orders_seen_by(member).filter(pk=text, state=OrderState.DRAFT).first()


def draft_of(request_key: str) -> SealOrder | None:
    """The draft that a form with this key changes, as it stands now."""
    rows = SealOrder.objects.select_related("issued_by")
    return rows.filter(request_key=request_key, state=OrderState.DRAFT).first()


def typed_again(saved: SealOrder) -> QueryDict:
    """The form of a saved draft, as it was sent."""
    data = QueryDict(mutable=True)
    data.update({**(saved.draft or {}), "draft": str(saved.pk), "seen": version_of(saved)})
    return data
