from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("seals", "0004_lodging"),
    ]

    operations = []
