"""What every template knows about the look: face (normal, elder) and theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

FACES = {"normal", "elder"}
THEMES = {"auto", "light", "dark"}


def face(request: HttpRequest) -> dict[str, Any]:
    chosen = request.COOKIES.get("face", "normal")
    theme = request.COOKIES.get("theme", "auto")
    return {
        "face": chosen if chosen in FACES else "normal",
        "theme": theme if theme in THEMES else "auto",
    }
