"""Jobs on their way to the workers: those that are due, by any relay that looks."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from kombu.exceptions import OperationalError as BrokerError

from backend.outbox import actions as outbox
from backend.outbox import queries
from tasks.app import app

log = logging.getLogger(__name__)
BATCH = 200
LOOK_EVERY_SECONDS = 0.1


def by_celery(job: Any) -> None:
    """Ask a worker to do the job. Raises kombu's OperationalError when the broker is away."""
    app.send_task(job.task, kwargs={"job_id": job.pk}, retry=False)


def send_due(*, now: datetime, send: Callable[[Any], None] = by_celery) -> int:
    """Send the jobs that are due; returns how many. Raises kombu's OperationalError: the rest stays due."""
    jobs = outbox.due_jobs(now=now, limit=BATCH)
    for sent, job in enumerate(jobs):
        try:
            send(job)
        except BrokerError:
            outbox.not_sent(jobs=jobs[sent:], now=now)
            raise
    return len(jobs)


def run(*, stop: threading.Event, wake: threading.Event) -> None:
    """Send until told to stop, at once when woken. A fault of the broker or PostgreSQL is waited out.

    In a thread of its own, so that a broker that hangs keeps no news from the sockets. By the database's
    clock, as the relay: with clocks that differ they would send each other's jobs again and again.
    """
    while not stop.is_set():
        wake.clear()
        try:
            if not send_due(now=queries.clock()):
                wake.wait(LOOK_EVERY_SECONDS)
        except (BrokerError, DatabaseError) as error:
            log.warning("jobs wait: %s", error)
            connection.close()
            stop.wait(0.5)
    connection.close()
