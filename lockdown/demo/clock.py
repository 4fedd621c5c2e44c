"""Replaying days that have passed: the product's clock stands where the story is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from celery import current_app
from django.apps import apps
from django.db.models import Field, Model
from django.utils import timezone, translation

REAL_NOW = timezone.now


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Actions inside see this moment as now. For stories and demo data only."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield


@contextmanager
def in_process() -> Iterator[None]:
    """Hand-overs run here and now instead of in a worker, in the compound's language; columns that
    default to now take the story's."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    try:
        with translation.override("zh-hans"), _defaults_of_the_story():
            yield
    finally:
        current_app.conf.task_always_eager = before


@contextmanager
def _defaults_of_the_story() -> Iterator[None]:
    """A column keeps the function it was given, which the patched name does not reach."""
    fields = [field for model in apps.get_models() for field in _defaulting_to_now(model)]
    for field in fields:
        field.default = lambda: timezone.now()
        field.__dict__.pop("_get_default", None)
    try:
        yield
    finally:
        for field in fields:
            field.default = REAL_NOW
            field.__dict__.pop("_get_default", None)


def _defaulting_to_now(model: type[Model]) -> list[Field]:
    return [one for one in model._meta.local_fields if one.default is REAL_NOW]
