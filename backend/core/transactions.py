"""The one place where a transaction that lost a race for locks is run again (contract: then 503)."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import wraps

from django.db import InternalError, OperationalError, connection, transaction
from psycopg import errors
from psycopg.pq import TransactionStatus

from backend.core import roundtrips
from backend.core.statements import Answer, Statement

LOST_A_RACE = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
TRIES = 3
# A lock is waited for 4 s (settings): one more such wait after this, and a request still ends within 15 s.
NO_MORE_AFTER_SECONDS = 6.0
# PostgreSQL files these beside bugs, other than all other ends of a session.
CUT_OFF = (errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout)
LONGEST_PAUSE_SECONDS = 0.1
_DO_NOT_WAIT = Statement("SET LOCAL synchronous_commit = off", ())
_is_acting: ContextVar[bool] = ContextVar("is_acting", default=False)


def retried[**Given, Result](action: Callable[Given, Result]) -> Callable[Given, Result]:
    """The action is one transaction, run again from its start when it lost a race for locks.

    Up to three times, with jitter between; then the OperationalError is the caller's, and nothing is changed.
    Inside another action it is a part of that one: only the outermost is run again, and a part's refusal is
    the whole's: swallowing it, or what PostgreSQL refused, is a RuntimeError. Inside a transaction of other
    making it is a savepoint. What hangs on the commit must not ask PostgreSQL: if that lost a race, the whole
    would be run a second time.
    """

    @wraps(action)
    def run(*given: Given.args, **named: Given.kwargs) -> Result:
        def attempt() -> Result:
            is_part = _is_acting.get()
            before = _is_acting.set(True)
            try:
                with transaction.atomic(savepoint=not is_part), _together(is_part):
                    result = action(*given, **named)
                    if transaction.get_rollback() or _is_aborted():
                        raise RuntimeError("a part of this action was refused, and the refusal swallowed")
                    return result
            finally:
                _is_acting.reset(before)

        return attempt() if connection.in_atomic_block else again(attempt)

    return run


def _is_aborted() -> bool:
    """Then PostgreSQL would answer COMMIT by undoing all of it, which is no error to anybody."""
    session = connection.connection
    return session is not None and session.info.transaction_status == TransactionStatus.INERROR


def _together(is_part: bool) -> AbstractContextManager[None]:
    """What a part tells waits for the statements of the whole."""
    return nullcontext() if is_part else roundtrips.gathering()


def unhurried(*statements: Statement) -> list[Answer]:
    """What they return: a transaction in one round trip, which does not wait for the disk at its end.

    If PostgreSQL dies right after, it never was: all of it or nothing, and nothing that was committed before
    it. For what is simply done again then, never for what changes the shop. Raises RuntimeError inside
    another transaction, which would not wait either.
    """
    if connection.atomic_blocks and not connection.atomic_blocks[-1]._from_testcase:  # type: ignore[attr-defined]
        raise RuntimeError("a transaction that does not wait for the disk is no part of another")
    return roundtrips.ask(_DO_NOT_WAIT, *statements)[1:]


def again[Result](attempt: Callable[[], Result], *, tries: int = TRIES) -> Result:
    """What `attempt`, a whole transaction, returns; tried anew after a deadlock, a lost lock or snapshot.

    Raises OperationalError for every end that PostgreSQL puts to it.
    """
    started = time.monotonic()
    for tried in range(1, tries):
        try:
            return _whole(attempt)
        except OperationalError as error:
            is_late = time.monotonic() - started > NO_MORE_AFTER_SECONDS
            if is_late or not isinstance(error.__cause__, LOST_A_RACE):
                raise
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS) * tried)  # noqa: S311
    return _whole(attempt)


def _whole[Result](attempt: Callable[[], Result]) -> Result:
    """A session cut off for standing still, or for taking too long, is an outage too."""
    try:
        return attempt()
    except InternalError as error:
        if isinstance(error.__cause__, CUT_OFF):
            raise OperationalError(*error.args) from error.__cause__
        raise
