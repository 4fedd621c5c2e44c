from __future__ import annotations

from django.urls import path

from volunteers import views

app_name = "volunteers"
urlpatterns = [
    path("c/<slug:compound>/care/", views.care_list, name="care-list"),
    path("c/<slug:compound>/care/<int:visit>/", views.care_record, name="care-record"),
]
