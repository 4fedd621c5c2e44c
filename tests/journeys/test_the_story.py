"""The six days of 御景湾, replayed through the real actions, end with the story's own numbers."""

from __future__ import annotations

import json
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command

COMMAND = "lockdown.management.commands.story"


@pytest.mark.django_db(transaction=True)
def test_the_story_ends_with_its_own_numbers() -> None:
    out = StringIO()
    # The test database is migrated already, and the owner's connection is not open to tests.
    with patch(f"{COMMAND}.call_command"):
        call_command("story", "yujingwan", "--json", stdout=out)
    told = json.loads(out.getvalue())
    expected = {
        "households": 90,
        "people": 186,
        "lone_elders": 12,
        "verified": 90,
        "told": 90,
        "reached": 90,
        "notices": 1,
        "disinfection_rounds": 5,
        "disinfection_missed": 1,
        "days": 6,
    }
    assert {name: told[name] for name in expected} == expected
    assert told["recalls"] == told["recalls_settled"] > 0
