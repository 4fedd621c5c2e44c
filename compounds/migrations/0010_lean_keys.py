"""No index of the compound alone; see lockdown.kernel.tenancy.TenantModel."""

import django.db.models.deletion
from django.db import migrations, models

from lockdown.kernel.migrations import drop_compound_indexes


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0009_pictures"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_compound_indexes("compounds")],
            state_operations=[
                migrations.AlterField(
                    model_name="apitoken",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="building",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="home",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="member",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="picture",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="secondfactorrule",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="signinlink",
                    name="compound",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                migrations.AlterField(
                    model_name="unit",
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
