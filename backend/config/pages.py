"""Middleware of the shop's pages, which the API goes past: its callers bring tokens, no cookies or forms."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

API = "/api/"


class _PastTheApi:
    """Whatever it stands before is there for pages only."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Files(_PastTheApi, WhiteNoiseMiddleware):  # type: ignore[misc]
    pass


class Sessions(_PastTheApi, SessionMiddleware):
    pass


class Forms(_PastTheApi, CsrfViewMiddleware):
    pass


class Users(_PastTheApi, AuthenticationMiddleware):
    pass


class Messages(_PastTheApi, MessageMiddleware):
    pass
