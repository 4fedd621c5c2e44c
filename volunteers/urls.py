from __future__ import annotations

from django.urls import path

from volunteers import ask_home, ask_pages, views

app_name = "volunteers"
urlpatterns = [
    path("c/<slug:compound>/care/", views.care_list, name="care-list"),
    path("c/<slug:compound>/care/<int:visit>/", views.care_record, name="care-record"),
    path("c/<slug:compound>/asks/", ask_pages.ask_list, name="ask-list"),
    path("c/<slug:compound>/asks/new/", ask_pages.ask_new, name="ask-new"),
    path("c/<slug:compound>/asks/<int:ask>/", ask_pages.ask_page, name="ask"),
    path("c/<slug:compound>/medical/", ask_pages.medical_list, name="medical-list"),
    path("c/<slug:compound>/medical/<int:medical>/", ask_pages.medical_page, name="medical"),
    path("home/asks/", ask_home.home_asks, name="home-asks"),
    path("home/asks/new/", ask_home.home_ask_new, name="home-ask-new"),
    path("home/asks/<int:own_ask>/", ask_home.home_ask, name="home-ask"),
]
