"""Sign-ins that have ended, as far as this process has heard: asked for once a second, not once a request.

ADR 19 has the reasons, and what may happen at the same time.
"""

import threading
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction

from backend.accounts.models import Session

# An ended sign-in is kept for so long, and no access token lives longer (config/env.py).
KEPT = timedelta(days=1)
# The contract's five seconds are these, and the answer to the question.
HEARD_EVERY = timedelta(seconds=1)
OLDEST_NEWS = timedelta(seconds=4)
# As long as any request waits for a connection: in a crowd it is slow, and not refused.
PATIENCE_SECONDS = 12.0
# An end carries the time its transaction began at; that may have waited, and on a clock that is behind ours.
OVERLAP = timedelta(minutes=2)


class Endings:
    """One a process, shared by its threads."""

    def __init__(self) -> None:
        self._ended: dict[UUID, datetime] = {}
        self._asked_at: datetime | None = None
        self._is_in_doubt = False
        self._asking = threading.Lock()

    def includes(self, session_id: UUID, *, now: datetime) -> bool:
        """Whether the sign-in has ended, by news of at most four seconds ago. Raises the database's Error."""
        if self._is_in_doubt or not self._is_known(now, HEARD_EVERY):
            self._ask(now)
        return session_id in self._ended

    def doubt_after_commit(self) -> None:
        """What this process itself has ended, it knows with its next request."""
        transaction.on_commit(self._doubt)

    def _doubt(self) -> None:
        self._is_in_doubt = True

    def _is_known(self, now: datetime, limit: timedelta) -> bool:
        """A clock that was put back must not make news of what is old."""
        return self._asked_at is not None and timedelta(0) <= now - self._asked_at < limit

    def _ask(self, now: datetime) -> None:
        """One thread asks; the others go on by what is known, unless that is too old to go by."""
        must_know = not self._is_known(now, OLDEST_NEWS)
        if not self._asking.acquire(timeout=PATIENCE_SECONDS if must_know else 0):
            if must_know:
                raise OperationalError("who has signed out could not be asked in time")
            return
        try:
            if not (must_know and self._was_asked_meanwhile(now)):
                self._read(now)
        finally:
            self._asking.release()

    def _was_asked_meanwhile(self, now: datetime) -> bool:
        """By a thread that this one has waited for; it may have come a little later than this one."""
        is_asked = self._asked_at is not None and abs(now - self._asked_at) < OLDEST_NEWS
        return is_asked and not self._is_in_doubt

    def _read(self, now: datetime) -> None:
        self._is_in_doubt = False  # before the look: who ends one meanwhile says so again
        since = oldest = now - KEPT
        if self._asked_at is not None:
            since = max(oldest, min(self._asked_at, now) - OVERLAP)
        told = Session.objects.filter(ended_at__gt=since).values_list("pk", "ended_at")
        news = {session_id: at for session_id, at in told if at is not None}
        known = {session_id: at for session_id, at in self._ended.items() if at > oldest}
        self._ended, self._asked_at = known | news, now


of_this_process = Endings()
