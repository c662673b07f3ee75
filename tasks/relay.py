"""From the outbox to the sockets and the tasks: at least once, in version order per topic (ADR 0009)."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from redis import RedisError
from redis.exceptions import RedisClusterException

from backend.catalog import generations
from backend.catalog.signs import Signs
from backend.core import redis
from backend.outbox import actions as outbox
from backend.outbox import counters, feeds, poke, queries, shards
from tasks import sending, subscriptions, telling
from tasks.conflation import Conflation, Plan
from tasks.shards import Share

log = logging.getLogger(__name__)
BATCH = 500
LOOK_EVERY_SECONDS = 0.1
MANY = 100  # Behind so many there may be more. Behind fewer, a poke comes with what is committed now.
COUNT_EVERY_SECONDS = 1.0
SWEEP_AFTER = 5000  # events that were told and forgotten


def step(*, now: datetime, send: sending.Send = sending.by_celery, signs: Signs | None = None) -> int:
    """Hand over all there is, as the only relay: nothing waits for its turn. Returns how much that was."""
    told = Telling(signs=signs).step(now=now, at=0, led=shards.ALL)
    return told + sending.send_due(now=now, send=send)


class Telling:
    """One relay's work for sockets and guests. Killed at any point, another does the same again."""

    def __init__(self, *, on_jobs: Callable[[], None] = lambda: None, signs: Signs | None = None) -> None:
        """`on_jobs` hears of each step that jobs came of. `signs` are new ones unless given."""
        self.conflation = Conflation()
        self._signs = signs or Signs()
        self._on_jobs = on_jobs
        self.sums: defaultdict[str, float] = defaultdict(float)  # not yet counted in Redis

    def step(self, *, now: datetime, at: float, led: Collection[int]) -> int:
        """Hand over what waits in these shards; returns how much that was. `at` is on a steady clock.

        Raises RedisError when the news can't be delivered: nothing is forgotten then.
        """
        started = time.perf_counter()
        feeds.number_all(led=led)
        events = queries.batch(limit=BATCH, led=led, without=self.conflation.waiting_ids())
        self._sign(events, led, at)
        plan = self.conflation.plan(events, at=at)
        done = [*plan.superseded, *plan.told]
        if done:
            new = telling.publish(plan.told)
            if outbox.delivered(events=done, jobs=subscriptions.jobs_for(done), now=now):
                self._on_jobs()
            self._count(plan, new, now)
            self.sums["batch_seconds"] += time.perf_counter() - started
        return len(done)

    def report(self) -> None:
        """Add to what all relays have done. Raises RedisError."""
        if self.sums:
            counters.add(self.sums)
            self.sums.clear()

    def _sign(self, events: Sequence[Any], led: Collection[int], at: float) -> None:
        """For guests' answers, which are stale now, even if the sockets hear of it in its turn."""
        is_stale = any(event.event in generations.MADE_STALE_BY for event in events)
        self._signs.give(led=led, is_stale=is_stale, is_all=len(events) < BATCH, at=at)

    def _count(self, plan: Plan, new: int, now: datetime) -> None:
        public = [event for event in plan.told if event.topic != outbox.INTERNAL]
        waits = sum(max(0.0, (now - event.at).total_seconds()) for event in public)
        numbers = {"told": new, "repeated": len(public) - new, "superseded": len(plan.superseded)}
        for name, number in {**numbers, "batches": 1, "wait_seconds": waits}.items():
            self.sums[name] += number


def run(*, stop: threading.Event) -> None:
    """Relay until told to stop, beside other relays: each leads its share of the shards (tasks/shards.py).

    By the database's clock: one relay's jobs would be due in another's future if their own clocks differ.
    """
    wake = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="jobs") as threads:
        jobs = threads.submit(sending.run, stop=stop, wake=wake)
        # A relay whose other half broke is no use: it ends, to be started anew.
        jobs.add_done_callback(lambda _: stop.set())
        try:
            _tell(stop, wake)
        finally:
            stop.set()
            wake.set()
        jobs.result()


def _tell(stop: threading.Event, wake: threading.Event) -> None:
    """A fault of Redis or PostgreSQL is waited out, while another relay may lead."""
    share = Share()
    while not stop.is_set():
        try:
            _work(stop, wake, share)
        except (RedisError, RedisClusterException, DatabaseError) as error:
            log.warning("relay waits: %s", error)
            share.end()
            stop.wait(0.5)
    share.end()


def _work(stop: threading.Event, wake: threading.Event, share: Share) -> None:
    work, counted_at, left = Telling(on_jobs=wake.set), time.monotonic(), 0
    with redis.client().pubsub(ignore_subscribe_messages=True) as pokes:  # type: ignore[no-untyped-call]
        pokes.subscribe(poke.CHANNEL)
        while not stop.is_set():
            led, at = share.look(), time.monotonic()
            work.conflation.keep(led)
            told = work.step(now=queries.clock(), at=at, led=led)
            if (left := left + told) > SWEEP_AFTER:
                outbox.sweep()
                left = 0
            if told < MANY:
                _wait(pokes, work.conflation.next_at())
            if at - counted_at > COUNT_EVERY_SECONDS:
                work.report()
                counted_at = at
        work.report()


def _wait(pokes: Any, until: float | None) -> None:
    """Until a poke comes, stock's next turn, or 100 ms; pokes that came together are one."""
    patience = LOOK_EVERY_SECONDS if until is None else min(LOOK_EVERY_SECONDS, until - time.monotonic())
    if pokes.get_message(timeout=max(0.001, patience)):
        while pokes.get_message(timeout=0):
            pass
