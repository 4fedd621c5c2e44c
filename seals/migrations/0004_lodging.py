"""Lodging of people sealed in, barriers, handovers; with their walls."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0003_limits"),
        ("households", "0003_takeback_and_tries"),
        ("seals", "0003_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Barrier",
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
                            ("fence", "fence"),
                            ("lock", "lock"),
                            ("tape", "tape"),
                            ("post", "guard post"),
                            ("door", "sealed door"),
                        ],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("spot", models.CharField(max_length=60, verbose_name="where it stands")),
                (
                    "since",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="since"),
                ),
                (
                    "opener",
                    models.CharField(max_length=40, verbose_name="opens it in an emergency"),
                ),
                ("opener_phone", models.CharField(max_length=20, verbose_name="phone")),
                ("deputy", models.CharField(max_length=40, verbose_name="deputy")),
                ("deputy_phone", models.CharField(max_length=20, verbose_name="deputy's phone")),
                ("key_place", models.CharField(max_length=80, verbose_name="where key or tool is")),
                (
                    "opens_within",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="opens within, minutes",
                    ),
                ),
                (
                    "check_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                        verbose_name="looked at every … hours",
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("hazard", models.JSONField(default=list)),
                ("registered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="barriers",
                        to="seals.sealorder",
                    ),
                ),
                (
                    "registered_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "removed_by",
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
                "ordering": ["unit__position", "spot", "id"],
            },
        ),
        migrations.CreateModel(
            name="DutyPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shifts", models.JSONField(default=list)),
                ("posts", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
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
            ],
        ),
        migrations.CreateModel(
            name="Guest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("f", "female"), ("m", "male")],
                        max_length=1,
                        verbose_name="sex",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cleaner", "cleaner or carer by the hour"),
                            ("courier", "courier"),
                            ("worker", "workman"),
                            ("visitor", "visitor"),
                            ("passer", "passing by"),
                            ("other", "other"),
                        ],
                        max_length=10,
                        verbose_name="who is it",
                    ),
                ),
                (
                    "with_whom",
                    models.CharField(blank=True, max_length=80, verbose_name="with whom"),
                ),
                ("employer", models.CharField(blank=True, max_length=80, verbose_name="employer")),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("bed", "a bed"),
                                ("meals", "meals"),
                                ("medicine", "medicine"),
                                ("quiet", "a quiet room"),
                                ("women", "with women only"),
                                ("pets", "has a pet along"),
                                ("lift", "no stairs"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "needs_note",
                    models.CharField(blank=True, max_length=200, verbose_name="more about it"),
                ),
                ("spot", models.CharField(blank=True, max_length=60, verbose_name="where exactly")),
                ("registered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "gone_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("left", "has left"),
                            ("registered", "stays on, registered with the household"),
                            ("transferred", "transferred"),
                        ],
                        max_length=12,
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
                    "gone_by",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.home",
                    ),
                ),
                (
                    "registered_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "resident",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guest_files",
                        to="households.resident",
                    ),
                ),
                (
                    "unit",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["registered_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("post", models.CharField(max_length=20)),
                ("shift", models.CharField(max_length=20)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("figures", models.JSONField(default=list)),
                ("handed_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "handed_by",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "opened_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "taken_by",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "to",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
            ],
            options={
                "ordering": ["-begins_at", "post", "id"],
            },
        ),
        migrations.CreateModel(
            name="DutyTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("missed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bed", "A bed for tonight"),
                            ("ask", "Ask guest and household"),
                            ("lane", "Fire-lane check"),
                            ("hazard", "Clear the way out"),
                            ("point", "From the handover"),
                        ],
                        max_length=6,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("place", models.CharField(max_length=100)),
                ("answers", models.JSONField(blank=True, null=True)),
                (
                    "assignee",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "barrier",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="seals.barrier",
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
                    "finished_by",
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
                (
                    "guest",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="seals.guest",
                    ),
                ),
                (
                    "handover",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="seals.handover",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty task",
            },
        ),
        migrations.CreateModel(
            name="HandoverWord",
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
                            ("note", "note"),
                            ("point", "open point"),
                            ("question", "question"),
                            ("answer", "answer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("request_key", models.CharField(max_length=40)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
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
                    "handover",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="seals.handover",
                    ),
                ),
                (
                    "task",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="seals.dutytask",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="LodgingOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "beds",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10),
                        ],
                        verbose_name="beds",
                    ),
                ),
                (
                    "for_whom",
                    models.CharField(
                        choices=[
                            ("anyone", "anyone"),
                            ("women", "women only"),
                            ("men", "men only"),
                        ],
                        default="anyone",
                        max_length=8,
                        verbose_name="for whom",
                    ),
                ),
                ("first_night", models.DateField(verbose_name="first night")),
                ("last_night", models.DateField(verbose_name="last night")),
                ("meals", models.BooleanField(default=False, verbose_name="with meals")),
                ("pets", models.BooleanField(default=False, verbose_name="pets may come")),
                ("quiet", models.BooleanField(default=False, verbose_name="a room of its own")),
                (
                    "conditions",
                    models.CharField(blank=True, max_length=200, verbose_name="conditions"),
                ),
                (
                    "contact",
                    models.CharField(blank=True, max_length=40, verbose_name="whom to ask"),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("made_by", models.CharField(max_length=80)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
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
                        related_name="lodging_offers",
                        to="households.household",
                    ),
                ),
            ],
            options={
                "ordering": ["home__position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Stay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bed", models.PositiveSmallIntegerField()),
                ("first_night", models.DateField()),
                ("last_night", models.DateField()),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("guest_agreed_at", models.DateTimeField(blank=True, null=True)),
                ("host_agreed_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refused_by",
                    models.CharField(
                        blank=True,
                        choices=[("guest", "the guest"), ("host", "the household")],
                        max_length=5,
                    ),
                ),
                ("moved_in_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "guest",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stays",
                        to="seals.guest",
                    ),
                ),
                (
                    "offer",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stays",
                        to="seals.lodgingoffer",
                    ),
                ),
                (
                    "proposed_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="dutytask",
            name="stay",
            field=lockdown.kernel.fields.TenantKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="seals.stay",
            ),
        ),
        migrations.CreateModel(
            name="BedNight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bed", models.PositiveSmallIntegerField()),
                ("night", models.DateField()),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "offer",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="seals.lodgingoffer",
                    ),
                ),
                (
                    "stay",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nights",
                        to="seals.stay",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="barrier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("compound", "unit", "kind", "spot"),
                name="one_barrier_a_spot",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="barrier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), ("removed_by", None)),
                    models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                    _connector="OR",
                ),
                name="removed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyplan",
            constraint=models.UniqueConstraint(fields=("compound",), name="one_duty_plan"),
        ),
        migrations.AddIndex(
            model_name="guest",
            index=models.Index(
                condition=models.Q(("gone_at", None)),
                fields=["compound", "unit"],
                name="guest_here",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gone_at", None), ("resident__isnull", False)),
                fields=("compound", "resident"),
                name="one_guest_a_resident",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_at", None), ("gone_how", "")),
                    models.Q(("gone_at__isnull", False), models.Q(("gone_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="gone_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("compound", "post", "begins_at"), name="one_handover_a_shift"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="shift_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handed_at", None), ("handed_by", None)),
                    models.Q(
                        ("handed_at__isnull", False),
                        ("handed_by__isnull", False),
                        ("to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="handed_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taken_by", None)),
                    models.Q(
                        ("handed_at__isnull", False),
                        ("taken_at__isnull", False),
                        ("taken_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="taken_when_handed",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverword",
            constraint=models.UniqueConstraint(
                fields=("compound", "handover", "request_key"), name="one_line_a_request"
            ),
        ),
        migrations.AddIndex(
            model_name="lodgingoffer",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["compound", "home"],
                name="offer_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="lodgingoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_night__gte", models.F("first_night"))),
                name="offer_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="lodgingoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("beds__gte", 1), ("beds__lte", 10)), name="offer_has_beds"
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("refused_at", None)),
                fields=("compound", "guest"),
                name="one_stay_a_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("moved_in_at", None),
                    models.Q(("guest_agreed_at__isnull", False), ("host_agreed_at__isnull", False)),
                    _connector="OR",
                ),
                name="moved_in_when_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused_at", None), ("moved_in_at", None), _connector="OR"),
                name="refused_before_moving",
            ),
        ),
        migrations.AddIndex(
            model_name="dutytask",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", True), ("finished_at__isnull", True)),
                fields=["compound", "assignee", "due_at"],
                name="dutytask_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="dutytask",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True),
                    ("finished_at__isnull", True),
                    ("missed_at__isnull", True),
                ),
                fields=["due_at"],
                name="dutytask_to_miss",
            ),
        ),
        migrations.AddIndex(
            model_name="dutytask",
            index=models.Index(
                fields=["compound", "barrier", "due_at"], name="dutytask_of_barrier"
            ),
        ),
        migrations.AddIndex(
            model_name="dutytask",
            index=models.Index(fields=["compound", "handover"], name="dutytask_of_handover"),
        ),
        migrations.AddConstraint(
            model_name="dutytask",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("cancelled_at", None), ("finished_at", None), ("guest__isnull", False)
                ),
                fields=("compound", "guest", "kind"),
                name="one_open_task_a_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutytask",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("barrier__isnull", False), ("cancelled_at", None), ("finished_at", None)
                ),
                fields=("compound", "barrier", "kind"),
                name="one_open_task_a_barrier",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutytask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_at__isnull", True), ("cancelled_at__isnull", True), _connector="OR"
                ),
                name="dutytask_done_or_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="bednight",
            constraint=models.UniqueConstraint(
                fields=("compound", "offer", "bed", "night"), name="one_guest_a_bed_and_night"
            ),
        ),
        migrations.AddConstraint(
            model_name="bednight",
            constraint=models.UniqueConstraint(
                fields=("compound", "stay", "night"), name="one_bed_a_night"
            ),
        ),
        tenant_table("seals_dutyplan"),
        tenant_table("seals_guest"),
        tenant_table("seals_lodgingoffer"),
        tenant_table("seals_stay"),
        tenant_table("seals_bednight"),
        tenant_table("seals_barrier"),
        tenant_table("seals_handover"),
        tenant_table("seals_dutytask"),
        tenant_table("seals_handoverword"),
        same_compound("seals_dutyplan", "changed_by_id", "compounds_member"),
        same_compound("seals_guest", "resident_id", "households_resident"),
        same_compound("seals_guest", "unit_id", "compounds_unit"),
        same_compound("seals_guest", "home_id", "compounds_home"),
        same_compound("seals_guest", "registered_by_id", "compounds_member"),
        same_compound("seals_guest", "gone_by_id", "compounds_member"),
        same_compound("seals_lodgingoffer", "household_id", "households_household"),
        same_compound("seals_lodgingoffer", "home_id", "compounds_home"),
        same_compound("seals_stay", "guest_id", "seals_guest"),
        same_compound("seals_stay", "offer_id", "seals_lodgingoffer"),
        same_compound("seals_stay", "proposed_by_id", "compounds_member"),
        same_compound("seals_bednight", "stay_id", "seals_stay"),
        same_compound("seals_bednight", "offer_id", "seals_lodgingoffer"),
        same_compound("seals_barrier", "unit_id", "compounds_unit"),
        same_compound("seals_barrier", "order_id", "seals_sealorder"),
        same_compound("seals_barrier", "registered_by_id", "compounds_member"),
        same_compound("seals_barrier", "removed_by_id", "compounds_member"),
        same_compound("seals_handover", "opened_by_id", "compounds_member"),
        same_compound("seals_handover", "to_id", "compounds_member"),
        same_compound("seals_handover", "handed_by_id", "compounds_member"),
        same_compound("seals_handover", "taken_by_id", "compounds_member"),
        same_compound("seals_dutytask", "assignee_id", "compounds_member"),
        same_compound("seals_dutytask", "finished_by_id", "compounds_member"),
        same_compound("seals_dutytask", "unit_id", "compounds_unit"),
        same_compound("seals_dutytask", "guest_id", "seals_guest"),
        same_compound("seals_dutytask", "stay_id", "seals_stay"),
        same_compound("seals_dutytask", "barrier_id", "seals_barrier"),
        same_compound("seals_dutytask", "handover_id", "seals_handover"),
        same_compound("seals_handoverword", "handover_id", "seals_handover"),
        same_compound("seals_handoverword", "task_id", "seals_dutytask"),
        same_compound("seals_handoverword", "by_id", "compounds_member"),
    ]
