"""The jobs of one message in a worker's hands: those that wait, the one that runs, those that are done."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from backend.outbox import jobs


class Batch:
    """Belongs to the thread that does the jobs, and to the heartbeat beside it."""

    def __init__(self, leased: Sequence[Any]) -> None:
        self._waiting = deque(leased)
        self._running: list[Any] = []
        self._done: list[Any] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Any]:
        """Each job when its turn comes, but for those that were given back meanwhile."""
        while self._waiting:
            with self._lock:
                self._running = [self._waiting.popleft()] if self._waiting else []
            yield from self._running
        self._running = []

    def is_done(self, job: Any) -> None:
        """It is forgotten with the others, by one statement."""
        with self._lock:
            self._running = []
            self._done.append(job)

    def beat(self, *, now: datetime) -> None:
        """This takes its time: keep what runs, let others do what waits, and forget what is done."""
        with self._lock:
            running, waiting = list(self._running), list(self._waiting)
            self._waiting.clear()
        # First what nobody else would be told of: what runs is kept at the next beat, too.
        if waiting:
            jobs.give_back(jobs=waiting, now=now)
        if running:
            jobs.keep(jobs=running, now=now)
        self.end()

    def end(self) -> None:
        """Forget what is done."""
        with self._lock:
            done = list(self._done)
        if done:
            jobs.done(jobs=done)
        with self._lock:
            self._done = self._done[len(done) :]
