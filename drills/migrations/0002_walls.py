"""Row security on the drills, and the key to who started one that carries the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("drills", "0001_initial"),
    ]

    operations = [
        tenant_table("drills_drill"),
        same_compound("drills_drill", "started_by_id", "compounds_member"),
    ]
