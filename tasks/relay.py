"""From the outbox to the sockets and the tasks: at least once, in version order per topic."""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from backend.catalog import cache as catalog_cache
from backend.core import clock, redis
from backend.outbox import actions as outbox
from backend.outbox import feeds, poke, queries
from tasks import subscriptions
from tasks.app import app

log = logging.getLogger(__name__)
BATCH = 500
CHANNEL = "live:"
LOCK = 0x5348_4F50  # any number, the same in every relay
LOOK_EVERY_SECONDS = 0.1


def send_by_celery(job: Any) -> None:
    """Ask a worker to do the job. Raises kombu's OperationalError when the broker is away."""
    app.send_task(job.task, kwargs={"job_id": job.pk}, retry=False)


def step(*, now: datetime, send: Callable[[Any], None] = send_by_celery) -> int:
    """Hand over what is waiting; returns how much that was. Killed at any point, it is done again.

    Raises RedisError or kombu's OperationalError when the news can't be delivered: nothing is forgotten then.
    """
    feeds.number_all()
    events = queries.batch(limit=BATCH)
    if events:
        _tell_sockets(events)
        outbox.delivered(events=events, jobs=subscriptions.jobs_for(events), now=now)
    return len(events) + _send_jobs(now, send)


def frame(event: Any) -> str:
    """The event as clients get it (contract section 4), as JSON text."""
    return json.dumps(
        {
            "type": "update",
            "topic": event.topic,
            "event": event.event,
            "version": event.version,
            "at": clock.text(event.at),
            "data": event.data,
        },
        separators=(",", ":"),
    )


def _tell_sockets(events: Sequence[Any]) -> None:
    """Publish each frame to its topic's channel as `version, newline, frame`; age the catalogue's cache."""
    pipeline = redis.client().pipeline(transaction=False)
    for event in events:
        if event.topic != outbox.INTERNAL:
            pipeline.publish(f"{CHANNEL}{event.topic}", f"{event.version}\n{frame(event)}")
    if any(event.event in catalog_cache.MADE_STALE_BY for event in events):
        catalog_cache.forget(pipeline)
    pipeline.execute()


def _send_jobs(now: datetime, send: Callable[[Any], None]) -> int:
    jobs = outbox.due_jobs(now=now, limit=BATCH)
    for sent, job in enumerate(jobs):
        try:
            send(job)
        except BrokerError:
            outbox.not_sent(jobs=jobs[sent:], now=now)
            raise
    return len(jobs)


def run(*, stop: threading.Event) -> None:
    """Relay until told to stop. One relay works at a time, others stand by (an advisory lock decides).

    A fault of Redis or PostgreSQL is waited out; the lock went with the connection and is asked for anew.
    """
    while not stop.is_set():
        try:
            if _is_leading():
                _work(stop)
            stop.wait(1)
        except (RedisError, BrokerError, DatabaseError) as error:
            log.warning("relay waits: %s", error)
            connection.close()
            stop.wait(0.5)


def _is_leading() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _work(stop: threading.Event) -> None:
    with redis.client().pubsub(ignore_subscribe_messages=True) as pokes:  # type: ignore[no-untyped-call]
        pokes.subscribe(poke.CHANNEL)
        while not stop.is_set():
            if not step(now=timezone.now()):
                _wait(pokes)


def _wait(pokes: Any) -> None:
    """Until a poke comes, or 100 ms; pokes that came together are one."""
    if pokes.get_message(timeout=LOOK_EVERY_SECONDS):
        while pokes.get_message(timeout=0):
            pass
