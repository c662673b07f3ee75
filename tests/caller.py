"""Call the REST API as somebody, in JSON."""

import json
from typing import Any

from django.utils import timezone

from backend.accounts import actions, tokens
from backend.accounts.models import User
from tests.servers_inside import client


class Caller:
    """A client program; `user` None is a guest. Paths are relative to /api/v1/ unless they start with /."""

    def __init__(self, user: User | None = None) -> None:
        self.client = client.new()
        self.headers: dict[str, str] = {}
        if user:
            now = timezone.now()
            self.session = actions.open_session(user=user, now=now)
            self.token = tokens.access_token(user=user, session=self.session, now=now)
            self.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str, **headers: str) -> Any:
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._call("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._call("PUT", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._call("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._call("DELETE", path, None, headers)

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        """Bytes and text are sent as they are. Header names take underscores: Idempotency_Key="k"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes | str) else "" if body is None else json.dumps(body)
        return self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            data=raw,
            content_type="application/json",
            headers={**self.headers, **named},
        )
