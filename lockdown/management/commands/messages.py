"""`manage.py messages`: extract, check and compile the translations."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lockdown import catalogues

ROOMS = (
    "lockdown", "journal", "compounds", "households", "seals", "volunteers", "supplies", "waste",
    "notices", "reports", "drills",
)  # fmt: skip


class Command(BaseCommand):
    help = "Extract new messages into the catalogues (--room), or --check, or --compile them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail on an untranslated text")
        parser.add_argument("--compile", action="store_true", help="write the .mo files")
        parser.add_argument("--room", choices=ROOMS, help="extract for this room only")

    def handle(self, *args: Any, **options: Any) -> None:
        root, rooms = settings.BASE_DIR, list(ROOMS)
        if options["check"]:
            self._check(catalogues.untranslated(root, rooms))
        elif not options["compile"]:
            found = catalogues.collect(root, rooms)
            for room in [options["room"]] if options["room"] else rooms:
                new = catalogues.update(root, room, found[room])
                self.stdout.write(f"{room}: {new} new")
        catalogues.compile_all(root, rooms)

    def _check(self, missing: list[tuple[str, str]]) -> None:
        for room, text in missing:
            self.stderr.write(f"{room}: {text!r} has no Chinese text")
        if missing:
            raise CommandError(f"{len(missing)} texts are not translated")
