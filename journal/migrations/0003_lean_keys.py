"""No index of the compound alone; see lockdown.kernel.tenancy.TenantModel."""

import django.db.models.deletion
from django.db import migrations, models

from lockdown.kernel.migrations import drop_compound_indexes


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0010_lean_keys"),
        ("journal", "0002_walls"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_compound_indexes("journal")],
            state_operations=[
                migrations.AlterField(
                    model_name="delivery",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="requestkey",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
            ],
        ),
    ]
