"""The sandbox as a server in threads: `start` it in a test, or run the package as a process."""

import secrets
import socket
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from backend.devstack import ports
from backend.devstack.stripe_sandbox.bank import Bank
from backend.devstack.stripe_sandbox.handler import Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open for a next request."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Sandbox(Bank):
    """A running sandbox. Stop it, or use it as a context manager."""

    def __init__(
        self, *, folder: Path, port: int, webhook_url: str | None, secret: str, api_key: str
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._server = _Server(port, type("BoundHandler", (Handler,), {"bank": self}))
        super().__init__(folder=folder, url=self.url, webhook_url=webhook_url, secret=secret, api_key=api_key)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="stripe", daemon=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def run(self) -> None:
        self._thread.start()
        self.open()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()
        self.close()


def start(
    *,
    folder: Path,
    webhook_url: str | None,
    secret: str = "",
    api_key: str = "",
    port: int = 0,
) -> Sandbox:
    """Start a sandbox on a loopback port (0: a free one) whose state is in `folder`.

    Without `webhook_url` events wait for `take_webhooks`. Raises OSError when the port is taken.
    """
    sandbox = Sandbox(
        folder=folder,
        port=port or ports.find_free(),
        webhook_url=webhook_url,
        secret=secret or f"whsec_{secrets.token_hex(16)}",
        api_key=api_key or f"sk_test_{secrets.token_hex(16)}",
    )
    sandbox.run()
    return sandbox
