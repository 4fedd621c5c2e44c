from __future__ import annotations

from django.urls import path

from waste import api

urlpatterns = [
    path("rounds/", api.rounds, name="api-rounds"),
    path("rounds/<int:round_id>/start/", api.round_start, name="api-round-start"),
    path("rounds/<int:round_id>/done/", api.round_done, name="api-round-done"),
    path("windows/", api.windows, name="api-windows"),
    path("windows/<int:window_id>/move/", api.window_move, name="api-window-move"),
]
