"""What a client asks for with its handshake, read once from the ASGI scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Request:
    """Headers by lower-case name, the query's values in order, and the parts of the path that vary."""

    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    subprotocols: list[str]
    path: Mapping[str, str]

    def listed(self, name: str) -> list[str]:
        """`?name=a,b&name=c` as a, b, c: each once, in order, nothing empty."""
        parts = [part.strip() for value in self.query.get(name, []) for part in value.split(",")]
        return list(dict.fromkeys(part for part in parts if part))


def read(scope: Mapping[str, Any]) -> Request:
    """The request behind a websocket's scope."""
    query = parse_qs(scope.get("query_string", b"").decode("latin1"), keep_blank_values=True)
    return Request(
        headers={name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]},
        query=query,
        subprotocols=list(scope.get("subprotocols", [])),
        path=scope.get("url_route", {}).get("kwargs", {}),
    )
