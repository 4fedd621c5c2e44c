"""What is kept about relatives who act for a household: exported with it, redacted by the purge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Access, Household, Proxy


class ProxyKeeper:
    name = "proxies"

    def export(self, household: Household) -> list[Section]:
        rows = Proxy.objects.filter(household=household).select_related("access").order_by("pk")
        return [
            Section(
                _("Relatives who act"),
                (_("name"), _("relation"), _("phone"), _("asked"), _("let in"), _("ended")),
                [
                    (
                        one.name,
                        str(one.get_relation_display()),
                        one.phone,
                        one.access.asked_at,
                        one.access.granted_at,
                        one.access.ended_at,
                    )
                    for one in rows
                ],
            )
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Those who no longer act lose name and number; what they did stays with its label."""
        ended = Proxy.objects.filter(household__in=households, access__ended_at__lt=before)
        ended = ended.exclude(name="", phone="")
        Access.objects.filter(pk__in=ended.values("access")).update(said_name="")
        return ended.update(name="", phone="")
