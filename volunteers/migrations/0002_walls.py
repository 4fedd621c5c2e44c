"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0002_walls"),
        ("seals", "0002_walls"),
        ("volunteers", "0001_initial"),
    ]

    operations = [
        tenant_table("volunteers_carevisit"),
        same_compound("volunteers_carevisit", "assignee_id", "compounds_member"),
        same_compound("volunteers_carevisit", "finished_by_id", "compounds_member"),
        same_compound("volunteers_carevisit", "order_id", "seals_sealorder"),
        same_compound("volunteers_carevisit", "household_id", "households_household"),
        same_compound("volunteers_carevisit", "resident_id", "households_resident"),
        same_compound("volunteers_carevisit", "home_id", "compounds_home"),
    ]
