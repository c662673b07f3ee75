"""What events start: jobs, of which a message names several; each row is leased, run, and gone when done."""

import logging
from collections.abc import Collection
from typing import Any

from celery import Task, current_app, shared_task
from celery.exceptions import NotRegistered, SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from backend.outbox import jobs
from tasks import heartbeat
from tasks.batch import Batch

log = logging.getLogger(__name__)
# Whatever a task does, these may be over the next time: PostgreSQL was away, something took too long, a
# worker of the version before knows no such task.
ALWAYS_TRANSIENT: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    SoftTimeLimitExceeded,
    NotRegistered,
)


class Tracked(Task[..., None]):
    """A task whose message carries only jobs' ids; the database says what is owed (contract section 6).

    `transient` names the errors worth another try, with exponential backoff and jitter. Any other error
    keeps the job, with its text, for staff to see. A repeated message finds the job leased or gone.
    """

    transient: tuple[type[Exception], ...] = ()

    def __call__(self, *, job_id: int) -> None:
        run_all([job_id])


# Enough for two calls of Stripe by the last job that is begun before the heartbeat gives back the others; and
# with a dead worker before it, a job is still done within a minute.
@shared_task(name="jobs.run", soft_time_limit=36, time_limit=40)
def run(*, job_ids: list[int]) -> None:
    """The one message that workers get from the relay."""
    run_all(job_ids)


def run_all(job_ids: Collection[int]) -> None:
    """Do these jobs one after the other. Whatever becomes of one, the others are done.

    Raises what was no transient error, as a group if there was more than one.
    """
    leased = jobs.lease(job_ids=job_ids, now=timezone.now())
    if not leased:
        return
    failures = []
    with heartbeat.beating(Batch(leased)) as batch:
        for job in batch:
            failure = _run(job, batch)
            failures += [failure] if failure else []
    if failures:
        raise failures[0] if len(failures) == 1 else ExceptionGroup("jobs failed", failures)


def _run(job: Any, batch: Batch) -> Exception | None:
    """Do the job; returns the error that time does not heal."""
    transient: tuple[type[Exception], ...] = ALWAYS_TRANSIENT
    try:
        task: Any = current_app.tasks[job.task]
        transient += task.transient
        task.run(**job.kwargs)
    except transient as error:
        log.warning("job postponed: %r", error, extra=_fields(job))
        _mend_connection()
        jobs.postpone(job=job, error=repr(error), now=timezone.now())
    except Exception as error:  # noqa: BLE001 (raised when the others are done)
        _mend_connection()
        jobs.give_up(job=job, error=repr(error), now=timezone.now())
        return error
    else:
        log.info("job done: %s", job.task, extra=_fields(job))
        batch.is_done(job)
    return None


def _mend_connection() -> None:
    """One that broke in the task can't be told of its end."""
    if not connection.is_usable():
        connection.close()


def _fields(job: Any) -> dict[str, Any]:
    return {"job": job.pk, "task": job.task, "attempts": job.attempts}
