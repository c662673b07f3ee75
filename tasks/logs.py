"""What the worker says past its loggers, as log lines like all others: with LOG_FORMAT=json, JSON only."""

import logging
import os
from typing import Any

from celery import signals
from celery.apps import worker

# Not sys.stderr, which Celery replaces by a logger.
STDERR = 2


@signals.celeryd_init.connect
def log_everything(**about: Any) -> None:
    """Before the worker warns of anything."""
    logging.captureWarnings(True)
    worker.safe_say = say  # type: ignore[attr-defined]


def say(message: str, file: object = None) -> None:
    """Celery calls it from its signal handlers, where a stream may be in use: past the stream, then."""
    record = logging.LogRecord("celery.worker", logging.INFO, "", 0, message, None, None)
    os.write(STDERR, f"{logging.getLogger().handlers[0].format(record)}\n".encode())
