"""Notices on the page of a relative: the way, and what he read and passed on."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_walls"),
        ("households", "0005_proxies"),
    ]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="relayed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="route",
            field=models.CharField(
                choices=[
                    ("app", "on their phone page"),
                    ("relative", "by a relative outside, on his page"),
                    ("call", "by phone"),
                    ("knock", "knock on the door"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("passed_on_at", models.DateTimeField(blank=True, null=True)),
                (
                    "access",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.access",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "receipt",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="notices.receipt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compound", "receipt", "access"), name="one_reading_a_relative"
                    )
                ],
            },
        ),
        tenant_table("notices_reading"),
        same_compound("notices_reading", "receipt_id", "notices_receipt"),
        same_compound("notices_reading", "access_id", "households_access"),
    ]
