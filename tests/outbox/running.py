"""A relay that runs beside the test, and something for it to tell."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from backend.core import redis
from backend.devstack import processes
from backend.outbox import actions, wire
from tasks import relay

PATIENCE_SECONDS = 30


def publish(topic, version=1, event="order.shipped"):
    with transaction.atomic():
        actions.publish(topic=topic, event=event, version=version, data={"id": "7"}, now=timezone.now())


@contextmanager
def running():
    """A relay in a thread of this process."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(relay.run, stop=stop)
        try:
            yield ended
        finally:
            stop.set()
            ended.exception(PATIENCE_SECONDS)


def is_told(topic, version):
    return bool(redis.client().xrange(**wire.since(topic, version)))


def waits_for(condition):
    return processes.wait_until(condition, seconds=PATIENCE_SECONDS)
