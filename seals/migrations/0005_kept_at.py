"""When a draft was last kept, by which a form knows whether somebody else changed it since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("seals", "0004_lodging")]

    operations = [
        migrations.AddField(
            model_name="sealorder",
            name="kept_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
