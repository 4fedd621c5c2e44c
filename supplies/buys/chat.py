"""The round as text for the chat group: who ordered what, masked, in parts that fit a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from households.models import Resident
from lockdown.kernel.masking import mask_name
from lockdown.kernel.wording import daytime, fen
from supplies.models import BuyState, GroupBuy, Order, OrderLine
from supplies.queries import Progress, order_lines_of

MOST_BYTES = 2048  # what a chat group's robot and most chat apps take in one message


def summary(buy: GroupBuy, found: Progress) -> str:
    """How it stands, without names; always one message."""
    lines = [_head(buy)]
    for one in found.lines[:12]:
        lines.append(
            _("%(item)s %(price)s/%(unit)s: %(count)s ordered%(more)s")
            % {
                "item": one.line.name,
                "price": fen(one.line.price_fen),
                "unit": one.line.unit,
                "count": one.ordered,
                "more": _more(one.left, one.to_full_case),
            }
        )
    if len(found.lines) > 12:
        lines.append(_("and %(count)s more items") % {"count": len(found.lines) - 12})
    lines.append(forming(found))
    if buy.state == BuyState.OPEN:
        address = reverse("supplies:order", args=[buy.number])
        lines.append(_("Order here: %(url)s") % {"url": f"{settings.SITE_URL}{address}"})
    return _cut("\n".join(lines))


def _head(buy: GroupBuy) -> str:
    data = {"title": buy.title, "at": daytime(buy.closes_at)}
    if buy.state == BuyState.OPEN:
        return _("[%(title)s] open until %(at)s") % data
    return _("[%(title)s] closed %(at)s") % data


def _more(left: int | None, to_case: int) -> str:
    more = ""
    if left is not None:
        more += _(", %(count)s left") % {"count": left}
    if to_case:
        more += _(", %(count)s to a full case") % {"count": to_case}
    return more


def forming(found: Progress) -> str:
    """ "成团了，62 户" or what is missing."""
    if found.formed:
        return _("It forms: %(homes)s homes, %(amount)s.") % {
            "homes": found.households,
            "amount": fen(found.amount_fen),
        }
    parts = []
    if found.short_fen:
        parts.append(_("%(amount)s short") % {"amount": fen(found.short_fen)})
    if found.short_units:
        parts.append(_("%(count)s pieces short") % {"count": found.short_units})
    if found.short_households:
        parts.append(_("%(count)s households short") % {"count": found.short_households})
    return _("To form: %(missing)s.") % {
        "missing": _(", ").join(parts) or _("the first order is missing")
    }


def list_parts(buy: GroupBuy, orders: Sequence[Order]) -> list[str]:
    """ "1. 1-1-502 张** 2板鸡蛋 1箱牛奶" for everybody, each part within a message; two queries."""
    lines = order_lines_of(orders)
    names = names_of(order.household_id for order in orders)
    rows = [_row(order, lines[order.pk], names.get(order.household_id, "")) for order in orders]
    return in_parts(_head(buy), rows)


def _row(order: Order, rows: Sequence[OrderLine], name: str) -> str:
    goods = " ".join(
        f"{row.quantity if row.locked is None else row.locked}{row.line.unit}{row.line.name}"
        for row in rows
    )
    who = f" {mask_name(name)}" if name else ""
    return f"{order.number}. {order.home.label}{who} {goods}"


def names_of(households: Iterable[int]) -> dict[int, str]:
    """Household id to the name of its head, else of its first person."""
    found: dict[int, str] = {}
    rows = Resident.objects.filter(household__in=set(households), moved_out_at=None)
    for household, name in rows.order_by("-is_head", "position").values_list(
        "household_id", "name"
    ):
        found.setdefault(household, name)
    return found


def in_parts(head: str, rows: Sequence[str]) -> list[str]:
    """Whole rows, in order, as many to a part as fit into MOST_BYTES with its numbered head."""
    room = MOST_BYTES - len(_numbered(head, 999, 999).encode()) - 1
    parts: list[list[str]] = [[]]
    used = 0
    for row in (_cut(one, room) for one in rows):
        size = len(row.encode()) + 1
        if parts[-1] and used + size > room:
            parts.append([])
            used = 0
        parts[-1].append(row)
        used += size
    whole = len(parts)
    heads = [head if whole == 1 else _numbered(head, n, whole) for n in range(1, whole + 1)]
    return ["\n".join([first, *part]) for first, part in zip(heads, parts, strict=True)]


def _numbered(head: str, part: int, whole: int) -> str:
    return f"{head} ({part}/{whole})"


def _cut(text: str, room: int = MOST_BYTES) -> str:
    """Within so many bytes, no character cut in two."""
    raw = text.encode()
    if len(raw) <= room:
        return text
    return raw[: room - 3].decode(errors="ignore") + "…"
