from __future__ import annotations

from django.urls import path

from notices import api

urlpatterns = [
    path("notices/", api.notices, name="api-notices"),
    path("notices/send/", api.notice_send, name="api-notice-send"),
    path("notices/reach/", api.reach_list, name="api-notice-reach"),
    path("notices/<int:notice>/", api.notice_detail, name="api-notice"),
    path("notices/receipts/<int:receipt>/told/", api.receipt_told, name="api-receipt-told"),
]
