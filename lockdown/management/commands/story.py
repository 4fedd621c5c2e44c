"""`manage.py story yujingwan`: replay the six days in a scratch compound, and count."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from compounds.models import Compound
from lockdown.demo import delivered, yujingwan
from lockdown.demo.clock import in_process
from lockdown.demo.deeds import figures
from lockdown.demo.people import YUJINGWAN, add_reviewer, open_site

FIRST_DAY = date(2021, 7, 31)


class Command(BaseCommand):
    help = "Replay a true story through the real import and actions; print its numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["yujingwan"])
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", database="owner", verbosity=0)
        began = time.perf_counter()
        with in_process():
            site = open_site(YUJINGWAN, slug=self._free_slug(), name="御景湾(故事)")
            add_reviewer([site])
            until = yujingwan.last_moment(site, FIRST_DAY)
            order = yujingwan.replay(site, FIRST_DAY, until=until, scenes=yujingwan.STORY)
        if order is None:
            raise CommandError("the story did not get as far as sealing")
        days = {"days": order.day_of(until)}
        numbers = figures(site, order) | delivered.figures(site) | days
        if options["json"]:
            self.stdout.write(json.dumps(numbers, ensure_ascii=False))
            return
        for name, value in numbers.items():
            self.stdout.write(f"{name:30} {value}")
        self.stdout.write(
            f"replayed in {time.perf_counter() - began:.1f} s as {site.compound.slug}"
        )

    def _free_slug(self) -> str:
        count = Compound.objects.filter(slug__startswith="story-").count()
        return f"story-{count + 1}"
