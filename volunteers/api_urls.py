from __future__ import annotations

from django.urls import path

from volunteers import api, ask_api

urlpatterns = [
    path("care/", api.care_list, name="api-care"),
    path("care/<int:visit>/", api.care_record, name="api-care-record"),
    path("asks/", ask_api.ask_list, name="api-asks"),
    path("asks/<int:ask>/", ask_api.ask_move, name="api-ask-move"),
]
