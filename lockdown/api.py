"""The API's addresses. Each app gives its own under /api/v1/compounds/<compound>/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from compounds.access import public_page

_schema = SpectacularAPIView.as_view()
_docs = SpectacularSwaggerSplitView.as_view(url_name="api-schema")


@public_page("The API's description holds no data.")
def schema(request: HttpRequest) -> HttpResponse:
    return _schema(request)


@public_page("The API's description holds no data.")
def docs(request: HttpRequest) -> HttpResponse:
    return _docs(request)


APPS = ("compounds", "households", "seals", "volunteers", "supplies", "waste", "notices", "reports")

urlpatterns = [
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
    *(path("compounds/<slug:compound>/", include(f"{app}.api_urls")) for app in APPS),
]
