from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0004_sign_in"),
    ]

    operations = []
