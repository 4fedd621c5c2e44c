from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.waste.things import seal_place


@pytest.fixture
def sealed(cast: Cast, start_plan: Callable[..., SealOrder]) -> SealOrder:
    """御景湾 1-1, sealed on the afternoon of 31 July, its whole plan started."""
    return start_plan(cast.yujingwan)


@pytest.fixture
def start_plan(cast: Cast, django_capture_on_commit_callbacks: Any) -> Callable[..., SealOrder]:
    def start(site: Site, **what: Any) -> SealOrder:
        with django_capture_on_commit_callbacks(execute=True), site.open():
            return seal_place(site, **what)

    return start
