"""Who a browser's session says is calling the API; tokens are read in `endpoints`."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class BrowserSession(BaseAuthentication):
    """Somebody signed in with a password may read the API from our own pages."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = request._request.user
        return (user, None) if user is not None and user.is_authenticated else None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lockdown"'
