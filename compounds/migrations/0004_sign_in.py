import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import lockdown.kernel.fields
from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0003_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="second_factor_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="CodeApp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("secret", models.TextField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_apps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("credential", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed_key", models.TextField()),
                ("device", models.CharField(blank=True, max_length=60)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("password", "password"),
                            ("code", "password and code"),
                            ("recovery", "password and recovery code"),
                            ("passkey", "passkey"),
                            ("link", "one-time link"),
                        ],
                        default="password",
                        max_length=10,
                    ),
                ),
                ("link_id", models.BigIntegerField(blank=True, null=True)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sittings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-seen_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "digest"), name="one_recovery_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondFactorRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "property manager"),
                            ("guard", "guard"),
                            ("cleaner", "cleaner"),
                            ("technician", "technician"),
                            ("warehouse", "warehouse keeper"),
                            ("captain", "building captain"),
                            ("volunteer", "volunteer"),
                            ("adviser", "medical adviser"),
                            ("reviewer", "committee reviewer"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("grace_days", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "made_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "role"), name="one_rule_a_role")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("session_hours", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("opened_device", models.CharField(blank=True, max_length=60)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.compound",
                    ),
                ),
                (
                    "made_by",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compounds.member",
                    ),
                ),
                (
                    "member",
                    lockdown.kernel.fields.TenantKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_in_links",
                        to="compounds.member",
                    ),
                ),
                (
                    "revoked_by",
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
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "digest"), name="one_link_digest"),
                    models.UniqueConstraint(
                        condition=models.Q(("opened_at", None), ("revoked_at", None)),
                        fields=("compound", "member"),
                        name="one_waiting_link",
                    ),
                ],
            },
        ),
        tenant_table("compounds_secondfactorrule"),
        tenant_table("compounds_signinlink"),
        same_compound("compounds_secondfactorrule", "made_by_id", "compounds_member"),
        same_compound("compounds_signinlink", "member_id", "compounds_member"),
        same_compound("compounds_signinlink", "made_by_id", "compounds_member"),
        same_compound("compounds_signinlink", "revoked_by_id", "compounds_member"),
    ]
