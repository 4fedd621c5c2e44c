"""A browser's own description of itself, in the few words that people know it by."""

from __future__ import annotations

from django.http import HttpRequest

# The first that is found; more particular ones first.
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQ/", "QQ"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "Huawei"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_of(request: HttpRequest) -> str:
    """ "iPhone · 微信"; empty when the browser says nothing that we know."""
    text = request.META.get("HTTP_USER_AGENT", "")
    words = [_first(text, MACHINES), _first(text, BROWSERS)]
    return " · ".join(word for word in words if word)


def _first(text: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((word for mark, word in table if mark in text), "")
