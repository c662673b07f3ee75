"""The api process: `python -m backend.config.rest` serves REST alone, by Granian, on HOST and API_PORT.

A process a core, each with a few threads: the addresses and answers of `web`, several times as fast.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from backend.config import env as environment
from backend.config import listening

APPLICATION = "backend.config.wsgi.application"
CONNECT_QUEUE = 1024
OPEN_CONNECTIONS = 512
HEADER_MILLISECONDS = 15_000
FINISH_SECONDS = 4


def main() -> None:
    """Serve until SIGTERM or SIGINT; requests may finish then. A worker that dies is started again."""
    env = environment.load()
    os.environ.setdefault("DATABASE_POOL_SIZE", str(env.api_threads))  # before the settings are read
    host = os.environ.get("HOST") or "127.0.0.1"
    listening.check(host=host, port=env.api_port, name="API_PORT")
    workers = env.api_workers or os.cpu_count() or 1
    server = Server(**options(host=host, port=env.api_port, workers=workers, threads=env.api_threads))
    server.serve(target_loader=load)


def options(*, host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    """Granian's, for this shop."""
    return {
        "target": APPLICATION,
        "address": host,
        "port": port,
        "interface": Interfaces.WSGI,
        "http": HTTPModes.http1,
        "workers": workers,
        "blocking_threads": threads,
        "backlog": CONNECT_QUEUE,
        "backpressure": OPEN_CONNECTIONS,
        "http1_settings": HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        "respawn_failed_workers": True,
        "workers_kill_timeout": FINISH_SECONDS,
        "log_level": LogLevels.error,
    }


def load(path: str) -> Callable[..., Any]:
    """The application, in each worker, which ends when the process that watches it does."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # till Granian takes it over, which is after the load
    watcher = multiprocessing.parent_process()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if watcher and os.getppid() != watcher.pid:
        sys.exit("the process that started this one is gone")
    application: Callable[..., Any] = import_string(path)
    return application


if __name__ == "__main__":
    main()
