"""A job's life in the worker: leased while it runs, gone when done, due again later when it failed."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q

from backend.outbox.models import Job

# A worker keeps its lease while it runs (`keep`); a dead one's job is found again when the lease ends.
LEASE = timedelta(seconds=10)
DUE_AFTER = LEASE + timedelta(seconds=1)  # sent when the lease is over by the worker's clock too
# What Stripe's or PostgreSQL's absence postponed is done within a minute of their return (contract, 6).
LONGEST_PAUSE = timedelta(seconds=40)
TRIES = 2000  # most of a day
DEATHS = 20


def lease(*, job_id: int, now: datetime) -> Job | None:
    """Take the job for a while; None when it is done already or another worker runs it.

    None, too, for one whose workers died again and again: it stays for staff to see.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, failed_at__isnull=True).update(
        leased_until=now + LEASE, due_at=now + DUE_AFTER, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    if job.attempts > DEATHS and not job.last_error:
        give_up(job=job, error="its worker died each time", now=now)
        return None
    return job


def keep(*, job: Job, now: datetime) -> None:
    """The worker that leased the job is alive and goes on with it."""
    held = Job.objects.filter(pk=job.pk, attempts=job.attempts, leased_until__isnull=False)
    held.update(leased_until=now + LEASE, due_at=now + DUE_AFTER)


def done(*, job: Job) -> None:
    """The job is done and forgotten."""
    Job.objects.filter(pk=job.pk).delete()


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
