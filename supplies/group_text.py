"""A round as a message for the chat group: what, how much, until when, and where to order.

No name and no door stands in it. Chat apps cut a message at 2,048 bytes: whole lines are left out
before that, the items last in the list first, and the line with the link never.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lockdown.kernel.wording import daytime, fen
from supplies.models import GroupBuy, OfferLine

MOST_BYTES = 2048


def round_text(buy: GroupBuy, lines: Sequence[OfferLine], link: str) -> str:
    """At most 2,048 bytes of UTF-8."""
    head = [
        _("Group-buy no. %(number)s: %(title)s") % {"number": buy.number, "title": buy.title},
        _("For %(place)s, order until %(time)s")
        % {"place": buy.place_label, "time": daytime(buy.closes_at)},
    ]
    foot = [
        _("Order here: %(link)s") % {"link": link},
        _("No phone of your own? Ring the property office; we order for you."),
    ]
    return within(head, [item_line(line) for line in lines], foot)


def item_line(line: OfferLine) -> str:
    """· 鸡蛋 30 枚 ¥28/板，每户最多 2"""
    said = f"· {line.name} {fen(line.price_fen)}/{line.unit}"
    if line.cap_household is None:
        return said
    return said + _(", at most %(cap)s a household") % {"cap": line.cap_household}


def within(
    head: Sequence[str], items: Sequence[str], foot: Sequence[str], most: int = MOST_BYTES
) -> str:
    """Head, as many items as fit, foot; how many more there are is said."""
    for shown in range(len(items), -1, -1):
        more = len(items) - shown
        rest = [_("and %(count)s more, see the page") % {"count": more}] if more else []
        text = "\n".join([*head, *items[:shown], *rest, *foot])
        if len(text.encode()) <= most:
            return text
    return "\n".join(foot).encode()[:most].decode(errors="ignore")
