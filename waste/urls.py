from __future__ import annotations

from django.urls import path

from waste import views

app_name = "waste"
_BASE = "c/<slug:compound>/sanitation/"
urlpatterns = [
    path(_BASE, views.day, name="day"),
    path(f"{_BASE}rounds/<int:round_id>/", views.round_page, name="round"),
    path(f"{_BASE}rounds/<int:round_id>/start/", views.round_start, name="round-start"),
    path(f"{_BASE}rounds/<int:round_id>/done/", views.round_done, name="round-done"),
    path(f"{_BASE}rounds/<int:round_id>/assign/", views.round_assign, name="round-assign"),
    path(f"{_BASE}windows/<int:window_id>/", views.window_page, name="window"),
    path(f"{_BASE}windows/<int:window_id>/move/", views.window_move, name="window-move"),
    path(
        f"{_BASE}windows/<int:window_id>/disinfect/",
        views.window_disinfect,
        name="window-disinfect",
    ),
    path(f"{_BASE}windows/<int:window_id>/assign/", views.window_assign, name="window-assign"),
]
