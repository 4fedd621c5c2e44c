"""The wall between compounds stands in PostgreSQL itself."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.utils import IntegrityError
from django_scopes.exceptions import ScopeError

from compounds.models import Building, Home, Unit
from journal.models import Entry
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, scope
from tests.cast import Cast

TENANT = [model for model in apps.get_models() if issubclass(model, TenantModel)]

BEGINS = """
SELECT t.relname::text FROM pg_index i JOIN pg_class t ON t.oid = indrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = indkey[0]
WHERE a.attname = 'compound_id' AND indpred IS NULL AND {more}
"""


def _rows(query: str, *args: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, args)
        return cursor.fetchall()


def test_every_table_with_a_compound_is_a_tenant_table(db: None) -> None:
    tables = {
        name
        for (name,) in _rows(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'compound_id'"
        )
    }
    assert tables == {model._meta.db_table for model in TENANT}


@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
def test_the_table_has_forced_row_security(db: None, model: type[TenantModel]) -> None:
    table = model._meta.db_table
    ((enabled, forced),) = _rows(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table
    )
    assert (enabled, forced) == (True, True)
    policies = _rows("SELECT cmd, qual, with_check FROM pg_policies WHERE tablename = %s", table)
    assert [cmd for cmd, _using, _check in policies] == ["ALL"]
    for _cmd, using, check in policies:
        assert "lockdown.compounds" in using
        assert "lockdown.compounds" in check
        assert "OR" not in check


@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
def test_keys_between_tenant_tables_carry_the_compound(db: None, model: type[TenantModel]) -> None:
    table = model._meta.db_table
    walls = {
        name
        for (name,) in _rows(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f' "
            "AND array_length(conkey, 1) = 2",
            table,
        )
    }
    wanted = {
        f"{table}_{field.column}_wall"
        for field in model._meta.local_fields
        if isinstance(field, TenantKey)
    }
    assert wanted <= walls
    plain = [
        field.name
        for field in model._meta.local_fields
        if field.is_relation
        and not isinstance(field, TenantKey)
        and issubclass(field.related_model, TenantModel)
    ]
    assert plain == []


def test_the_compounds_key_is_the_only_index_that_need_begin_with_it(db: None) -> None:
    """An index of the compound alone is written with each row and says what the key says."""
    keyed = {name for (name,) in _rows(BEGINS.format(more="indisunique AND indnatts = 2"))}
    assert keyed >= {model._meta.db_table for model in TENANT}
    assert _rows(BEGINS.format(more="NOT indisunique AND indnatts = 1")) == []


def test_the_apps_role_can_neither_own_nor_bypass(db: None) -> None:
    ((is_super, bypass),) = _rows(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (is_super, bypass) == (False, False)
    owned = _rows("SELECT tablename FROM pg_tables WHERE tableowner = current_user")
    assert owned == []


@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
def test_without_a_scope_python_raises(db: None, model: type[TenantModel]) -> None:
    with pytest.raises(ScopeError):
        list(model.objects.all())


def test_without_a_scope_sql_finds_nothing(cast: Cast) -> None:
    for model in TENANT:
        assert _rows(f"SELECT count(*) FROM {model._meta.db_table}") == [(0,)], model
    with cast.yujingwan.open():
        assert _rows("SELECT count(*) FROM compounds_home") == [(6,)]
    assert _rows("SELECT count(*) FROM compounds_home") == [(0,)]


def test_a_nested_scope_is_put_back(cast: Cast) -> None:
    with cast.yujingwan.open():
        with cast.huaidong.open():
            assert Home.objects.filter(compound=cast.yujingwan.compound).count() == 0
            assert Home.objects.count() == 6
        assert Home.objects.get(number="101").compound_id == cast.yujingwan.compound.pk


def test_a_row_for_another_compound_cannot_be_written(cast: Cast) -> None:
    with (
        cast.yujingwan.open(),
        pytest.raises((ProgrammingError, InternalError)),
        transaction.atomic(),
    ):
        Building.objects.create(compound=cast.huaidong.compound, number="9")


def test_a_child_cannot_have_another_compounds_parent(cast: Cast) -> None:
    with cast.huaidong.open():
        foreign = Building.objects.get(number="1")
    with cast.yujingwan.open(), pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(compound=cast.yujingwan.compound, building_id=foreign.pk, number="9")


def test_a_scope_of_both_sees_both(cast: Cast) -> None:
    both = [cast.yujingwan.compound.pk, cast.huaidong.compound.pk]
    with scope(both):
        assert Home.objects.count() == 12


@pytest.mark.parametrize(
    "statement", ["UPDATE journal_entry SET event = 'x'", "DELETE FROM journal_entry"]
)
def test_the_journal_is_append_only(cast: Cast, statement: str) -> None:
    with cast.yujingwan.open():
        assert Entry.objects.count() > 0
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
