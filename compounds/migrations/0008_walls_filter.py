"""The walls of the tables that stand already, as they are made now (see kernel/migrations.py)."""

from django.db import migrations

from lockdown.kernel.migrations import renew_walls


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0007_search"),
    ]

    operations = [
        renew_walls(
            {
                "compounds_member": "user_id = "
                "nullif(current_setting('lockdown.person', true), '')::bigint"
            }
        ),
    ]
