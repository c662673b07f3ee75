"""Jobs on their way to the workers: those that are due, by any relay that looks, several in a message."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from kombu.exceptions import OperationalError as BrokerError

from backend.outbox import actions as outbox
from backend.outbox import queries
from tasks import queues
from tasks.app import app

log = logging.getLogger(__name__)
BATCH = 200
LOOK_EVERY_SECONDS = 0.1
# What became due meanwhile goes together.
REST_SECONDS = 0.1
JOBS_A_MESSAGE = 8

Send = Callable[[Sequence[Any]], None]


def by_celery(jobs: Sequence[Any]) -> None:
    """Ask a worker to do these jobs of one queue. Raises kombu's OperationalError when the broker is away."""
    ids = [job.pk for job in jobs]
    app.send_task("jobs.run", kwargs={"job_ids": ids}, queue=queues.of(jobs[0].task), retry=False)


def send_due(*, now: datetime, send: Send = by_celery) -> int:
    """Send the jobs that are due; returns how many. Raises kombu's OperationalError: the rest stays due."""
    jobs = outbox.due_jobs(now=now, limit=BATCH, apart=queues.MAILS)
    unsent = {job.pk: job for job in jobs}
    for few in _messages(jobs):
        try:
            send(few)
        except BrokerError:
            outbox.not_sent(jobs=list(unsent.values()), now=now)
            raise
        for job in few:
            del unsent[job.pk]
    return len(jobs)


def _messages(jobs: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Jobs that go together: of one queue, and tried before by nobody, so that none can take others along."""
    fresh = defaultdict(list)
    for job in jobs:
        if job.attempts:
            yield [job]
        else:
            fresh[queues.of(job.task)].append(job)
    for queued in fresh.values():
        yield from batched(queued, JOBS_A_MESSAGE)


def run(*, stop: threading.Event, wake: threading.Event) -> None:
    """Send until told to stop, at once when woken. A fault of the broker or PostgreSQL is waited out.

    In a thread of its own, so that a broker that hangs keeps no news from the sockets. By the database's
    clock, as the relay: with clocks that differ they would send each other's jobs again and again.
    """
    while not stop.is_set():
        wake.clear()
        try:
            if send_due(now=queries.clock()):
                stop.wait(REST_SECONDS)
            else:
                wake.wait(LOOK_EVERY_SECONDS)
        except (BrokerError, DatabaseError) as error:
            log.warning("jobs wait: %s", error)
            connection.close()
            stop.wait(0.5)
    connection.close()
