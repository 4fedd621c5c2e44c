from __future__ import annotations

from django.urls import path

from supplies.views import (
    allocation,
    arrival,
    drafts,
    home_neighbour,
    home_order,
    home_rounds,
    order_for,
    paste,
    public,
    purchase,
    review,
    rounds,
    suppliers,
)

app_name = "supplies"
urlpatterns = [
    path("home/buys/<int:number>/order/", home_order.home_order, name="order"),
    # The organiser's and the committee's pages.
    path("c/<slug:compound>/buys/", rounds.round_list, name="round-list"),
    path("c/<slug:compound>/buys/new/", rounds.round_new, name="round-new"),
    path("c/<slug:compound>/buys/<int:buy>/", rounds.round_page, name="round"),
    path("c/<slug:compound>/buys/<int:buy>/live/", rounds.round_live, name="round-live"),
    path("c/<slug:compound>/buys/<int:buy>/chat/", rounds.round_chat, name="round-chat"),
    path("c/<slug:compound>/buys/<int:buy>/edit/", drafts.round_edit, name="round-edit"),
    path("c/<slug:compound>/buys/<int:buy>/deed/", drafts.round_deed, name="round-deed"),
    path("c/<slug:compound>/buys/<int:buy>/close/", drafts.round_close, name="round-close"),
    path("c/<slug:compound>/buys/<int:buy>/extend/", drafts.round_extend, name="round-extend"),
    path("c/<slug:compound>/buys/<int:buy>/cancel/", drafts.round_cancel, name="round-cancel"),
    path(
        "c/<slug:compound>/buys/<int:buy>/purchase/",
        purchase.purchase_order,
        name="purchase-order",
    ),
    path(
        "c/<slug:compound>/buys/<int:buy>/purchase/<int:version>/sheet/",
        purchase.purchase_sheet,
        name="purchase-sheet",
    ),
    path(
        "c/<slug:compound>/buys/<int:buy>/purchase/<int:version>/print/",
        purchase.purchase_print,
        name="purchase-print",
    ),
    path("c/<slug:compound>/buys/<int:buy>/arrival/", arrival.arrival, name="arrival"),
    path("c/<slug:compound>/buys/<int:buy>/shares/", allocation.allocation, name="allocation"),
    path("c/<slug:compound>/suppliers/", suppliers.supplier_list, name="supplier-list"),
    path("c/<slug:compound>/suppliers/new/", suppliers.supplier_new, name="supplier-new"),
    path("c/<slug:compound>/suppliers/<int:supplier>/", suppliers.supplier_page, name="supplier"),
    path("c/<slug:compound>/papers/<int:paper>/", suppliers.paper, name="paper"),
    path("review/buys/", review.review_list, name="review-list"),
    path("review/<slug:compound>/buys/<int:buy>/", review.round_review, name="round-review"),
    path(
        "review/<slug:compound>/buys/<int:buy>/papers/<int:paper>/",
        review.review_paper,
        name="review-paper",
    ),
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
