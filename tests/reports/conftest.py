from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """No panels drawn before the test, none left behind."""
    cache.clear()
    yield
    cache.clear()
