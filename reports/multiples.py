"""Small multiples: a compound shows its buildings side by side, one tiny shape per home."""

from collections.abc import Iterable
from html import escape

from django.utils.translation import gettext as _

from reports.stacking import STATUSES, Stack, columns_of

MINI = 9
MINI_SHAPES = {
    "done": "M{x} {m}a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0",
    "now": "M{c} {t}l4 4-4 4-4-4z",
    "next": "M{c} {t}l3.4 3.4-3.4 3.4-3.4-3.4z",
    "late": "M{x} {t}l6 6m0-6l-6 6",
    "wait": "M{x} {t}h6v6h-6z",
    "iso": "M{x} {t}h6.6v6.6h-6.6z",
}


def mini_shape(status: str, x: float, y: float) -> str:
    """Path data of one tiny home: circle done, diamond now, cross late, square not yet."""
    if status == "done":
        return MINI_SHAPES["done"].format(x=x + 0.8, m=y + 4)
    if status in ("now", "next"):
        return MINI_SHAPES[status].format(c=x + 4, t=y if status == "now" else y + 0.6)
    return MINI_SHAPES[status].format(x=x + 1, t=y + 1)


def _mini_tokens(stack: Stack) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = {}
    floors = sorted(stack.floors, key=lambda floor: -floor.number)
    for row, floor in enumerate(floors):
        column = 0
        for cell in floor.cells:
            if cell is not None:
                status = "iso" if cell.mark_isolated else cell.status
                shape = status if status in MINI_SHAPES else "wait"
                paths.setdefault(shape, []).append(mini_shape(shape, column * MINI, 6 + row * MINI))
            column += cell.span if cell else 1
    return paths


def render_mini(stack: Stack) -> str:
    """One building of the small multiples: one path per status, so 3,000 homes stay light."""
    columns, rows = columns_of(stack), len(stack.floors)
    width, base = columns * MINI, 6 + rows * MINI
    paths = "".join(
        f'<path class="m-{status}" d="{"".join(tokens)}"/>'
        for status, tokens in sorted(_mini_tokens(stack).items())
    )
    return (
        f'<svg class="mini" width="{max(width, 24)}" height="{base + 3}" aria-hidden="true"'
        f' focusable="false"><path class="m-roof" d="M0 4L{width / 2} 0 {width} 4z"/>{paths}'
        f'<path class="m-ground" d="M0 {base + 1.5}H{width}"/></svg>'
    )


def count_statuses(stack: Stack) -> dict[str, int]:
    """How many homes stand in each status; isolated homes keep their status here."""
    counts = dict.fromkeys(STATUSES, 0)
    for floor in stack.floors:
        for cell in floor.cells:
            if cell is not None:
                counts[cell.status if cell.status in counts else "wait"] += 1
    return counts


def render_minis(stacks: Iterable[Stack]) -> str:
    """List items for a row of buildings: title, tiny plan, figure."""
    return "".join(_mini_item(stack) for stack in stacks)


def _mini_item(stack: Stack) -> str:
    counts = count_statuses(stack)
    total = sum(counts.values())
    figure = stack.figure or f"{counts['done']}/{total}"
    late = counts["late"]
    words = _("%(done)s of %(total)s done, %(late)s late") % {
        "done": counts["done"],
        "total": total,
        "late": late,
    }
    so_late = escape(_("%(count)s late") % {"count": late})
    alarm = f" · {so_late}" if late else ""
    inner = (
        f'{render_mini(stack)}<span class="name">{escape(stack.title)}</span>'
        f'<span class="fig"><b>{escape(figure)}</b>{alarm}</span>'
    )
    tone = ' class="is-late"' if late else ""
    if not stack.url:
        return f'<li{tone}><div class="mini-box">{inner}</div></li>'
    name = escape(f"{stack.title}: {words}")
    return f'<li{tone}><a href="{escape(stack.url)}" aria-label="{name}">{inner}</a></li>'
