"""A job's life in the worker: leased while it runs, gone when done, due again later when it failed.

Leases and ends do not wait for the disk: what PostgreSQL forgets of them when it dies is done again.
"""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from backend.core import rows, transactions
from backend.core.statements import Statement
from backend.outbox.models import Job

# A worker keeps its lease while it runs (`keep`); a dead one's job is found again when the lease ends.
LEASE = timedelta(seconds=10)
DUE_AFTER = LEASE + timedelta(seconds=1)  # sent when the lease is over by the worker's clock too
# What Stripe's or PostgreSQL's absence postponed is done within a minute of their return (contract, 6).
LONGEST_PAUSE = timedelta(seconds=40)
TRIES = 2000  # most of a day
DEATHS = 20
# Whoever wants several jobs locks them in the order of their ids.
_LEASE = """
SET leased_until = %(until)s, due_at = %(due_at)s, attempts = attempts + 1
WHERE id = ANY(ARRAY(
    SELECT id FROM outbox_job
     WHERE id = ANY(%(ids)s) AND failed_at IS NULL AND (leased_until IS NULL OR leased_until < %(now)s)
     ORDER BY id FOR UPDATE
))
"""
# Held by the one who counted that attempt, and not postponed meanwhile. Behind a crash PostgreSQL may give a
# job's id to another one, so a job is meant by when it was made, too.
_HELD = """
WHERE id = ANY(ARRAY(
    SELECT id FROM outbox_job
      JOIN unnest(%(ids)s::bigint[], %(made)s::timestamptz[], %(attempts)s::int[])
        AS held (id, created_at, attempts) USING (id, created_at, attempts)
     WHERE leased_until IS NOT NULL ORDER BY id FOR UPDATE OF outbox_job
))
"""
_DONE = """DELETE FROM outbox_job
WHERE id = ANY(ARRAY(
    SELECT id FROM outbox_job
      JOIN unnest(%(ids)s::bigint[], %(made)s::timestamptz[]) AS done (id, created_at) USING (id, created_at)
     ORDER BY id FOR UPDATE OF outbox_job
))
"""


def lease(*, job_ids: Collection[int], now: datetime) -> list[Job]:
    """Take those of the jobs for a while that are not done already, nor run by another worker, oldest first.

    Nor those whose workers died again and again: they stay for staff to see.
    """
    times = {"now": now, "until": now + LEASE, "due_at": now + DUE_AFTER}
    change = rows.changing(Job, _LEASE, ids=list(job_ids), **times)
    [leased] = rows.read(change, ask=transactions.unhurried)
    deadly = [job for job in leased if job.attempts > DEATHS and not job.last_error]
    for job in deadly:
        give_up(job=job, error="its worker died each time", now=now)
    return sorted((job for job in leased if job not in deadly), key=lambda job: job.pk)


def keep(*, jobs: Sequence[Job], now: datetime) -> None:
    """The worker that leased the jobs is alive and goes on with them."""
    _change_held(f"SET leased_until = %(until)s, due_at = %(due_at)s {_HELD}", jobs, now)


def give_back(*, jobs: Sequence[Job], now: datetime) -> None:
    """The worker that leased the jobs has not begun with them, and will not: they are due at once."""
    _change_held(f"SET leased_until = NULL, due_at = %(now)s, attempts = attempts - 1 {_HELD}", jobs, now)


def done(*, jobs: Sequence[Job]) -> None:
    """The jobs are done and forgotten."""
    transactions.unhurried(Statement(_DONE, _named(jobs)))


def postpone(*, job: Job, error: str, now: datetime) -> None:
    """Try again after an exponential pause with jitter; after most of a day it stays for staff to see."""
    if job.attempts >= TRIES:
        return give_up(job=job, error=error, now=now)
    pause = min(timedelta(seconds=2 ** min(job.attempts, 10)), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311
    Job.objects.filter(pk=job.pk).update(due_at=now + pause, leased_until=None, last_error=error)
    return None


def give_up(*, job: Job, error: str, now: datetime) -> None:
    """No more tries: the job stays, with its error, until staff look at it."""
    Job.objects.filter(pk=job.pk).update(failed_at=now, leased_until=None, last_error=error)


def run_again(*, job_ids: Collection[int], now: datetime) -> int:
    """Staff have seen to the cause: the failed ones among these are due at once. Returns how many."""
    failed = Job.objects.filter(pk__in=job_ids, failed_at__isnull=False)
    return failed.update(failed_at=None, due_at=now, leased_until=None, attempts=0)


def _change_held(which: str, jobs: Sequence[Job], now: datetime) -> None:
    held = {**_named(jobs), "attempts": [job.attempts for job in jobs]}
    times = {"now": now, "until": now + LEASE, "due_at": now + DUE_AFTER}
    transactions.unhurried(rows.changing(Job, which, **held, **times).statement)


def _named(jobs: Sequence[Job]) -> dict[str, Any]:
    return {"ids": [job.pk for job in jobs], "made": [job.created_at for job in jobs]}
