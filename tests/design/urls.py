"""The few addresses that the frame itself links to, so that design tests need no other room."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def _empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


_compounds = [
    path("face/", _empty, name="face-set"),
    path("language/", _empty, name="language-set"),
    path("sign-out/", _empty, name="sign-out"),
]
urlpatterns = [path("", include((_compounds, "compounds")))]
