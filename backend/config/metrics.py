"""`/metrics` of each web process, for Prometheus: what its sockets do, and how far behind the shop is.

It stands before Django, and is answered while every thread of the requests is busy.
"""

import asyncio
import json
import logging
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, PROCESS_COLLECTOR, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from backend.config import measures
from consumers import database
from consumers.hub import the_hub

log = logging.getLogger(__name__)
PATH = "/metrics"
PATIENCE_SECONDS = 5.0
JSON = "application/json"


class _Families(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


async def application(scope: Any, receive: Any, send: Any) -> None:
    """ASGI's interface, for HTTP."""
    status, kind, body = await _answer(scope)
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _answer(scope: Any) -> tuple[int, str, bytes]:
    """Status, content type and body."""
    if scope["method"] not in ("GET", "HEAD"):
        return _refusal(405, "method_not_allowed", "Method not allowed")
    if not settings.METRICS_TOKEN and not settings.DEBUG:
        return _refusal(404, "not_found", "Not found")
    if settings.METRICS_TOKEN and not _has_token(dict(scope["headers"]).get(b"authorization", b"")):
        return _refusal(401, "not_authenticated", "Bring METRICS_TOKEN as a bearer token")
    return 200, CONTENT_TYPE_LATEST, await _text()


async def _text() -> bytes:
    families = [*measures.of_sockets(the_hub().gauges()), *PROCESS_COLLECTOR.collect()]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families([*families, *await _of_shop()]))
    return generate_latest(registry)


async def _of_shop() -> list[Metric]:
    """Without the database what the process itself knows is told all the same."""
    now = timezone.now()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await database.ask(lambda: measures.of_shop(now=now))
    except (DatabaseError, TimeoutError) as error:
        log.warning("metrics without the database: %s", error)
        return [measures.answers(database=False)]


def _has_token(header: bytes) -> bool:
    return compare_digest(header, b"Bearer " + settings.METRICS_TOKEN.encode())


def _refusal(status: int, code: str, error: str) -> tuple[int, str, bytes]:
    return status, JSON, json.dumps({"error": error, "code": code, "details": None}).encode()
