"""The moment before confirming: choices and steps as posted, worked into a preview."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from compounds.access import MemberRequest
from seals.forms import Draft, OrderForm
from seals.planning import Step
from seals.preview import Preview, preview
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


def drafting(form: OrderForm, data: QueryDict | None = None) -> Drafting:
    """Steps as in the template, or as changed in the posted `data`."""
    draft = form.draft()
    return Drafting(draft, step_forms(draft.choice.steps, data))
