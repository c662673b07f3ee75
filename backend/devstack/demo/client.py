"""The REST API as a program uses it: JSON over plain HTTP, an answer of another status is a failure."""

import http.client
import ipaddress
import json
import platform
import random
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from backend.devstack.demo.screen import Failed, Json, Screen

_SECONDS = 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Client:
    """Calls the shop as `who`, with a token once signed in."""

    def __init__(self, *, url: str, who: str, screen: Screen, source: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self._who = who
        self._screen = screen
        self._source = source

    def get(self, path: str, *, expect: int = 200) -> Json:
        return self.call("GET", path, None, expect=expect)

    def post(
        self, path: str, body: Any = None, *, expect: int = 200, headers: Mapping[str, str] = _NOTHING
    ) -> Json:
        return self.call("POST", path, body, expect=expect, headers=headers)

    def call(
        self, method: str, path: str, body: Any, *, expect: int, headers: Mapping[str, str] = _NOTHING
    ) -> Json:
        """The answer's JSON. Raises Failed for any other status than `expect`."""
        status, answer = self.ask(method, path, body, headers)
        self._screen.call(self._who, f"{method} {path}", status, _essence(answer))
        if status != expect:
            raise Failed(f"{method} {path} answered {status} instead of {expect}: {json.dumps(answer)}")
        return answer

    def ask(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] = _NOTHING
    ) -> tuple[int, Json]:
        """Status and JSON, whatever they are. Bytes are sent as they are. Raises Failed without an answer."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        try:
            status, text = _send(
                method, f"{self.url}/api/v1/{path}", raw, self._headers(headers), source=self._source
            )
            return status, json.loads(text) if text else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Failed(f"{method} {path} at {self.url}: {error or type(error).__name__}") from error

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        signed_in = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Content-Type": "application/json", "Accept": "application/json", **signed_in, **more}


def post_form(url: str, body: str) -> int:
    """The status that a browser's form gets. Raises Failed without an answer."""
    try:
        status, _ = _send(
            "POST", url, body.encode(), {"Content-Type": "application/x-www-form-urlencoded"}, source=None
        )
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"POST {url}: {error}") from error
    return status


def own_address(url: str) -> str | None:
    """An address of this machine that no other run uses: the shop counts registrations by address.

    Linux answers for all of 127.0.0.0/8; elsewhere, and for a shop on another machine, None.
    """
    if platform.system() != "Linux" or urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        return None
    first = int(ipaddress.IPv4Address("127.1.0.1"))
    return str(ipaddress.IPv4Address(first + random.SystemRandom().randrange(1 << 22)))


def _send(
    method: str, url: str, body: bytes, headers: Mapping[str, str], *, source: str | None
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    origin = (source, 0) if source else None
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS, source_address=origin)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _essence(answer: Json) -> str:
    for name in ("message", "error", "order_number", "title", "name", "payment_intent_id", "sku"):
        if name in answer:
            status = answer.get("status")
            return f"{answer[name]} {status}" if status else str(answer[name])
    if "count" in answer:
        return f"{answer['count']} found"
    return str(answer.get("total_price") or answer.get("street_address") or "")
