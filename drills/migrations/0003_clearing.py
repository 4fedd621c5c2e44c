"""Clearing the practice compound of a drill that ended long ago.

Some tables are append-only for the app's role, so a function of the owner does it: for practice
compounds alone, inside the scope that admits them, and in one statement. Keys between tables are
checked at the end of a statement, so no order of the tables has to be known.
"""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models

CLEAR = """
CREATE FUNCTION drills_clear_practice(compounds bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $clear$
DECLARE
    deeds text;
BEGIN
    IF EXISTS (
        SELECT FROM unnest(compounds) AS one (id)
        LEFT JOIN compounds_compound c ON c.id = one.id
        WHERE c.practice_of_id IS NULL
    ) THEN
        RAISE EXCEPTION 'Only practice compounds are cleared.';
    END IF;
    SELECT string_agg(
        format('d%s AS (DELETE FROM %I WHERE compound_id = ANY ($1))', number, tablename), ', '
    ) INTO deeds
    FROM (
        SELECT tablename, row_number() OVER (ORDER BY tablename) AS number FROM pg_policies
        WHERE policyname = 'compound_wall' AND schemaname = current_schema()
    ) AS walls;
    EXECUTE 'WITH ' || deeds || ' SELECT 1' USING compounds;
END $clear$;
REVOKE ALL ON FUNCTION drills_clear_practice(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drills_clear_practice(bigint[]) TO {role};
"""


class Migration(migrations.Migration):
    dependencies = [("drills", "0002_walls")]

    operations = [
        migrations.AddField("drill", "cleared_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "drill",
            models.CheckConstraint(
                condition=models.Q(
                    ("cleared_at__isnull", True), ("ended_at__isnull", False), _connector="OR"
                ),
                name="cleared_after_ended",
            ),
        ),
        migrations.AddIndex(
            "drill",
            models.Index(
                condition=models.Q(("cleared_at__isnull", True), ("ended_at__isnull", False)),
                fields=["ended_at"],
                name="drill_to_clear",
            ),
        ),
        migrations.RunSQL(
            CLEAR.replace("{role}", settings.DATABASE_APP_ROLE),
            "DROP FUNCTION IF EXISTS drills_clear_practice(bigint[]);",
        ),
    ]
