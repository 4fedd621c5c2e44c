"""A compound's own plan templates: copied from the built-in ones and edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.builtin import BuiltIn, easing_json, steps_json
from seals.models import Level, PlanTemplate
from seals.planning import Step


def copy_template(*, compound: Compound, builtin: BuiltIn, name: str, by: Member) -> PlanTemplate:
    """A copy that the compound may edit. The same name again gives the template that has it.

    Refused: a name that a copy of another plan has.
    """
    name = name.strip()[:80]
    with transaction.atomic():
        template, is_new = PlanTemplate.objects.get_or_create(
            compound=compound,
            name=name,
            defaults={
                "base": builtin.slug,
                "level": builtin.level,
                "days": builtin.days,
                "steps": steps_json(builtin),
                "easing": easing_json(builtin),
                "changed_by": by,
            },
        )
        if template.base != builtin.slug:
            raise Refused(_taken(name), code="name_taken", field="name")
        if is_new:
            record("TemplateCopied", compound=compound.pk, by=by, data={"name": name})
    return template


def change_template(
    *,
    template: PlanTemplate,
    name: str,
    level: Level,
    days: int,
    steps: Iterable[Step],
    version: int,
    easing_days: Sequence[int] | None = None,
    by: Member,
) -> PlanTemplate:
    """Write the template anew. Orders already in force keep the steps they started with.

    `easing_days` gives the later stages other lengths, 0 leaves one out.
    Refused: a version that somebody else has changed meanwhile, a name already taken, a plan
    with every step switched off.
    """
    steps = list(steps)
    if not any(step.on for step in steps):
        raise Refused(_("Leave at least one step switched on."))
    try:
        with transaction.atomic():
            return _write(template, name.strip()[:80], level, days, steps, version, easing_days, by)
    except IntegrityError:
        raise Refused(_taken(name), code="name_taken", field="name") from None


def _write(
    template: PlanTemplate,
    name: str,
    level: Level,
    days: int,
    steps: list[Step],
    version: int,
    easing_days: Sequence[int] | None,
    by: Member,
) -> PlanTemplate:
    template = PlanTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    if template.version != version:
        raise Refused(
            _("Somebody has changed this template meanwhile. Look at it again, then change it."),
            code="changed_meanwhile",
        )
    template.name, template.level, template.days = name, level, days
    template.steps = [step.as_json() for step in steps]
    if easing_days is not None:
        template.easing = _eased(template.easing, easing_days)
    template.version += 1
    template.changed_at, template.changed_by = timezone.now(), by
    template.save(
        update_fields=[
            "name",
            "level",
            "days",
            "steps",
            "easing",
            "version",
            "changed_at",
            "changed_by",
        ]
    )
    record("TemplateChanged", compound=template.compound_id, by=by, data={"name": name})
    return template


def _eased(stages: list[dict[str, Any]], days: Sequence[int]) -> list[dict[str, Any]]:
    """The later stages with other lengths; a stage of 0 days is left out."""
    changed = [{**stage, "days": many} for stage, many in zip(stages, days, strict=True)]
    return [stage for stage in changed if stage["days"]]


def _taken(name: str) -> str:
    return _("Another template is called %(name)s. Choose another name.") % {"name": name}
