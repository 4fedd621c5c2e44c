"""Django's admin is for operators of the installation: companies, compounds, users.

It is never a window on operational data; tenant tables are not registered.
"""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from compounds.models import Compound, Officer, Organization, User


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    search_fields = ["name"]


@admin.register(Compound)
class CompoundAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "organization"]
    search_fields = ["name", "slug"]


@admin.register(Officer)
class OfficerAdmin(admin.ModelAdmin):
    list_display = ["user", "organization"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ["username", "name", "is_active", "is_staff"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "language"]}),
        (None, {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "password1", "password2"]})]
