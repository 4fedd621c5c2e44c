"""The API keeps to its own description, whatever is sent to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import TestCase
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from compounds.actions import issue_token
from compounds.models import Home
from households.models import (
    Access,
    CareFlag,
    Household,
    Phone,
    Relative,
    Resident,
    RosterImport,
    Sweep,
    Verification,
)
from notices.models import Notice, Receipt
from seals.models import PlanTask, PlanTemplate, Recall, SealOrder
from tests.cast import Site, make_cast
from tests.seals.scene import away, seal_place
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

EXAMPLES = 12
CONFIG = SchemathesisConfig.from_dict({"generation": {"mode": "all", "allow-x00": True}})
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application(), config=CONFIG)
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations()]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Path parameters that name a row, so that every second request reaches one that is there.
ROWS = {
    "access": Access,
    "batch": RosterImport,
    "flag": CareFlag,
    "household": Household,
    "home": Home,
    "notice": Notice,
    "order": SealOrder,
    "phone": Phone,
    "recall": Recall,
    "receipt": Receipt,
    "relative": Relative,
    "resident": Resident,
    "round_id": DisinfectionRound,
    "sweep": Sweep,
    "task": PlanTask,
    "template": PlanTemplate,
    "verification": Verification,
    "visit": CareVisit,
    "window_id": RubbishWindow,
}


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: object) -> Iterator[Site]:
    """A compound with a stair sealed, in one transaction for the whole module."""
    # As Django's test client does: a request would close a connection that is in a transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        cast = make_cast()
        with TestCase.captureOnCommitCallbacks(execute=True), cast.yujingwan.open():
            away(cast.yujingwan, "201")
            seal_place(cast.yujingwan)
        yield cast.yujingwan
        transaction.set_rollback(True)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    with site.open():
        return issue_token(member=site.manager, name="schema", by=site.manager)[1]


@pytest.fixture(scope="module")
def ids(site: Site) -> dict[str, int]:
    """An id of each kind that the scene holds."""
    with site.open():
        found = {
            name: model.objects.values_list("pk", flat=True).first() for name, model in ROWS.items()
        }
    return {name: key for name, key in found.items() if key is not None}


def test_the_description_covers_every_endpoint() -> None:
    assert len(OPERATIONS) >= 8
    assert all(one.path.startswith("/api/v1/compounds/{compound}/") for one in OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_answers_are_as_described(operation, site: Site, token: str, ids: dict[str, int]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def run(case: Case) -> None:
        _aim(case, site, ids)
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    run()


def _aim(case: Case, site: Site, ids: dict[str, int]) -> None:
    """At this compound always, and at its rows every second time."""
    case.path_parameters = dict(case.path_parameters or {}) | {"compound": site.slug}
    for name, value in case.path_parameters.items():
        if name in ids and (not isinstance(value, int) or value % 2 == 0):
            case.path_parameters[name] = ids[name]
    if case.method != "GET":
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
