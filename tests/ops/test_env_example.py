""".env.example names every variable that the settings and the compose file read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"


def named() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(), re.MULTILINE))


def test_the_example_names_what_settings_read() -> None:
    source = (ROOT / "lockdown" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', source))
    assert "DATABASE_URL" in read
    assert read - named() == set()


def test_the_example_names_what_compose_reads() -> None:
    read = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert "SECRET_KEY" in read
    assert read - named() == set()


def test_the_example_holds_no_secret() -> None:
    filled = re.findall(r"^(\w*(?:PASSWORD|SECRET)\w*)=(.+)$", EXAMPLE.read_text(), re.MULTILINE)
    assert filled == []
