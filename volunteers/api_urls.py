from __future__ import annotations

from django.urls import path

from volunteers import api

urlpatterns = [
    path("care/", api.care_list, name="api-care"),
    path("care/<int:visit>/", api.care_record, name="api-care-record"),
]
