from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0005_practice"),
    ]

    operations = []
