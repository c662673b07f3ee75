"""The web process: `python -m backend.config.web` serves REST and sockets on 127.0.0.1:$PORT.

By Daphne, or by uvicorn where WEB_SERVER says so.
"""

import logging
import os
import sys

from daphne.endpoints import build_endpoint_description_strings
from django.utils.module_loading import import_string

from backend.config.daphne_server import PatientServer

POOL_SIZE = "20"
HTTP_SECONDS = 15
PING_SECONDS = 25
PONG_SECONDS = 10
INBOUND_BYTES = 64 * 1024
CONNECT_QUEUE = 1024
APPLICATION = "backend.config.asgi.application"


def main() -> None:
    """Serve until SIGTERM or SIGINT; requests may finish then, sockets are closed with 3001."""
    os.environ.setdefault("DATABASE_POOL_SIZE", POOL_SIZE)  # before the settings are read
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or "8000")
    serve = _serve_by_uvicorn if os.environ.get("WEB_SERVER") == "uvicorn" else _serve_by_daphne
    serve(host, port)
    # A thread that still waits for the database must not keep the process; its transaction rolls back.
    logging.shutdown()
    os._exit(0)


def _serve_by_uvicorn(host: str, port: int) -> None:
    application = import_string(APPLICATION)
    import_string("backend.config.uvicorn_server.serve")(application, host=host, port=port)


def _serve_by_daphne(host: str, port: int) -> None:
    server = daphne(host=host, port=port)
    server.run()
    if server.failure:
        sys.exit(f"shopwire: port {port} can't be used ({server.failure}); free it, or set PORT")


def daphne(*, host: str, port: int) -> PatientServer:
    """As this shop needs it, not running yet."""
    application = import_string(APPLICATION)
    hub, close_all = import_string("consumers.hub.the_hub"), import_string("consumers.drain.close_all")
    logging.getLogger("daphne").setLevel(logging.WARNING)
    endpoints = build_endpoint_description_strings(host=host, port=port)
    return PatientServer(
        application=application,
        close_sockets=lambda: close_all(hub()),
        endpoints=[f"{endpoint}:backlog={CONNECT_QUEUE}" for endpoint in endpoints],
        http_timeout=HTTP_SECONDS,
        websocket_timeout=-1,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        websocket_max_message_size=INBOUND_BYTES,
        websocket_max_frame_size=INBOUND_BYTES,
        server_name="",
        verbosity=1,
    )


if __name__ == "__main__":
    main()
