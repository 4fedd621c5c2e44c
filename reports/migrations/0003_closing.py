import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import append_only, same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0006_retention"),
        ("reports", "0002_walls"),
        ("seals", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosingReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lifted_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("data", models.JSONField(default=dict)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "order",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="seals.sealorder",
                    ),
                ),
            ],
            options={
                "ordering": ["-lifted_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compound", "order"), name="one_closing_an_order"
                    )
                ],
            },
        ),
        tenant_table("reports_closingreport"),
        same_compound("reports_closingreport", "order_id", "seals_sealorder"),
        # Frozen: later changes to data change nothing in it, and no code can.
        append_only("reports_closingreport"),
    ]
