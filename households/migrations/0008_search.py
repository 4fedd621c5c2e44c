"""Indexes of the one search box: each begins with the compound, prefixes as text patterns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0007_sheets"),
        ("compounds", "0007_search"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="resident", name="resident_by_initials"),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(
                fields=["compound", "initials"],
                name="resident_by_initials",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(
                fields=["compound", "pinyin"],
                name="resident_by_pinyin",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(
                fields=["compound", "name"],
                name="resident_by_name",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
