"""What households ask for."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("volunteers", "0002_walls"),
        ("compounds", "0002_walls"),
        ("households", "0005_proxies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ask",
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
                            ("medicine", "medicine"),
                            ("advice", "medical advice"),
                            ("counselling", "somebody to talk to"),
                            ("food", "food and daily goods"),
                            ("errand", "an errand"),
                            ("repair", "a repair"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="what is needed",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="in your words")),
                ("is_urgent", models.BooleanField(default=False, verbose_name="urgent")),
                (
                    "wanted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="needed by"),
                ),
                (
                    "call_back",
                    models.CharField(blank=True, max_length=20, verbose_name="ring us at"),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_by", models.CharField(max_length=80)),
                ("form_key", models.CharField(max_length=40)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "open"), ("done", "done"), ("cannot", "cannot be done")],
                        max_length=8,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="what was done, or why not"
                    ),
                ),
                (
                    "next_step",
                    models.CharField(blank=True, max_length=300, verbose_name="what next"),
                ),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                (
                    "access",
                    lockdown.kernel.fields.TenantKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.access",
                    ),
                ),
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
                        related_name="asks",
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
            ],
            options={
                "verbose_name": "request for help",
                "indexes": [
                    models.Index(
                        fields=["compound", "household", "-asked_at"], name="ask_by_household"
                    ),
                    models.Index(fields=["compound", "-asked_at"], name="ask_by_time"),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("finished_at__isnull", True)
                        ),
                        fields=["compound", "assignee", "due_at"],
                        name="ask_mine",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("finished_at__isnull", True),
                            ("missed_at__isnull", True),
                        ),
                        fields=["due_at"],
                        name="ask_to_miss",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("compound", "household", "form_key"), name="one_ask_a_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("outcome", "")),
                            models.Q(
                                ("finished_at__isnull", False), ("outcome__in", ["done", "cannot"])
                            ),
                            _connector="OR",
                        ),
                        name="ask_finished_with_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "cannot"), _negated=True),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("next_step", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ask_cannot_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("access__isnull", True), ("member__isnull", True), _connector="OR"
                        ),
                        name="one_asker_an_ask",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("cancelled_at__isnull", True),
                            _connector="OR",
                        ),
                        name="ask_done_or_cancelled",
                    ),
                ],
            },
        ),
        tenant_table("volunteers_ask"),
        same_compound("volunteers_ask", "assignee_id", "compounds_member"),
        same_compound("volunteers_ask", "finished_by_id", "compounds_member"),
        same_compound("volunteers_ask", "household_id", "households_household"),
        same_compound("volunteers_ask", "home_id", "compounds_home"),
        same_compound("volunteers_ask", "access_id", "households_access"),
        same_compound("volunteers_ask", "member_id", "compounds_member"),
    ]
