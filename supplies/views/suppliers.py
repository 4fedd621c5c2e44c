"""Suppliers with their licence and papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.pictures import serve
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from supplies.actions.suppliers import (
    add_supplier,
    add_supplier_file,
    change_supplier,
    retire_supplier,
)
from supplies.buys.forms import PaperForm, SupplierForm
from supplies.models import BuyState, GroupBuy, Supplier, SupplierFile
from supplies.parts import rounds_of


@member_page(Permission.BUY_ORGANISE)
def supplier_list(request: MemberRequest) -> HttpResponse:
    today = request.compound.today(timezone.now())
    known = Supplier.objects.filter(retired_at=None)[:200]
    rows = [{"supplier": one, "is_licensed": one.is_licensed(today)} for one in known]
    return render(request, "supplies/buys/suppliers.html", {"rows": rows})


@member_page(Permission.BUY_ORGANISE)
def supplier_new(request: MemberRequest) -> HttpResponse:
    """Added from a draft (`for`), it is chosen there as well."""
    form = SupplierForm(request.POST or None)
    draft = _draft(request)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, add_supplier, compound=request.compound, by=request.member, **form.cleaned_data
        )
        if made is not None:
            messages.success(
                request, _("Added. The licence, as a photo or a PDF, helps the committee.")
            )
            url = redirect("supplies:supplier", request.compound.slug, made.pk)
            if draft is not None:
                url["Location"] += f"?for={draft.pk}"
            return url
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "draft": draft}
    return render(request, "supplies/buys/supplier_new.html", context, status=status)


def _draft(request: MemberRequest) -> GroupBuy | None:
    asked = request.POST.get("for") or request.GET.get("for") or ""
    if not asked.isdecimal() or len(asked) > 17:
        return None
    return rounds_of(request.member).filter(pk=int(asked), state=BuyState.DRAFT).first()


@member_page(Permission.BUY_ORGANISE)
def supplier_page(request: MemberRequest, supplier: int) -> HttpResponse:
    """Change it, add a paper, or use it no longer."""
    found = get_object_or_404(Supplier.objects.filter(retired_at=None), pk=supplier)
    deed = request.POST.get("deed", "")
    form = SupplierForm(request.POST if deed == "change" else None, initial=vars(found))
    form.fields["name"].disabled = True
    paper = PaperForm(request.POST if deed == "paper" else None, request.FILES or None)
    if request.method == "POST" and (answer := _done(request, found, form, paper)) is not None:
        return answer
    papers = SupplierFile.objects.filter(supplier=found).select_related("picture")
    papers = papers.defer("picture__data").order_by("-id")[:20]
    context = {
        "supplier": found,
        "form": form,
        "paper_form": paper,
        "papers": list(papers),
        "is_licensed": found.is_licensed(request.compound.today()),
        "draft": _draft(request),
        "buys": list(rounds_of(request.member).filter(supplier=found).order_by("-number")[:10]),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "supplies/buys/supplier.html", context, status=status)


def _done(
    request: MemberRequest, supplier: Supplier, form: SupplierForm, paper: PaperForm
) -> HttpResponse | None:
    """The answer to a deed that was done; None when the page is to be shown with what is wrong."""
    deed = request.POST.get("deed", "")
    if deed == "retire":
        try:
            retire_supplier(supplier=supplier, by=request.member)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return None
        messages.success(request, _("%(name)s is used no longer.") % {"name": supplier.name})
        return redirect("supplies:supplier-list", request.compound.slug)
    done: object = None
    if deed == "change" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "name"}
        done = attempt(form, change_supplier, supplier=supplier, by=request.member, **data)
    elif deed == "paper" and paper.is_valid():
        data = paper.cleaned_data
        done = attempt(
            paper,
            add_supplier_file,
            supplier=supplier,
            title=data["title"],
            upload=data["picture"],
            by=request.member,
        )
    if done is None:
        return None
    messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


@member_page(Permission.BUY_ORGANISE)
def paper(request: MemberRequest, paper: int) -> HttpResponse:
    found = get_object_or_404(SupplierFile.objects.select_related("picture"), pk=paper)
    return serve(request, found.picture)
