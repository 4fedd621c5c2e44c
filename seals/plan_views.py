"""Plan templates: reading the built-in ones, copying one, editing the copy."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals.builtin import find_builtin
from seals.choosing import choice_card
from seals.forms import TemplateForm
from seals.library import library
from seals.models import Level, PlanTemplate
from seals.own_plans import change_template, copy_template
from seals.planning import Step
from seals.steps import StepForm, step_forms
from seals.words import said


@member_page(Permission.ORDER_SEE)
def template_list(request: MemberRequest) -> HttpResponse:
    cards = [choice_card(one) for one in library()]
    context = {
        "own": [card for card in cards if card["choice"].own],
        "built_in": [card for card in cards if not card["choice"].own],
        "may_edit": request.member.may(Permission.TEMPLATE_EDIT),
    }
    return render(request, "seals/template_list.html", context)


@member_page(Permission.TEMPLATE_EDIT)
@require_POST
def template_copy(request: MemberRequest, slug: str) -> HttpResponse:
    builtin = find_builtin(slug)
    if builtin is None:
        raise Http404
    name = request.POST.get("name", "").strip()
    name = name or _("%(name)s (our own)") % {"name": said(builtin.name)}
    try:
        own = copy_template(
            compound=request.compound, builtin=builtin, name=name, by=request.member
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("seals:template-list", request.compound.slug)
    return redirect("seals:template", request.compound.slug, own.pk)


@member_page(Permission.TEMPLATE_EDIT)
def template(request: MemberRequest, template: int) -> HttpResponse:
    found = get_object_or_404(PlanTemplate.objects.select_related("changed_by"), pk=template)
    data = request.POST if request.method == "POST" else None
    steps = step_forms([Step.of(one) for one in found.steps], data)
    first = {"name": found.name, "level": found.level, "days": found.days}
    form = TemplateForm(data, initial=first, easing=found.easing)
    is_valid = data is not None and form.is_valid() and all(one.is_valid() for one in steps)
    if is_valid and _changed(request, found, form, steps) is not None:
        messages.success(request, _("The template is saved. Running orders are not changed."))
        return redirect("seals:template-list", request.compound.slug)
    context = {"template": found, "form": form, "steps": steps, "base": _base(found)}
    return render(request, "seals/template.html", context, status=422 if data is not None else 200)


def _changed(
    request: MemberRequest, found: PlanTemplate, form: TemplateForm, steps: list[StepForm]
) -> PlanTemplate | None:
    version = request.POST.get("version", "")
    data = form.cleaned_data
    return attempt(
        form,
        change_template,
        template=found,
        name=data["name"],
        level=Level(data["level"]),
        days=data["days"],
        steps=[one.result() for one in steps],
        easing_days=form.easing_days,
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        by=request.member,
    )


def _base(found: PlanTemplate) -> dict[str, Any]:
    base = find_builtin(found.base)
    if base is None:
        return {}
    return {"name": said(base.name), "source": said(base.source), "lifts": said(base.lifts_when)}
