"""The limit of starting a plan: its rows written again, by one statement a table."""

from __future__ import annotations

from time import perf_counter

from django.db import connection

from lockdown.kernel.tenancy import scope

# Parents before children. What the order's plan wrote, as (table, condition).
TABLES = (
    ("households_verification", "sweep_id IN (SELECT id FROM households_sweep WHERE cause = %s)"),
    ("seals_recall", "order_id = %s"),
    ("seals_plantask", "order_id = %s"),
    ("waste_disinfectionround", "order_id = %s"),
    ("waste_rubbishwindow", "order_id = %s"),
    ("volunteers_carevisit", "order_id = %s"),
    (
        "notices_receipt",
        "notice_id IN (SELECT id FROM notices_notice WHERE order_id = %s)",
    ),
)


# What else there is of an order, children first; journal entries stay for good.
REST = (
    ("households_sweep", "cause = %s"),
    ("notices_notice", "order_id = %s"),
    ("seals_planpart", "order_id = %s"),
    ("seals_sealorder", "id = %s"),
)


def forget(compound: int, order: int) -> None:
    """Delete the order and its plan, so that the place can be sealed anew from nothing."""
    with scope([compound]), connection.cursor() as cursor:
        for table, condition in (*reversed(TABLES), *REST):
            cursor.execute(f"DELETE FROM {table} WHERE {condition}", [order])


def insert_again(compound: int, order: int) -> float:
    """Seconds to write all rows of the order's plan, and to commit them, as the app's role.

    They are set aside and deleted first, so the keys, indexes and walls are the product's own.
    """
    with connection.cursor() as cursor:
        with scope([compound]):
            for table, condition in TABLES:
                cursor.execute(
                    f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE {condition}",
                    [order],
                )
            for table, condition in reversed(TABLES):
                cursor.execute(f"DELETE FROM {table} WHERE {condition}", [order])
        began = perf_counter()
        with scope([compound]):
            for table, _condition in TABLES:
                cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        seconds = perf_counter() - began
        for table, _condition in TABLES:
            cursor.execute(f"DROP TABLE kept_{table}")
    return seconds
