from __future__ import annotations

from django.urls import URLPattern, path

from households import api

urlpatterns: list[URLPattern] = [
    path("households/", api.households, name="api-households"),
    path("households/<int:household>/", api.household, name="api-household"),
    path(
        "verifications/<int:verification>/record/",
        api.verification_record,
        name="api-verification-record",
    ),
    path("imports/", api.import_upload, name="api-import-upload"),
    path("imports/<int:batch>/", api.import_one, name="api-import"),
    path("imports/<int:batch>/confirm/", api.import_confirm, name="api-import-confirm"),
    path("imports/<int:batch>/undo/", api.import_undo, name="api-import-undo"),
    path("accesses/", api.access_list, name="api-accesses"),
    path("accesses/<int:access>/decide/", api.access_decide, name="api-access-decide"),
]
