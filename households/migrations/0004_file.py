from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0003_takeback_and_tries"),
    ]

    operations = []
