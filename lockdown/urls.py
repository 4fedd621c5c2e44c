"""Every address of the installation."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from lockdown import views
from lockdown.styleguide import styleguide

handler404 = "lockdown.views.not_found"
handler500 = "lockdown.views.server_error"

urlpatterns = [
    # First, since thousands order in the same minute and each address before it is tried.
    path("", include("supplies.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("compounds.urls")),
    path("", include("households.urls")),
    path("", include("seals.urls")),
    path("", include("seals.duty_urls")),
    path("", include("volunteers.urls")),
    path("", include("waste.urls")),
    path("", include("notices.urls")),
    path("", include("reports.urls")),
    path("", include("drills.urls")),
    path("api/v1/", include("lockdown.api")),
    path("operators/", admin.site.urls),
]
if settings.DEBUG:
    urlpatterns += [path("styleguide/", styleguide, name="styleguide")]
