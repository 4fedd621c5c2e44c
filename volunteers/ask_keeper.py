"""Requests for help in a household's own export, and what the purge takes out of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy

from households.keeping import Section
from households.models import Household
from volunteers.models import Ask

GONE = "–"  # the constraints want words where there were some


class AskKeeper:
    name = "asks"

    def export(self, household: Household) -> list[Section]:
        rows = Ask.objects.filter(household=household).order_by("asked_at")
        return [
            Section(
                gettext_lazy("Requests for help"),
                (
                    gettext_lazy("asked"),
                    gettext_lazy("by"),
                    gettext_lazy("What is needed"),
                    gettext_lazy("In your words"),
                    gettext_lazy("Number to ring back"),
                    gettext_lazy("state"),
                    gettext_lazy("answer"),
                ),
                [
                    (
                        one.asked_at,
                        one.asked_by,
                        str(one.get_kind_display()),
                        one.text,
                        one.call_back,
                        str(one.standing.label),
                        " ".join(part for part in (one.answer, one.next_step) if part),
                    )
                    for one in rows
                ],
            )
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Words and numbers go, the fact of a request of a kind stays for the figures."""
        found = Ask.objects.filter(household__in=households, asked_at__lt=before)
        return found.exclude(text=GONE).update(
            text=GONE, call_back="", asked_by="", answer=GONE, next_step=GONE
        )
