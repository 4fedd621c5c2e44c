"""What an import left, and wrong digits counted per door code."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="doorcode",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="doorcode",
            name="tries_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importchange",
            name="after",
            field=models.JSONField(default=dict),
        ),
    ]
