"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("seals", "0002_walls"),
        ("waste", "0001_initial"),
    ]

    operations = [
        tenant_table("waste_disinfectionround"),
        tenant_table("waste_rubbishwindow"),
        same_compound("waste_disinfectionround", "assignee_id", "compounds_member"),
        same_compound("waste_disinfectionround", "finished_by_id", "compounds_member"),
        same_compound("waste_disinfectionround", "order_id", "seals_sealorder"),
        same_compound("waste_disinfectionround", "unit_id", "compounds_unit"),
        same_compound("waste_rubbishwindow", "assignee_id", "compounds_member"),
        same_compound("waste_rubbishwindow", "finished_by_id", "compounds_member"),
        same_compound("waste_rubbishwindow", "order_id", "seals_sealorder"),
        same_compound("waste_rubbishwindow", "unit_id", "compounds_unit"),
        same_compound("waste_rubbishwindow", "gate_id", "waste_disinfectionround"),
    ]
