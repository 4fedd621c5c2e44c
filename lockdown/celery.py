"""Celery: hand-overs, set-wise sweeps and calls to the outside. Beat only ticks."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lockdown.settings")

app = Celery("lockdown")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
TICKS = "ticks"
SCHEDULE: dict[str, dict[str, Any]] = {
    "redeliver": {"task": "journal.redeliver", "schedule": 5.0, "options": {"expires": 30}},
    "sweep-work": {"task": "compounds.sweep_work", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-notices": {"task": "notices.sweep", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-retention": {
        "task": "households.sweep_retention",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "sweep-supplies": {"task": "supplies.sweep", "schedule": 15.0, "options": {"expires": 30}},
    "food-calls": {"task": "supplies.food_calls", "schedule": 1800.0, "options": {"expires": 900}},
    "tick-drills": {"task": "drills.tick", "schedule": 5.0, "options": {"expires": 10}},
    "clear-drills": {"task": "drills.clear", "schedule": 3600.0, "options": {"expires": 1800}},
}
app.conf.beat_schedule = SCHEDULE
# Workers take from their queues in turn. In one with the work, a tick would wait behind whatever
# was handed over before it and expire: no round would close while some hundreds of notices go out.
app.conf.task_routes = {
    **{one["task"]: {"queue": TICKS} for one in SCHEDULE.values()},
    "notices.*": {"queue": "broadcast"},
}
