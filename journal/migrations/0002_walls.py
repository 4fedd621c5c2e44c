"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import append_only, same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        tenant_table("journal_entry"),
        tenant_table("journal_delivery"),
        tenant_table("journal_requestkey"),
        same_compound("journal_delivery", "entry_id", "journal_entry"),
        append_only("journal_entry"),
    ]
