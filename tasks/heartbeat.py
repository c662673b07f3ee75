"""A job's lease is kept while its task runs: short, so that a dead worker's job is found again in seconds."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from backend.outbox import jobs
from tasks.batch import Batch

log = logging.getLogger(__name__)
# Two may fail before the lease is over.
EVERY_SECONDS = jobs.LEASE.total_seconds() / 3


@contextmanager
def beating(batch: Batch) -> Iterator[Batch]:
    """While the block runs, a thread looks after its jobs, on a connection of its own once it is needed.

    What is done by then is forgotten at its end, even if the block fails.
    """
    is_over = threading.Event()
    thread = threading.Thread(target=_beat, args=[batch, is_over], name="heartbeat", daemon=True)
    thread.start()
    try:
        yield batch
    finally:
        is_over.set()
        batch.end()


def _beat(batch: Batch, is_over: threading.Event) -> None:
    while not is_over.wait(EVERY_SECONDS):
        try:
            batch.beat(now=timezone.now())
        except DatabaseError as error:
            log.warning("a batch's leases were not renewed: %s", error)
        finally:
            connection.close()
