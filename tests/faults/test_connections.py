"""Real transactions on pooled connections: what is said in one message, and what dies with one."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    DataError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from compounds.models import Compound, Organization
from households.access import FOUND, TABLES, new_secret
from households.models import Access
from lockdown.kernel.lean import Question, begin, fetch_first, first_row, last_row
from lockdown.kernel.tenancy import go_on, scope
from tests.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = "SELECT count(*) FROM households_access"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s"


def backend() -> int:
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def end_backend(pid: int) -> None:
    """From another connection of the same role, as an administrator would."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_scope_begins_its_transaction_and_its_wall_in_one_message() -> None:
    with scope([41, 40]):
        assert connection.connection.info.transaction_status.name == "INTRANS"
        assert first_row("SHOW lockdown.compounds", []) == ("{40,41}",)
    assert connection.connection.info.transaction_status.name == "IDLE"
    assert first_row("SELECT current_setting('lockdown.compounds', true)", [])[0] in ("", None)


def test_what_fails_at_the_beginning_is_an_error_of_the_database_and_rolls_back() -> None:
    with pytest.raises(ProgrammingError, match="nowhere"), transaction.atomic():
        begin("SELECT * FROM nowhere")
    assert first_row("SELECT 1", []) == (1,)


def test_a_prepared_statement_is_planned_once_a_connection_and_stays_behind_the_wall() -> None:
    cast = make_cast()
    site = cast.yujingwan
    _secret, digest = new_secret()
    with site.open():
        Access.objects.create(
            compound=site.compound, household=site.household("101"), digest=digest
        )
    for _again in range(3):
        with scope([site.compound.pk]):
            found = fetch_first(FOUND, f"FROM {TABLES}", [site.compound.pk, digest])
            assert found is not None and found[1] == site.compound
    other = cast.xiaodongmen.compound.pk
    with scope([other]):
        assert fetch_first(FOUND, f"FROM {TABLES}", [site.compound.pk, digest]) is None
    assert first_row(COUNT, []) == (0,)


WALL = Question("SELECT current_setting('lockdown.compounds'), %s::int, %s::text", [7, None])
SEEN = "SELECT count(*) FROM compounds_unit"
ADDED = "INSERT INTO journal_tick (job, period, at) VALUES (%s, now(), now()) RETURNING job"
TICKS = "SELECT count(*) FROM journal_tick WHERE job = %s"


def state() -> str:
    return str(connection.connection.info.transaction_status.name)


@pytest.mark.parametrize("is_prepared", [True, False])
def test_the_first_question_of_a_scope_is_answered_behind_its_wall(
    monkeypatch: pytest.MonkeyPatch, is_prepared: bool
) -> None:
    monkeypatch.setattr(settings, "DATABASE_PREPARED", is_prepared)
    with scope([5], WALL) as row:
        assert row == ("{5}", 7, None)
        assert state() == "INTRANS"
        with scope([5, 6], WALL) as inner:
            assert inner == ("{5,6}", 7, None)
    assert state() == "IDLE"


def test_a_first_question_that_fails_is_the_databases_error_and_leaves_a_whole_connection() -> None:
    nowhere = Question("SELECT * FROM nowhere WHERE id = %s", [1])
    with pytest.raises(ProgrammingError, match="nowhere"), scope([5], nowhere):
        pass
    with pytest.raises(DataError), scope([5], Question("SELECT 1 / %s::int", [0])):
        pass
    with scope([5], WALL) as row:
        assert row == ("{5}", 7, None)
    assert state() == "IDLE"


def test_the_last_statement_is_committed_at_once_and_one_may_go_on_behind_the_wall() -> None:
    site = make_cast().yujingwan
    with scope([site.compound.pk]):
        assert last_row(ADDED, ["last"]) == ("last",)
        assert state() == "IDLE"
        with psycopg.connect(**connection.get_connection_params()) as other:
            assert other.execute(TICKS, ["last"]).fetchone() == (1,)
        go_on()
        assert first_row(SEEN, [])[0] > 0
        assert first_row(ADDED, ["later"]) == ("later",)
    assert first_row(SEEN, []) == (0,)
    assert first_row(TICKS, ["later"]) == (1,)


def test_within_another_block_nothing_is_committed_before_its_end() -> None:
    with pytest.raises(ZeroDivisionError), scope([5]), transaction.atomic():
        assert last_row(ADDED, ["inner"]) == ("inner",)
        assert state() == "INTRANS"
        raise ZeroDivisionError
    assert first_row(TICKS, ["inner"]) == (0,)


def test_a_last_statement_that_fails_commits_nothing() -> None:
    with pytest.raises(DataError), scope([5]):
        first_row(ADDED, ["before"])
        last_row("SELECT 1 / %s::int", [0])
    assert first_row(TICKS, ["before"]) == (0,)


def test_a_connection_that_dies_in_a_pipeline_is_an_error_and_is_replaced() -> None:
    before = backend()
    with pytest.raises(OperationalError), scope([5]):
        end_backend(before)
        last_row(ADDED, ["dead"])
    connection.close()
    assert first_row(TICKS, ["dead"]) == (0,)
    assert backend() != before


def test_a_pooler_that_knows_no_prepared_statements_gets_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert first_row("SELECT 7 -- kept", []) == (7,)
    assert first_row(PREPARED, ["SELECT 7 -- kept"]) == (1,)
    monkeypatch.setattr(settings, "DATABASE_PREPARED", False)
    assert first_row("SELECT 8 -- not kept", []) == (8,)
    assert first_row(PREPARED, ["SELECT 8 -- not kept"]) == (0,)


def throw_plans_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def change_a_type() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pg_temp.changing ALTER what TYPE text USING what::text")


@pytest.mark.parametrize("spoil", [throw_plans_away, change_a_type])
def test_a_plan_that_no_longer_holds_costs_one_request_and_is_made_anew(
    spoil: Callable[[], None],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE changing AS SELECT 7 AS what")
    asked = "SELECT what FROM pg_temp.changing"
    assert first_row(asked, []) == (7,)
    spoil()
    with pytest.raises(DatabaseError), scope([5], Question(asked, [])):
        pass
    assert str(first_row(asked, [])[0]) == "7"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.changing")


def test_a_connection_that_rested_is_asked_before_it_is_used() -> None:
    before = backend()
    link = connection.connection
    connection.close()
    link.last_used -= 60
    end_backend(before)
    assert Organization.objects.count() >= 0
    assert backend() != before


def test_a_connection_lost_a_moment_ago_costs_one_request_and_heals() -> None:
    before = backend()
    connection.close()
    end_backend(before)
    lost = 0
    for _each_of_the_pool in range(4):
        try:
            with scope([1]):
                assert Compound.objects.filter(pk=0).count() == 0
        except OperationalError:
            lost += 1
        connection.close()  # as at the end of a request
    assert lost <= 1
    assert backend() != before
