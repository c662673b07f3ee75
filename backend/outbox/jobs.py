"""A job's life in the worker: leased while it runs, gone when done, due again later when it failed."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q

from backend.outbox.models import Job

# A dead worker's job is found again when its lease ends: within a minute (contract section 6).
LEASE = timedelta(seconds=40)
LONGEST_PAUSE = timedelta(minutes=10)
TRIES = 20


def lease(*, job_id: int, now: datetime) -> Job | None:
    """Take the job for a while; None when it is done already or another worker runs it.

    None, too, for one whose workers died again and again: it stays for staff to see.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, failed_at__isnull=True).update(
        leased_until=now + LEASE, due_at=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    if job.attempts > TRIES:
        give_up(job=job, error=job.last_error or "its worker died each time", now=now)
        return None
    return job


def done(*, job: Job) -> None:
    """The job is done and forgotten."""
    Job.objects.filter(pk=job.pk).delete()


def postpone(*, job: Job, error: str, now: datetime) -> None:
    """Try again after an exponential pause with jitter; after twenty tries it stays for staff to see."""
    if job.attempts >= TRIES:
        return give_up(job=job, error=error, now=now)
    pause = min(timedelta(seconds=2**job.attempts), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311
    Job.objects.filter(pk=job.pk).update(due_at=now + pause, leased_until=None, last_error=error)
    return None


def give_up(*, job: Job, error: str, now: datetime) -> None:
    """No more tries: the job stays, with its error, until staff look at it."""
    Job.objects.filter(pk=job.pk).update(failed_at=now, leased_until=None, last_error=error)


def run_again(*, job_ids: Collection[int], now: datetime) -> int:
    """Staff have seen to the cause: the failed ones among these are due at once. Returns how many."""
    failed = Job.objects.filter(pk__in=job_ids, failed_at__isnull=False)
    return failed.update(failed_at=None, due_at=now, leased_until=None, attempts=0)
