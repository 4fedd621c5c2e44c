from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import board, closing, figures, home, mine, review, search

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("c/<slug:compound>/", board.board_page, name="board"),
    path("c/<slug:compound>/live/", board.board_live, name="board-live"),
    path("c/<slug:compound>/my-list/", mine.my_list_page, name="my-list"),
    path("c/<slug:compound>/figures/", figures.day, name="day"),
    path("home/", home.home, name="home"),
    path("home/live/", home.home_live, name="home-live"),
    path("review/", review.review, name="review"),
    path("find/", search.review_search, name="review-search"),
    path("review/<slug:compound>/", figures.review_day, name="review-day"),
    path("review/<slug:compound>/comments/", figures.comment, name="comment"),
    path("company/", review.company, name="company"),
    path("c/<slug:compound>/closings/", closing.closing_list, name="closing-list"),
    path("c/<slug:compound>/closings/<int:order>/", closing.closing, name="closing"),
    path("review/<slug:compound>/closings/", closing.review_closings, name="review-closings"),
    path(
        "review/<slug:compound>/closings/<int:order>/",
        closing.review_closing,
        name="review-closing",
    ),
]
