"""One part of a page that asks again: an ETag of what it shows, 304 while nothing changed."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def etag(html: str) -> str:
    return hashlib.blake2b(html.encode(), digest_size=8).hexdigest()


def poller(name: str, url: str, html: str, every: int, *, swap: bool = False) -> SafeString:
    """The hidden element that asks; it carries the ETag of what the page shows now."""
    return format_html(
        '<div hidden id="{}" hx-get="{}" hx-trigger="every {}s" hx-swap="none"'
        ' hx-headers=\'{{"If-None-Match": "\\"{}\\""}}\'{}></div>',
        name,
        url,
        every,
        etag(html),
        mark_safe(' hx-swap-oob="true"') if swap else "",
    )


def answer(
    request: HttpRequest, target: str, html: str, *, poll: str, url: str, every: int
) -> HttpResponse:
    """The part, out of band, with its next poll; nothing when the page shows it already."""
    tag = etag(html)
    known = request.headers.get("If-None-Match", "").strip().removeprefix("W/").strip('"')
    if known == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        part = format_html('<div id="{}" hx-swap-oob="innerHTML">{}</div>', target, mark_safe(html))
        response = HttpResponse(part + poller(poll, url, html, every, swap=True))
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie"
    return response
