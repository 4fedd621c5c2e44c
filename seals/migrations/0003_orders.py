"""Drafts, children, a restarted clock, stages, and orders that were cancelled."""

import django.db.models.deletion
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0003_limits"),
        ("seals", "0002_walls"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="planpart",
            options={"ordering": ["order_id", "stage", "position"]},
        ),
        migrations.AlterModelOptions(
            name="sealorder",
            options={
                "ordering": [
                    models.OrderBy(models.F("number"), descending=True, nulls_last=True),
                    "-id",
                ]
            },
        ),
        migrations.RemoveConstraint(
            model_name="planpart",
            name="one_part_a_key",
        ),
        migrations.AddField(
            model_name="orderchange",
            name="new_clock",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="orderchange",
            name="new_level",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="orderchange",
            name="old_clock",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="orderchange",
            name="old_level",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="orderchange",
            name="part",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="seals.sealorder",
            ),
        ),
        migrations.AddField(
            model_name="planpart",
            name="stage",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plantemplate",
            name="easing",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="cancel_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="cancelled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="cancelled_by",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.member",
            ),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="clock_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="draft",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="level_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="parent",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="seals.sealorder",
            ),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="stage",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="sealorder",
            name="stages",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="orderchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("extended", "extended"),
                    ("reduced", "reduced"),
                    ("restarted", "clock restarted"),
                    ("part", "clock restarted for a part"),
                    ("exempt", "clock kept"),
                    ("eased", "eased"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sealorder",
            name="number",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="orderchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "part"), _negated=True),
                    ("part__isnull", False),
                    _connector="OR",
                ),
                name="part_has_its_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="planpart",
            constraint=models.UniqueConstraint(
                fields=("compound", "order", "stage", "key"), name="one_part_a_stage_and_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancelled_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="cancelled_when_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", True), ("state", "draft")),
                    ("state", "cancelled"),
                    models.Q(("number__isnull", False), ("state__in", ("in_force", "lifted"))),
                    _connector="OR",
                ),
                name="numbered_when_issued",
            ),
        ),
        same_compound("seals_sealorder", "parent_id", "seals_sealorder"),
        same_compound("seals_sealorder", "cancelled_by_id", "compounds_member"),
        same_compound("seals_orderchange", "part_id", "seals_sealorder"),
    ]
