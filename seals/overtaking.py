"""Two people changing one draft: the second is told before anything of the first is lost."""

from __future__ import annotations

from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import daytime
from seals.models import OrderState, SealOrder

OVERTAKEN = "overtaken"


def version_of(draft: SealOrder) -> str:
    """What a form keeps of the draft that it was drawn from."""
    return draft.kept_at.isoformat() if draft.kept_at else ""


def refuse_overtaken(request_key: str, seen: str | None, by: Member) -> None:
    """Refused: a draft that somebody else changed since the version that `by` saw.

    One's own newer version is no obstacle: the same form sent twice is once. None: whoever asks
    saw no form. The caller has queued up, so that nobody changes the draft after this look.
    """
    drafts = SealOrder.objects.filter(request_key=request_key, state=OrderState.DRAFT)
    draft = drafts.select_related("issued_by").first()
    if draft is None or seen is None or seen == version_of(draft) or draft.issued_by_id == by.pk:
        return
    raise Refused(
        _(
            "%(name)s changed this draft at %(time)s, after you opened it. Nothing of yours is "
            "lost: compare below, then send what shall hold."
        )
        % {"name": draft.issued_by, "time": daytime(draft.kept_at) if draft.kept_at else "–"},
        code=OVERTAKEN,
    )
