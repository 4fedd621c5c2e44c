from __future__ import annotations

from django.urls import path

from supplies.views import home_neighbour, home_order, home_rounds, order_for, paste, public

app_name = "supplies"
urlpatterns = [
    path("home/buys/<int:number>/order/", home_order.home_order, name="order"),
    # A household's pages, the page for the chat group, and orders that staff take.
    path("home/buys/", home_rounds.home_rounds, name="home-rounds"),
    path("home/buys/<int:number>/cancel/", home_rounds.home_cancel, name="home-cancel"),
    path("home/buys/<int:number>/wait/", home_rounds.home_wait, name="home-wait"),
    path("home/buys/<int:number>/taken/", home_rounds.home_taken, name="home-taken"),
    path("home/buys/<int:number>/neighbour/", home_neighbour.home_neighbour, name="home-neighbour"),
    path("c/<slug:compound>/buys/<int:buy>/order-for/", order_for.order_for, name="order-for"),
    path("c/<slug:compound>/buys/<int:buy>/paste/", paste.paste, name="paste"),
    path("b/<slug:compound>/<int:number>/", public.public_round, name="public-round"),
]
