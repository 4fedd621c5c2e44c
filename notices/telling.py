"""A household is told of the relatives who act for it, on its own channel and never through them.

One notice to the home alone, by the ordinary reach rules: on its own phone page, else a call, else
a knock on somebody's list. What a relative does within ten minutes becomes one notice.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from compounds.models import Compound
from households.models import Access, Proxy
from journal.actions import SYSTEM
from journal.models import Delivery, Entry
from notices.actions import send_notice
from notices.audience import Audience
from notices.models import Notice, NoticeKind
from notices.texts import Text, in_words_of_the_place

TOGETHER = timedelta(minutes=10)  # our default: deeds within this time are told at once


def proxy_approved(delivery: Delivery) -> None:
    entry = delivery.entry
    access = _access(entry)
    with in_words_of_the_place(access.compound):
        _send(entry, access, f"proxy:{access.pk}:approved", _approved(access))


def proxy_ended(delivery: Delivery) -> None:
    entry = delivery.entry
    access = _access(entry)
    with in_words_of_the_place(access.compound):
        _send(entry, access, f"proxy:{access.pk}:ended", _ended(access))


def acted_for_household(delivery: Delivery) -> None:
    """Add the deed to the notice that waits to go out, or begin one.

    Two deeds handled at once: the proxy's row is the queue, so that both come into one notice. A
    deed that stands in the newest notice has been told.
    """
    entry = delivery.entry
    access = _access(entry)
    Proxy.objects.select_for_update().get(access=access)
    kept = Notice.objects.select_for_update(of=("self",)).order_by("-pk")
    newest = kept.filter(cause__startswith=f"acts:{access.pk}:").first()
    with in_words_of_the_place(access.compound):
        line = _line(entry)
        if newest is not None and line in newest.body.splitlines():
            return
        if newest is not None and newest.sent_at is None and entry.at < newest.send_at:
            newest.body = f"{newest.body}\n{line}"[:2000]
            newest.save(update_fields=["body"])
            return
        text = _acted(access, line)
        _send(entry, access, f"acts:{access.pk}:{entry.pk}", text, wait=TOGETHER)


def _access(entry: Entry) -> Access:
    rows = Access.objects.select_related("compound", "household__home")
    return rows.get(pk=entry.data["access"])


def _send(
    entry: Entry, access: Access, cause: str, text: Text, *, wait: timedelta = timedelta(0)
) -> Notice:
    return send_notice(
        compound=access.compound,
        kind=NoticeKind.GENERAL,
        title=text.title,
        body=text.body,
        cause=cause,
        audience=Audience(homes=(access.household.home_id,), own_only=True),
        needs_acknowledging=True,
        send_at=entry.at + wait,
        by=SYSTEM,
    )


def _approved(access: Access) -> Text:
    lines = [
        _("%(who)s may now act for your home: he or she receives your notices and can ask for help "
          "in your name.") % {"who": access.said_name},
        _("You are told whenever that happens. You can end it on your phone page, or by a word to "
          "the staff."),
        _ring(access.compound),
    ]  # fmt: skip
    return Text(_("%(who)s acts for you") % {"who": access.said_name}, "\n".join(lines))


def _ended(access: Access) -> Text:
    lines = [
        _("%(who)s no longer acts for your home and no longer sees your notices.")
        % {"who": access.said_name},
        _("What was asked for before that is still being done."),
        _ring(access.compound),
    ]
    return Text(_("%(who)s no longer acts for you") % {"who": access.said_name}, "\n".join(lines))


def _acted(access: Access, line: str) -> Text:
    lines = [
        _("%(who)s did this in your name:") % {"who": access.said_name},
        line,
    ]
    title = _("%(who)s did something for you") % {"who": access.said_name}
    return Text(title, "\n".join(lines))


def _line(entry: Entry) -> str:
    """15:24 求助"""
    what = gettext(str(entry.data["what"]))
    return f"{timezone.localtime(entry.at):%H:%M} {what}"


def _ring(compound: Compound) -> str:
    if not compound.duty_phone:
        return _("If you did not want this, tell the staff on duty.")
    return _("If you did not want this, ring the duty desk: %(phone)s.") % {
        "phone": compound.duty_phone
    }
