import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0004_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="compound",
            name="practice_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="practices",
                to="compounds.compound",
            ),
        ),
        migrations.AddField(
            model_name="compound",
            name="pace",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name="compound",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pace", 1),
                    models.Q(("pace__gt", 1), ("practice_of__isnull", False)),
                    _connector="OR",
                ),
                name="only_practice_runs_fast",
            ),
        ),
    ]
