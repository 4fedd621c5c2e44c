import django.db.models.deletion
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0006_retention"),
        ("households", "0005_proxies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.BigIntegerField()),
                ("cause_label", models.CharField(max_length=60)),
                ("starts_at", models.DateTimeField(verbose_name="lifted")),
                ("due_at", models.DateTimeField(verbose_name="to be cleared")),
                ("next_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("extended_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("purged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "extended_by",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "home",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.home",
                    ),
                ),
                (
                    "household",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retentions",
                        to="households.household",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("cancelled_at", None), ("purged_at", None)),
                        fields=["next_at"],
                        name="retention_to_purge",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compound", "cause", "household"), name="one_retention_a_cause"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("purged_at", None)),
                        fields=("compound", "household"),
                        name="one_retention_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purged_at", None), ("cancelled_at", None), _connector="OR"
                        ),
                        name="purged_or_cancelled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("extended_at", None), ("extended_by", None)),
                            models.Q(
                                ("extended_at__isnull", False), ("extended_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="extended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("starts_at"))),
                        name="due_after_the_lift",
                    ),
                ],
            },
        ),
        tenant_table("households_retention"),
        same_compound("households_retention", "household_id", "households_household"),
        same_compound("households_retention", "home_id", "compounds_home"),
        same_compound("households_retention", "extended_by_id", "compounds_member"),
    ]
