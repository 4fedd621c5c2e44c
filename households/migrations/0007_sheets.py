"""Every change of presence, the log of a sweep with each person, and sheets on paper."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table

# Doors that were tried before there was a log: one line each, and what a verified door implied.
# The owner's role stands behind row security too, so every compound is named first.
BACKFILL = """
SELECT set_config('lockdown.compounds', (
    SELECT '{' || coalesce(string_agg(id::text, ','), '') || '}' FROM compounds_compound
), true);
INSERT INTO households_sweeptap (
    compound_id, sweep_id, verification_id, member_id, key, kind, data, at, device, sequence,
    received_at
)
SELECT compound_id, sweep_id, id, finished_by_id, gen_random_uuid(), 'door',
    jsonb_build_object('outcome', outcome, 'how', 'door', 'note', note, 'times', attempts),
    coalesce(finished_at, tried_at), 'server', 0, coalesce(finished_at, tried_at)
FROM households_verification
WHERE outcome <> 'unverified' AND coalesce(finished_at, tried_at) IS NOT NULL;
INSERT INTO households_personcheck (
    compound_id, verification_id, resident_id, found, implied, was, at
)
SELECT door.compound_id, door.id, person.id,
    CASE WHEN person.presence IN ('inside', 'temporary') THEN 'seen'
         WHEN person.presence = 'transferred' THEN 'transferred' ELSE 'away' END,
    true, person.presence, door.finished_at
FROM households_verification AS door
JOIN households_resident AS person
  ON person.compound_id = door.compound_id AND person.household_id = door.household_id
WHERE door.finished_at IS NOT NULL AND person.moved_out_at IS NULL;
SELECT set_config('lockdown.compounds', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0006_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="sweep",
            name="completed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sweep",
            name="completed_by",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.member",
            ),
        ),
        migrations.CreateModel(
            name="PersonCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "found",
                    models.CharField(
                        choices=[
                            ("seen", "seen"),
                            ("away", "away"),
                            ("transferred", "transferred"),
                            ("unknown", "not known here"),
                        ],
                        max_length=12,
                    ),
                ),
                ("implied", models.BooleanField(default=False)),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("inside", "inside"),
                            ("away", "away"),
                            ("recalled", "recalled, on the way"),
                            ("transferred", "transferred"),
                            ("temporary", "temporary, sealed in"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "resident",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="households.resident",
                    ),
                ),
                (
                    "verification",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="households.verification",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["compound", "resident"], name="check_by_person")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compound", "verification", "resident"), name="one_check_a_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PresenceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inside", "inside"),
                            ("away", "away"),
                            ("recalled", "recalled, on the way"),
                            ("transferred", "transferred"),
                            ("temporary", "temporary, sealed in"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("inside", "inside"),
                            ("away", "away"),
                            ("recalled", "recalled, on the way"),
                            ("transferred", "transferred"),
                            ("temporary", "temporary, sealed in"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=80)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("file", "in the household file"),
                            ("import", "by a roster import"),
                            ("sweep", "at the door"),
                            ("sheet", "from a paper sheet"),
                            ("recall", "by the recall"),
                            ("undone", "taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "resident",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presences",
                        to="households.resident",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [
                    models.Index(fields=["compound", "resident", "at"], name="presence_by_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReachTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("door", "at the door"),
                            ("call", "by phone"),
                            ("neighbour", "through a neighbour"),
                            ("relative", "through a relative"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asked_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
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
                    "household",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.household",
                    ),
                ),
                (
                    "member",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "relative",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="households.relative",
                    ),
                ),
                (
                    "verification",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="households.verification",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["compound", "verification", "-asked_at"], name="try_by_door"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("sweep", "verification sheet"), ("tell", "telling sheet")],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("subject", models.BigIntegerField(blank=True, null=True)),
                (
                    "floors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "rows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("printed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_form", models.UUIDField(blank=True, null=True)),
                ("typed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "printed_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "sweep",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="households.sweep",
                    ),
                ),
                (
                    "typed_by",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "unit",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "number"), name="one_sheet_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("typed_at__isnull", True), ("typed_by__isnull", True)),
                            models.Q(("typed_at__isnull", False), ("typed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="typed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SweepTap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("door", "the door's outcome"),
                            ("person", "one person"),
                            ("new", "somebody new"),
                            ("undo", "taken back"),
                        ],
                        max_length=8,
                    ),
                ),
                ("data", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("device", models.CharField(max_length=40)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("clock_ahead", models.DurationField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "member",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "sweep",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taps",
                        to="households.sweep",
                    ),
                ),
                (
                    "verification",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taps",
                        to="households.verification",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["compound", "verification"], name="tap_by_door")],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "key"), name="one_line_a_tap")
                ],
            },
        ),
        tenant_table("households_presencechange"),
        tenant_table("households_sweeptap"),
        tenant_table("households_personcheck"),
        tenant_table("households_reachtry"),
        tenant_table("households_sheet"),
        same_compound("households_sweep", "completed_by_id", "compounds_member"),
        same_compound("households_presencechange", "resident_id", "households_resident"),
        same_compound("households_sweeptap", "sweep_id", "households_sweep"),
        same_compound("households_sweeptap", "verification_id", "households_verification"),
        same_compound("households_sweeptap", "member_id", "compounds_member"),
        same_compound("households_personcheck", "verification_id", "households_verification"),
        same_compound("households_personcheck", "resident_id", "households_resident"),
        same_compound("households_reachtry", "verification_id", "households_verification"),
        same_compound("households_reachtry", "household_id", "households_household"),
        same_compound("households_reachtry", "relative_id", "households_relative"),
        same_compound("households_reachtry", "member_id", "compounds_member"),
        same_compound("households_reachtry", "asked_by_id", "compounds_member"),
        same_compound("households_sheet", "sweep_id", "households_sweep"),
        same_compound("households_sheet", "unit_id", "compounds_unit"),
        same_compound("households_sheet", "printed_by_id", "compounds_member"),
        same_compound("households_sheet", "typed_by_id", "compounds_member"),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
