"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("reports", "0001_initial"),
    ]

    operations = [
        tenant_table("reports_daycomment"),
        same_compound("reports_daycomment", "by_id", "compounds_member"),
    ]
