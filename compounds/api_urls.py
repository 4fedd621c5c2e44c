from __future__ import annotations

from django.urls import path

from compounds import api

urlpatterns = [
    path("", api.compound_detail, name="api-compound"),
    path("homes/", api.homes_add, name="api-homes-add"),
]
