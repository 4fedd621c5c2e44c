"""`manage.py drill yujingwan`: play a drill of a compound's first unit, and print its scorecard."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from compounds.models import Compound
from drills.models import Pace
from drills.words import card_table
from lockdown.demo.clock import in_process
from lockdown.demo.drilling import play


class Command(BaseCommand):
    help = "Play a drill of a compound's first unit to its end; the same seed plays the same drill."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the compound, as yujingwan")
        parser.add_argument("--pace", type=int, default=int(Pace.FAST), choices=Pace.values)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--volunteers", type=int, default=0, help="invented ones beside yours")
        parser.add_argument("--at", default="15:00", help="when the order is issued")
        parser.add_argument("--step", type=int, default=2, help="minutes of the plan a tick")

    def handle(self, *args: Any, **options: Any) -> None:
        compound = Compound.objects.filter(slug=options["slug"], practice_of=None).first()
        if compound is None:
            raise CommandError(f"there is no compound {options['slug']}; run the demo first")
        began = time.perf_counter()
        with in_process():
            drill = play(
                compound,
                pace=options["pace"],
                seed=options["seed"],
                helpers=options["volunteers"],
                clock=options["at"],
                step=options["step"],
            )
            for line in card_table(drill):
                self.stdout.write(line)
        address = reverse("drills:drill", args=[compound.slug, drill.pk])
        self.stdout.write(f"\n{settings.SITE_URL}{address}")
        self.stdout.write(f"played in {time.perf_counter() - began:.1f} s, seed {drill.seed}")
