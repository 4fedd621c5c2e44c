"""Suppliers and their papers."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import UploadedFile

from compounds.models import Compound, Member
from supplies.models import Supplier, SupplierFile


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
    raise NotImplementedError


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
    raise NotImplementedError


def retire_supplier(*, supplier: Supplier, by: Member) -> Supplier:
    """No new rounds with it; refused while one of its rounds is under way."""
    raise NotImplementedError


def add_supplier_file(
    *, supplier: Supplier, title: str, upload: UploadedFile, by: Member
) -> SupplierFile:
    """A photo of a licence; refused when it is no picture."""
    raise NotImplementedError
