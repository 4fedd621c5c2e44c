"""Titles of plans are data. The built-in ones are msgids, shown in the reader's language."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext, override

from compounds.places import Place


def said(text: str) -> str:
    """A title in the language in force. An empty text stays empty: gettext("") is the header."""
    return gettext(text) if text else ""


def msgid(label: object) -> str:
    """The msgid behind a lazy label, for data that each reader sees in their own language."""
    with override(None):
        return str(label)


def place_name(place: Place) -> str:
    """What a place is called in records: always in the installation's default language."""
    with override(settings.LANGUAGE_CODE):
        return place.label


def door_field(place_kind: str) -> str:
    """Which of a home's names is enough: 502 within a stair, 1-1-502 where doors repeat."""
    return "label" if place_kind in {"compound", "building"} else "number"
