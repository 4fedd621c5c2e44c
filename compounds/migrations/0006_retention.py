from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0005_practice"),
    ]

    operations = [
        migrations.AddField(
            model_name="compound",
            name="retention_days",
            field=models.PositiveSmallIntegerField(
                default=30, db_default=30, verbose_name="days that files are kept after a lift"
            ),
        ),
        migrations.AddConstraint(
            model_name="compound",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_days__gte", 7), ("retention_days__lte", 365)),
                name="retention_within_a_year",
            ),
        ),
    ]
