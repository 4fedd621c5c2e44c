"""Migration operations that make a table a tenant table in PostgreSQL itself."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations

# Two things make this cheap on 13,000 compounds. The sub-select is worked out once a statement;
# without it the setting is read and parsed again for every row, a millisecond each. "+ 0" keeps
# the wall out of the choice of an index: what a query looks for chooses it, the wall only filters.
ADMITTED = (
    "(compound_id + 0) = ANY ("
    "(SELECT nullif(current_setting('lockdown.compounds', true), '')::bigint[])::bigint[])"
)


def tenant_table(table: str, *, also_readable: str = "") -> migrations.RunSQL:
    """Force row security on `table`, and make (compound_id, id) a key that children refer to.

    `also_readable` is a further SQL condition under which a row may be read, never written.
    """
    using = f"{ADMITTED} OR {also_readable}" if also_readable else ADMITTED
    return migrations.RunSQL(
        sql=f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY compound_wall ON {table} USING ({using}) WITH CHECK ({ADMITTED});
        ALTER TABLE {table} ADD CONSTRAINT {table}_compound_key UNIQUE (compound_id, id);
        """,
        reverse_sql=f"""
        ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_compound_key;
        DROP POLICY IF EXISTS compound_wall ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def drop_compound_indexes(app: str) -> migrations.RunSQL:
    """Drop the index of compound_id alone from each table of an app, whose keys begin with it.

    Only the index: Django's own AlterField would also make the foreign key anew, and check every
    row for it under a lock. Backwards nothing is done; no query needs one.
    """
    return migrations.RunSQL(
        sql=f"""
        DO $$
        DECLARE one text;
        BEGIN
            FOR one IN
                SELECT i.indexrelid::regclass FROM pg_index i
                JOIN pg_class t ON t.oid = i.indrelid
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'compound_id'
                WHERE t.relname LIKE '{app}\\_%' AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
                    AND NOT i.indisunique AND i.indpred IS NULL
            LOOP
                EXECUTE 'DROP INDEX ' || one;
            END LOOP;
        END $$;
        """,
        reverse_sql=migrations.RunSQL.noop,
    )


def renew_walls(also_readable: dict[str, str]) -> migrations.RunSQL:
    """Give every tenant table that stands today the wall as `ADMITTED` says it now.

    `also_readable` names the tables with a further condition, as in `tenant_table`.
    """
    cases = "".join(
        f"WHEN '{table}' THEN $also$ OR {condition}$also$ "
        for table, condition in also_readable.items()
    )
    return migrations.RunSQL(
        sql=f"""
        DO $renew$
        DECLARE wall record;
        BEGIN
            FOR wall IN SELECT tablename FROM pg_policies
                WHERE policyname = 'compound_wall' AND schemaname = current_schema()
            LOOP
                EXECUTE format('ALTER POLICY compound_wall ON %I USING (%s%s) WITH CHECK (%s)',
                    wall.tablename, $wall${ADMITTED}$wall$,
                    CASE wall.tablename {cases}ELSE '' END, $wall${ADMITTED}$wall$);
            END LOOP;
        END $renew$;
        """,
        reverse_sql=migrations.RunSQL.noop,
    )


def same_compound(table: str, column: str, parent: str) -> migrations.RunSQL:
    """A child and its parent are of one compound: the foreign key carries both columns.

    A plain foreign key looks through row security and would accept another compound's parent.
    """
    name = f"{table}_{column}_wall"
    return migrations.RunSQL(
        sql=(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (compound_id, {column}) "
            f"REFERENCES {parent} (compound_id, id);"
        ),
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};",
    )


def append_only(table: str) -> migrations.RunSQL:
    """The app's role may add rows and read them, never change or remove them."""
    role = settings.DATABASE_APP_ROLE
    return migrations.RunSQL(
        sql=f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role};",
        reverse_sql=f"GRANT UPDATE, DELETE ON {table} TO {role};",
    )
