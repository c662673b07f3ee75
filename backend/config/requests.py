"""Requests whose text is UTF-8, whatever their Content-Type claims.

Under WSGI Django would read the query, too, in the charset that is claimed for the body: the answer would be
kept for everybody who asks for that address. What is no charset, or too long to be read, would end in a 500.
"""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest


class _InUtf8(HttpRequest):
    @property
    def encoding(self) -> None:
        """Django's name for the charset; None is UTF-8."""
        return None

    @encoding.setter
    def encoding(self, claimed: str | None) -> None:
        pass

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except BadRequest:
            self.content_type, self.content_params = "", {}  # which no endpoint takes


class OverWsgi(_InUtf8, WSGIRequest):
    pass


class OverAsgi(_InUtf8, ASGIRequest):
    pass
