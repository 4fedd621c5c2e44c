"""Every address of the product, and the stub pages."""

from __future__ import annotations

from django.urls import include, path

from bench import stubs

handler404 = "lockdown.views.not_found"
handler500 = "lockdown.views.server_error"

urlpatterns = [
    path("bench/<slug:compound>/<slug:name>/", stubs.member_stub, name="member-stub"),
    path("bench/<slug:name>/", stubs.resident_stub, name="resident-stub"),
    path("", include("lockdown.urls")),
]
