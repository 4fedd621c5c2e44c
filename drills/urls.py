from __future__ import annotations

from django.urls import path

from drills import views

app_name = "drills"
DRILLS = "c/<slug:compound>/drills"
urlpatterns = [
    path(f"{DRILLS}/", views.drill_list, name="list"),
    path(f"{DRILLS}/start/", views.drill_start, name="drill-start"),
    path(f"{DRILLS}/<int:drill>/", views.drill, name="drill"),
    path(f"{DRILLS}/<int:drill>/live/", views.drill_live, name="drill-live"),
    path(f"{DRILLS}/<int:drill>/end/", views.drill_end, name="drill-end"),
    path(f"{DRILLS}/<int:drill>/situation/", views.situation, name="situation"),
    path(f"{DRILLS}/<int:drill>/scorecard/", views.scorecard_sheet, name="scorecard"),
]
