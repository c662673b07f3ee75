"""Django's test client where its requests go over the wire, to the server of this run."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from django.test import Client, RequestFactory
from django.utils.datastructures import CaseInsensitiveMapping
from django.utils.encoding import force_bytes, iri_to_uri
from django.utils.http import urlencode

HOST = "testserver"  # as Django's client calls itself
SECONDS = 60
# Of the connection and not of the answer, and so each server's own.
OF_THE_SERVER = {"connection", "date", "keep-alive", "server", "transfer-encoding"}
_ports: list[int] = []


def new() -> Any:
    """A client; of the server's if the run has one."""
    return WireClient(port=_ports[0]) if _ports else Client(raise_request_exception=False)


def speak_to(*ports: int) -> None:
    """All clients that are made from now on; to none: they call Django."""
    _ports[:] = ports


@dataclass(frozen=True)
class Answer:
    """What tests look at."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    request: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.content)

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    def close(self) -> None:
        """Was read to its end."""


class WireClient(RequestFactory):
    """Takes what Django's client takes, as far as it can be said over HTTP."""

    def __init__(self, *, port: int) -> None:
        super().__init__()
        self._port = port

    def generic(
        self,
        method: str,
        path: str,
        data: Any = "",
        content_type: str | None = "application/octet-stream",
        secure: bool = False,
        *,
        headers: Mapping[str, Any] | None = None,
        query_params: Mapping[str, Any] | None = None,
        **extra: Any,
    ) -> Any:
        assert not secure, "the servers speak plain HTTP"
        body = force_bytes(data)
        said: dict[str, Any] = {"Host": HOST}
        if body or method in ("POST", "PUT", "PATCH"):
            said["Content-Length"] = extra.pop("CONTENT_LENGTH", len(body))
        if body:
            said["Content-Type"] = content_type
        said |= {name.title(): value for name, value in (headers or {}).items()}
        assert not extra, f"no client can set {extra}"
        target = iri_to_uri(path) + (f"?{urlencode(query_params, doseq=True)}" if query_params else "")
        return self._ask(method, target, said, body)

    def _ask(self, method: str, target: str, headers: Mapping[str, Any], body: bytes) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)) as connection:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, _encoded(str(value)))
            with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
                connection.endheaders(body or None)
            with connection.getresponse() as heard:
                content = heard.read()
            asked = {"REQUEST_METHOD": method, "PATH_INFO": target}
            return Answer(heard.status, _of_the_answer(heard.getheaders()), content, asked)


def _encoded(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _of_the_answer(headers: list[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if name.lower() not in OF_THE_SERVER:
            found[name] = f"{found[name]}, {value}" if name in found else value
    return CaseInsensitiveMapping(found)
