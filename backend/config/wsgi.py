"""REST for a WSGI server."""

import os
from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from backend.config import bodies, requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
PART_BYTES = 64 * 1024
django = get_wsgi_application()
django.request_class = requests.OverWsgi
import_module(settings.ROOT_URLCONF)  # else the first request waits for it, a third of a second


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI's interface, with what Django reads otherwise than from an ASGI server made the same."""
    if not environ.get("HTTP_HOST"):
        environ.pop("HTTP_HOST", None)  # Django goes by the server's own name then
    if "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
        # A body in chunks has no length, and Django would take it for none.
        body = environ["wsgi.input"].read(bodies.LARGEST)
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        del environ["HTTP_TRANSFER_ENCODING"]
    answer: Iterable[bytes] = django(environ, start_response)
    _read_out(environ)
    return answer


def _read_out(environ: dict[str, Any]) -> None:
    """What nobody wanted of the body: a server that closes on it resets the line, and the answer is lost."""
    length = environ.get("CONTENT_LENGTH") or "0"
    left = int(length) if length.isascii() and length.isdigit() else 0
    while 0 < left <= bodies.LARGEST and (part := environ["wsgi.input"].read(min(left, PART_BYTES))):
        left -= len(part)
