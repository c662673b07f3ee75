"""A job's lease is kept while its task runs: short, so that a dead worker's job is found again in seconds."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from backend.outbox import jobs

log = logging.getLogger(__name__)
# Two may fail before the lease is over.
EVERY_SECONDS = jobs.LEASE.total_seconds() / 3


@contextmanager
def beating(job: Any) -> Iterator[None]:
    """While the block runs, a thread renews the job's lease, on a connection of its own once it is needed."""
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=[job, done], name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _beat(job: Any, done: threading.Event) -> None:
    while not done.wait(EVERY_SECONDS):
        try:
            jobs.keep(job=job, now=timezone.now())
        except DatabaseError as error:
            log.warning("a job's lease was not renewed: %s", error, extra={"job": job.pk})
        finally:
            connection.close()
