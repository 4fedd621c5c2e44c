from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, Site
from tests.drills.scene import Practised


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def practised(site: Site, django_capture_on_commit_callbacks: Any) -> Practised:
    return Practised(site, django_capture_on_commit_callbacks)
