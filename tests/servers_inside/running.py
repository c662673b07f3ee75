"""Each server that may carry REST, as the shop sets it up, in a thread of the tests' process.

So settings, fakes and patches of a test hold behind it, too.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from daphne import server as daphne_server
from django.utils.module_loading import import_string
from granian.server.mt import MTServer

from backend.config import rest, uvicorn_server, web
from backend.devstack import ports, processes
from tests import live

HOST = "127.0.0.1"
READY_SECONDS = 30
END_SECONDS = 20
THREADS = 8


@contextmanager
def running(name: str) -> Iterator[int]:
    """Its port."""
    port = ports.find_free()
    serve, stop = SERVERS[name](port)
    thread = threading.Thread(target=serve, name=name, daemon=True)
    thread.start()
    assert processes.wait_until(lambda: live.answers(port), seconds=READY_SECONDS)
    try:
        yield port
    finally:
        stop()
        thread.join(END_SECONDS)
    assert not thread.is_alive(), f"{name} did not end"


type Way = tuple[Callable[[], Any], Callable[[], Any]]


def _daphne(port: int) -> Way:
    server = web.daphne(host=HOST, port=port)
    server.signal_handlers = False  # they are the main thread's
    return server.run, lambda: daphne_server.reactor.callFromThread(server.stop)


def _uvicorn(port: int) -> Way:
    server = uvicorn_server.Server(uvicorn_server.config(import_string(web.APPLICATION)))
    listening = uvicorn_server.listen(HOST, port)

    def stop() -> None:
        server.should_exit = True

    return lambda: asyncio.run(server.serve(sockets=[listening])), stop


class _Granian(MTServer):
    """Its workers as threads: made for a Python without a lock, and right with one."""

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        self._init_shared_socket()  # without a hand on the process's signals
        self._spawn_workers(spawn_target, target_loader)

    def _check_gil(self) -> None:
        pass


def _granian(port: int) -> Way:
    application = import_string(rest.APPLICATION)
    server = _Granian(**rest.options(host=HOST, port=port, workers=1, threads=THREADS))

    def serve() -> None:
        server.serve(target_loader=lambda: application, wrap_loader=False)

    return serve, server.signal_handler_interrupt


SERVERS = {"daphne": _daphne, "uvicorn": _uvicorn, "granian": _granian}
