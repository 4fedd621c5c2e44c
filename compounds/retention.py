"""How long files are kept after a lift: the compound's own figure."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Compound, Member
from journal.actions import record
from lockdown.kernel.errors import Refused

FEWEST_DAYS, MOST_DAYS = 7, 365


class RetentionForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Days that files are kept after a lift"),
        min_value=FEWEST_DAYS,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("From 7 to 365. 30 is ours; no rule names a figure for everybody."),
    )


@transaction.atomic
def set_retention(*, compound: Compound, days: int, by: Member) -> Compound:
    """Keep files this many days after a lift; clocks that run already keep their date."""
    compound = Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise Refused(
            _("Choose between %(fewest)s and %(most)s days.")
            % {"fewest": FEWEST_DAYS, "most": MOST_DAYS},
            field="days",
        )
    before = compound.retention_days
    if days != before:
        compound.retention_days = days
        compound.save(update_fields=["retention_days"])
        data = {"days": days, "before": before}
        record("RetentionSet", compound=compound.pk, by=by, data=data)
    return compound
