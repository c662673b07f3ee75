"""REST and sockets for an ASGI server: HTTP goes to Django, websockets to the consumers."""

import os
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django = get_asgi_application()

from backend.config import bodies, metrics, requests  # noqa: E402  (the apps must be loaded first)
from consumers.lifespan import lifespan  # noqa: E402
from consumers.routing import socket_at  # noqa: E402

django.request_class = requests.OverAsgi
import_module(settings.ROOT_URLCONF)  # else the first request waits for it, a third of a second


async def application(scope: Any, receive: Any, send: Any) -> None:
    """ASGI's interface. A socket keeps this frame and its consumer's, no more: there are thousands."""
    if scope["type"] == "websocket":
        await socket_at(scope)(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    elif scope["path"] == metrics.PATH:
        await metrics.application(scope, receive, send)
    else:
        await bodies.bounded(django, scope, receive, send)
