from __future__ import annotations

from django.urls import path

from supplies.views import home_order

app_name = "supplies"
urlpatterns = [
    path("home/buys/<int:number>/order/", home_order.home_order, name="order"),
]
