"""Middleware of the shop's pages, which the API goes past: its callers bring tokens, no cookies or forms."""

from contextlib import closing
from io import BytesIO
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
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
    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """In one piece, as media.py says."""
        found = static_file.get_response(request.method, request.META)
        with closing(found.file or BytesIO()) as file:
            response = HttpResponse(file.read(), status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class Sessions(_PastTheApi, SessionMiddleware):
    pass


class Forms(_PastTheApi, CsrfViewMiddleware):
    pass


class Users(_PastTheApi, AuthenticationMiddleware):
    pass


class Messages(_PastTheApi, MessageMiddleware):
    pass
