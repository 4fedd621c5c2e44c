"""Dropping a roster of 5,000 people in: from the upload to the preview on the screen."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from time import perf_counter

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from bench.measure import Result, at_most
from bench.scenes import Site, site, workbook
from compounds.models import User
from households.models import RosterImport
from lockdown.kernel.tenancy import scope

ROUNDS = 3
UNITS, FLOORS, DOORS, PEOPLE = 13, 20, 7, 3  # 1,820 homes, 5,004 people


def upload() -> Iterator[Result]:
    made = site("import", units=UNITS, floors=FLOORS, doors=DOORS, people=False)
    client = Client()
    user = User.objects.get(pk=made.manager.user_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    pairs, people = [], 0
    for number in range(ROUNDS + 1):
        places = [(unit, FLOORS, DOORS) for unit in made.units]
        data = workbook(places, people=PEOPLE, marker=f"第{number}版")
        seconds, batch = _previewed(made, client, data)
        pairs.append((seconds, _raw(batch, data)))
        people = batch.people
    yield Result(
        "import",
        "s",
        tuple(pairs[1:]),  # the first warms up
        at_most(10),
        "calamine reads the sheet, one INSERT of the JSON",
        f"{people} people, .xlsx, upload to preview",
    )


def _previewed(made: Site, client: Client, data: bytes) -> tuple[float, RosterImport]:
    """Seconds from sending the file to having the preview page."""
    slug = made.compound.slug
    file = SimpleUploadedFile("roster.xlsx", data)
    began = perf_counter()
    answer = client.post(reverse("households:import-new", args=[slug]), {"file": file}, follow=True)
    seconds = perf_counter() - began
    with made.open():
        batch = RosterImport.objects.latest("uploaded_at")
    wanted = reverse("households:import-preview", args=[slug, batch.pk])
    if answer.status_code != 200 or answer.request["PATH_INFO"] != wanted or batch.rejected:
        raise AssertionError(f"{answer.status_code} at {answer.request['PATH_INFO']}")
    return seconds, batch


def _raw(batch: RosterImport, data: bytes) -> float:
    """Seconds to read the cells and to write the same JSON, with nothing understood."""
    began = perf_counter()
    CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    with scope([batch.compound_id]), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept_parsed (parsed jsonb) ON COMMIT DROP")
        cursor.execute("INSERT INTO kept_parsed VALUES (%s)", [json.dumps(batch.parsed)])
    return perf_counter() - began
