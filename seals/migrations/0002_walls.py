"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0002_walls"),
        ("seals", "0001_initial"),
    ]

    operations = [
        tenant_table("seals_plantemplate"),
        tenant_table("seals_sealorder"),
        tenant_table("seals_orderchange"),
        tenant_table("seals_planpart"),
        tenant_table("seals_plantask"),
        tenant_table("seals_recall"),
        same_compound("seals_plantemplate", "changed_by_id", "compounds_member"),
        same_compound("seals_sealorder", "building_id", "compounds_building"),
        same_compound("seals_sealorder", "unit_id", "compounds_unit"),
        same_compound("seals_sealorder", "home_id", "compounds_home"),
        same_compound("seals_sealorder", "issued_by_id", "compounds_member"),
        same_compound("seals_sealorder", "lifted_by_id", "compounds_member"),
        same_compound("seals_orderchange", "order_id", "seals_sealorder"),
        same_compound("seals_orderchange", "by_id", "compounds_member"),
        same_compound("seals_planpart", "order_id", "seals_sealorder"),
        same_compound("seals_plantask", "assignee_id", "compounds_member"),
        same_compound("seals_plantask", "finished_by_id", "compounds_member"),
        same_compound("seals_plantask", "order_id", "seals_sealorder"),
        same_compound("seals_recall", "assignee_id", "compounds_member"),
        same_compound("seals_recall", "finished_by_id", "compounds_member"),
        same_compound("seals_recall", "order_id", "seals_sealorder"),
        same_compound("seals_recall", "resident_id", "households_resident"),
        same_compound("seals_recall", "household_id", "households_household"),
        same_compound("seals_recall", "home_id", "compounds_home"),
    ]
