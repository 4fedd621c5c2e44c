"""The one thing that this room writes: a committee's remark on a day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from journal.actions import record
from lockdown.kernel.errors import Refused
from reports.days import EARLIEST
from reports.models import DayComment


@transaction.atomic
def comment_on_day(
    *, compound: Compound, day: date, text: str, request_key: str, by: Member
) -> DayComment:
    """Keep a remark on the day's figures. The same `request_key` again gives the same remark.

    Refused: an empty remark, a day that has not come yet.
    """
    text = text.strip()
    if not text:
        raise Refused(_("Write what the property should know."), field="text")
    if not EARLIEST <= day <= compound.today():
        raise Refused(_("Comments are for today and for past days."), code="wrong_day")
    comment, made = DayComment.objects.get_or_create(
        compound=compound,
        request_key=request_key,
        defaults={"day": day, "text": text[:1000], "by": by},
    )
    if made:
        data = {"text": text[:80], "day": day.isoformat()}
        record("DayCommented", compound=compound.pk, by=by, data=data)
    return comment
