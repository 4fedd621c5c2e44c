"""Suppliers and their papers."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.models import Compound, Member
from compounds.pictures import keep_paper
from journal.actions import record
from lockdown.kernel.errors import Refused
from supplies.models import GroupBuy, Supplier, SupplierFile

ADDED, CHANGED = gettext_noop("added"), gettext_noop("changed")
RETIRED, PAPER = gettext_noop("no longer used"), gettext_noop("paper added")


@transaction.atomic
def add_supplier(
    *,
    compound: Compound,
    name: str,
    contact: str = "",
    phone: str = "",
    licence_number: str = "",
    licence_until: date | None = None,
    note: str = "",
    by: Member,
) -> Supplier:
    """Refused: no name, or a name that is taken."""
    if not name.strip():
        raise Refused(_("Write the supplier's name."), field="name")
    try:
        with transaction.atomic():
            supplier = Supplier.objects.create(
                compound=compound,
                name=name.strip()[:80],
                contact=contact.strip()[:40],
                phone=phone.strip()[:20],
                licence_number=licence_number.strip()[:40],
                licence_until=licence_until,
                note=note.strip()[:300],
            )
    except IntegrityError:
        raise Refused(
            _("%(name)s is in the list already.") % {"name": name.strip()}, field="name"
        ) from None
    _tell(supplier, ADDED, by)
    return supplier


@transaction.atomic
def change_supplier(
    *,
    supplier: Supplier,
    contact: str,
    phone: str,
    licence_number: str,
    licence_until: date | None,
    note: str,
    by: Member,
) -> Supplier:
    """The name stays: rounds and purchase orders carry it."""
    supplier = Supplier.objects.select_for_update().get(pk=supplier.pk)
    supplier.contact, supplier.phone = contact.strip()[:40], phone.strip()[:20]
    supplier.licence_number, supplier.licence_until = licence_number.strip()[:40], licence_until
    supplier.note = note.strip()[:300]
    supplier.save()
    _tell(supplier, CHANGED, by)
    return supplier


@transaction.atomic
def retire_supplier(*, supplier: Supplier, by: Member) -> Supplier:
    """No new rounds with it; refused while one of its rounds is under way. Twice is once."""
    supplier = Supplier.objects.select_for_update().get(pk=supplier.pk)
    if supplier.retired_at:
        return supplier
    busy = GroupBuy.objects.under_way().filter(supplier=supplier).first()
    if busy is not None:
        raise Refused(
            _("“%(title)s” is still under way with this supplier.") % {"title": busy.title}
        )
    supplier.retired_at = timezone.now()
    supplier.save(update_fields=["retired_at"])
    _tell(supplier, RETIRED, by)
    return supplier


@transaction.atomic
def add_supplier_file(
    *, supplier: Supplier, title: str, upload: UploadedFile, by: Member
) -> SupplierFile:
    """A licence as a photo or a PDF; anything else is refused."""
    if not title.strip():
        raise Refused(_("Write what the paper shows."), field="title")
    picture = keep_paper(
        upload=upload, compound=supplier.compound_id, kind="supplies.licence", by=by
    )
    made = SupplierFile.objects.create(
        compound_id=supplier.compound_id,
        supplier=supplier,
        picture=picture,
        title=title.strip()[:60],
    )
    _tell(supplier, PAPER, by)
    return made


def _tell(supplier: Supplier, what: str, by: Member) -> None:
    data: dict[str, object] = {"name": supplier.name, "what": what}
    record("SupplierChanged", compound=supplier.compound_id, by=by, data=data)
