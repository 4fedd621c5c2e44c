"""Identity, medicines, appointments, pets, notes with author; files and people that merged."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table

# Row security is forced on the owner, too: the statement names every compound for itself. The old
# column keeps its text, since the release before still reads it. Twice is once. The last line
# closes the pending key checks, which would refuse an ALTER TABLE after it.
NOTES_BECOME_ROWS = """
DO $$ BEGIN
    EXECUTE format(
        'SET LOCAL lockdown.compounds = %L',
        (SELECT '{' || coalesce(string_agg(id::text, ','), '') || '}' FROM compounds_compound)
    );
END $$;
INSERT INTO households_note (compound_id, household_id, text, written_by, written_at)
SELECT compound_id, id, note, '', opened_at
FROM households_household AS file
WHERE btrim(note) <> '' AND NOT EXISTS (
    SELECT FROM households_note AS kept
    WHERE kept.compound_id = file.compound_id AND kept.household_id = file.id
);
SET CONSTRAINTS ALL IMMEDIATE;
SET LOCAL lockdown.compounds = '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0003_takeback_and_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dialysis", "dialysis"),
                            ("prenatal", "prenatal check"),
                            ("chemotherapy", "chemotherapy"),
                            ("other", "other treatment"),
                        ],
                        max_length=12,
                        verbose_name="treatment",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(7),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("day", models.DateField(blank=True, null=True, verbose_name="day")),
                ("at", models.TimeField(verbose_name="time")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="place")),
                (
                    "escort",
                    models.CharField(blank=True, max_length=40, verbose_name="who takes them"),
                ),
                ("kept_by", models.CharField(max_length=80)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("id_card", "ID card"),
                            ("passport", "passport"),
                            ("permit", "Hong Kong, Macau or Taiwan permit"),
                            ("other", "other document"),
                        ],
                        max_length=8,
                        verbose_name="document",
                    ),
                ),
                ("number", lockdown.kernel.fields.EncryptedField()),
                ("blind_index", models.CharField(max_length=64)),
                ("last_four", models.CharField(max_length=4)),
                ("kept_by", models.CharField(max_length=80)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="KeptApart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decided_by", models.CharField(max_length=80)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Medicine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", lockdown.kernel.fields.EncryptedField()),
                ("dose", lockdown.kernel.fields.EncryptedField(blank=True)),
                ("prescribed_at", lockdown.kernel.fields.EncryptedField(blank=True)),
                ("runs_out_on", models.DateField(blank=True, null=True)),
                ("kept_by", models.CharField(max_length=80)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["runs_out_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="note")),
                ("written_by", models.CharField(blank=True, max_length=80)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-written_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Pet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dog", "dog"),
                            ("cat", "cat"),
                            ("bird", "bird"),
                            ("other", "other animal"),
                        ],
                        max_length=6,
                        verbose_name="animal",
                    ),
                ),
                (
                    "count",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="how many",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=120, verbose_name="what to know")),
                ("kept_by", models.CharField(max_length=80)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="relative",
            name="one_relative_phone",
        ),
        migrations.AddField(
            model_name="household",
            name="merged_into",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_files",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="resident",
            name="merged_into",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_people",
                to="households.resident",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["compound", "merged_into"],
                name="household_by_merge",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(
                        ("closed_at__isnull", False),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merged_file_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="relative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("phone", ""), _negated=True),
                fields=("compound", "household", "phone"),
                name="one_relative_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(
                        ("moved_out_at__isnull", False),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merged_person_has_left",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="resident",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="households.resident",
            ),
        ),
        migrations.AddField(
            model_name="identity",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="identity",
            name="resident",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="identities",
                to="households.resident",
            ),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="first",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="keptapart",
            name="second",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="medicine",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="medicine",
            name="resident",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="medicines",
                to="households.resident",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="household",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="households.household",
            ),
        ),
        migrations.AddField(
            model_name="pet",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="pet",
            name="household",
            field=lockdown.kernel.fields.TenantKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pets",
                to="households.household",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["compound", "resident"],
                name="appointment_by_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("day__isnull", True), ("weekdays__len__gt", 0)),
                    models.Q(("day__isnull", False), ("weekdays__len", 0)),
                    _connector="OR",
                ),
                name="weekly_or_once",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(fields=["compound", "blind_index"], name="identity_by_index"),
        ),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.UniqueConstraint(
                fields=("compound", "resident", "kind"), name="one_document_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="keptapart",
            constraint=models.UniqueConstraint(
                fields=("compound", "first", "second"), name="one_pair_apart"
            ),
        ),
        migrations.AddConstraint(
            model_name="keptapart",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="pair_apart_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="medicine",
            index=models.Index(fields=["compound", "resident"], name="medicine_by_person"),
        ),
        migrations.AddIndex(
            model_name="medicine",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["compound", "runs_out_on"],
                name="medicine_by_end",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["compound", "household"], name="note_by_household"),
        ),
        migrations.AddIndex(
            model_name="pet",
            index=models.Index(fields=["compound", "household"], name="pet_by_household"),
        ),
        tenant_table("households_identity"),
        tenant_table("households_medicine"),
        tenant_table("households_appointment"),
        tenant_table("households_pet"),
        tenant_table("households_note"),
        tenant_table("households_keptapart"),
        same_compound("households_household", "merged_into_id", "households_household"),
        same_compound("households_resident", "merged_into_id", "households_resident"),
        same_compound("households_identity", "resident_id", "households_resident"),
        same_compound("households_medicine", "resident_id", "households_resident"),
        same_compound("households_appointment", "resident_id", "households_resident"),
        same_compound("households_pet", "household_id", "households_household"),
        same_compound("households_note", "household_id", "households_household"),
        same_compound("households_keptapart", "first_id", "households_household"),
        same_compound("households_keptapart", "second_id", "households_household"),
        migrations.RunSQL(sql=NOTES_BECOME_ROWS, reverse_sql=migrations.RunSQL.noop),
    ]
