"""Who sells to the compound, with the papers that the committee asks for."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Picture
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class Supplier(TenantModel):
    name = models.CharField(_("supplier"), max_length=80)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    licence_number = models.CharField(_("licence number"), max_length=40, blank=True)
    licence_until = models.DateField(_("licence valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"], name="one_supplier_name", condition=Q(retired_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_licensed(self, day: date) -> bool:
        """Has a licence number, and the licence stands on this day."""
        return bool(self.licence_number) and (
            self.licence_until is None or self.licence_until >= day
        )


class SupplierFile(TenantModel):
    """A licence or a certificate, as a photo or a PDF."""

    supplier = TenantKey(Supplier, related_name="files")
    picture = TenantKey(Picture, related_name="+")
    title = models.CharField(_("what it shows"), max_length=60)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
