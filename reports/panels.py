"""Panels of a page that polls: one address, an ETag that names each panel, 304 while all stand.

The ETag is the digests of the panels joined by dots. The poll sends it back, so the answer holds
only the panels that changed; the others keep their place, scroll and focus.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# What differs from one answer to the next without meaning anything.
FLEETING = re.compile(r'<time class="clock".*?</time>|name="csrfmiddlewaretoken" value="[^"]*"')

Panels = Mapping[str, SafeString]  # id of the element → its inner HTML


def draw(templates: Mapping[str, str], context: Mapping[str, Any]) -> Panels:
    """Render each panel once. Panels need no request: no context processor runs for them."""
    return {name: render_to_string(template, dict(context)) for name, template in templates.items()}


def named(panels: Panels) -> dict[str, SafeString]:
    """The panels by names that a template can say: `panel.board_facts`."""
    return {name.replace("-", "_"): html for name, html in panels.items()}


def etag(panels: Panels) -> str:
    return ".".join(_digest(html) for html in panels.values())


def _digest(html: str) -> str:
    return hashlib.blake2b(FLEETING.sub("", html).encode(), digest_size=6).hexdigest()


def poll_element(name: str, url: str, tag: str, every: int, *, swap: bool = False) -> SafeString:
    """The element that polls. It carries the ETag of what the page shows now."""
    return format_html(
        '<div hidden id="{}" hx-get="{}" hx-trigger="every {}s" hx-swap="none"'
        ' hx-headers=\'{{"If-None-Match": "\\"{}\\""}}\'{}></div>',
        name,
        url,
        every,
        tag,
        mark_safe(' hx-swap-oob="true"') if swap else "",
    )


def answer(request: HttpRequest, panels: Panels, poll: str, url: str, every: int) -> HttpResponse:
    """304 when the page shows all this already, else the changed panels, out of band."""
    tag = etag(panels)
    known = request.headers.get("If-None-Match", "").strip().removeprefix("W/").strip('"')
    if known == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        element = poll_element(poll, url, tag, every, swap=True)
        response = HttpResponse(_changed(panels, known, tag) + element)
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie"
    return response


def _changed(panels: Panels, known: str, tag: str) -> str:
    old, new = known.split("."), tag.split(".")
    same = old if len(old) == len(new) else [""] * len(new)
    return "".join(
        format_html('<div id="{}" hx-swap-oob="innerHTML">{}</div>', name, html)
        for (name, html), before, after in zip(panels.items(), same, new, strict=True)
        if before != after
    )
