"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0002_walls"),
        ("notices", "0001_initial"),
    ]

    operations = [
        tenant_table("notices_notice"),
        tenant_table("notices_receipt"),
        same_compound("notices_notice", "made_by_id", "compounds_member"),
        same_compound("notices_receipt", "assignee_id", "compounds_member"),
        same_compound("notices_receipt", "finished_by_id", "compounds_member"),
        same_compound("notices_receipt", "notice_id", "notices_notice"),
        same_compound("notices_receipt", "household_id", "households_household"),
        same_compound("notices_receipt", "home_id", "compounds_home"),
    ]
