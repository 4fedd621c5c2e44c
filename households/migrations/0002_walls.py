"""Row security on every tenant table, and keys between them that carry the compound."""

from django.db import migrations

from lockdown.kernel.migrations import same_compound, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("compounds", "0002_walls"),
        ("households", "0001_initial"),
    ]

    operations = [
        tenant_table("households_household"),
        tenant_table("households_resident"),
        tenant_table("households_phone"),
        tenant_table("households_careflag"),
        tenant_table("households_relative"),
        tenant_table("households_sweep"),
        tenant_table("households_verification"),
        tenant_table("households_rosterimport"),
        tenant_table("households_importchange"),
        tenant_table("households_doorcode"),
        tenant_table("households_access"),
        same_compound("households_household", "home_id", "compounds_home"),
        same_compound("households_resident", "household_id", "households_household"),
        same_compound("households_phone", "household_id", "households_household"),
        same_compound("households_phone", "resident_id", "households_resident"),
        same_compound("households_careflag", "household_id", "households_household"),
        same_compound("households_careflag", "resident_id", "households_resident"),
        same_compound("households_relative", "household_id", "households_household"),
        same_compound("households_verification", "assignee_id", "compounds_member"),
        same_compound("households_verification", "finished_by_id", "compounds_member"),
        same_compound("households_verification", "sweep_id", "households_sweep"),
        same_compound("households_verification", "household_id", "households_household"),
        same_compound("households_verification", "home_id", "compounds_home"),
        same_compound("households_rosterimport", "unit_id", "compounds_unit"),
        same_compound("households_rosterimport", "uploaded_by_id", "compounds_member"),
        same_compound("households_rosterimport", "confirmed_by_id", "compounds_member"),
        same_compound("households_rosterimport", "undone_by_id", "compounds_member"),
        same_compound("households_importchange", "batch_id", "households_rosterimport"),
        same_compound("households_doorcode", "home_id", "compounds_home"),
        same_compound("households_access", "household_id", "households_household"),
        same_compound("households_access", "resident_id", "households_resident"),
        same_compound("households_access", "granted_by_id", "compounds_member"),
    ]
