"""A door by its number, for the one search box."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0006_retention"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="home",
            index=models.Index(
                fields=["compound", "number"],
                name="home_by_number",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
