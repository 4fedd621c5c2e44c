"""Relatives outside who act for a household, and the links that invite them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0004_file"),
    ]

    operations = [
        migrations.AddField(
            model_name="access",
            name="is_proxy",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
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
                    "household",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="households.household",
                    ),
                ),
                (
                    "made_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.relative",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proxy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="your name")),
                ("phone", models.CharField(max_length=20, verbose_name="your phone")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("son", "son"),
                            ("daughter", "daughter"),
                            ("grandchild", "grandchild"),
                            ("sibling", "brother or sister"),
                            ("relative", "relative"),
                            ("friend", "friend"),
                        ],
                        max_length=12,
                        verbose_name="what you are to them",
                    ),
                ),
                (
                    "home_of",
                    models.CharField(
                        choices=[
                            ("mother", "my mother"),
                            ("father", "my father"),
                            ("parents", "my parents"),
                            ("grandparents", "my grandparents"),
                            ("child", "my child"),
                            ("relative", "a relative"),
                            ("friend", "a friend"),
                        ],
                        max_length=14,
                        verbose_name="whose home this is",
                    ),
                ),
                (
                    "access",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proxies",
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
                    "household",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proxies",
                        to="households.household",
                    ),
                ),
                (
                    "invitation",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.invitation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "proxies",
            },
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                fields=("compound", "digest"), name="one_invitation_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("used_at", None)),
                fields=("compound", "household", "relative"),
                name="one_open_invitation",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="proxy",
            index=models.Index(fields=["compound", "household"], name="proxy_by_household"),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.UniqueConstraint(
                fields=("compound", "access"), name="one_proxy_an_access"
            ),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.UniqueConstraint(
                fields=("compound", "invitation"), name="one_proxy_an_invitation"
            ),
        ),
        tenant_table("households_invitation"),
        tenant_table("households_proxy"),
        same_compound("households_invitation", "household_id", "households_household"),
        same_compound("households_invitation", "relative_id", "households_relative"),
        same_compound("households_invitation", "made_by_id", "compounds_member"),
        same_compound("households_proxy", "access_id", "households_access"),
        same_compound("households_proxy", "household_id", "households_household"),
        same_compound("households_proxy", "invitation_id", "households_invitation"),
    ]
