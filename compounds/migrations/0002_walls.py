"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0001_initial"),
    ]

    operations = [
        tenant_table("compounds_building"),
        tenant_table("compounds_unit"),
        tenant_table("compounds_home"),
        tenant_table(
            "compounds_member",
            also_readable="user_id = nullif(current_setting('lockdown.person', true), '')::bigint",
        ),
        tenant_table("compounds_apitoken"),
        same_compound("compounds_unit", "building_id", "compounds_building"),
        same_compound("compounds_home", "building_id", "compounds_building"),
        same_compound("compounds_home", "unit_id", "compounds_unit"),
        same_compound("compounds_member", "unit_id", "compounds_unit"),
        same_compound("compounds_apitoken", "member_id", "compounds_member"),
    ]
