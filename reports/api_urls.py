from __future__ import annotations

from django.urls import path

from reports import api

urlpatterns = [
    path("board/", api.board_figures, name="api-board"),
    path("days/<str:day>/", api.day, name="api-day"),
    path("days/<str:day>/comments/", api.comments, name="api-day-comments"),
    path("days/<str:day>/comments/add/", api.comment, name="api-day-comment-add"),
    path("my-work/", api.my_work, name="api-my-work"),
]
