"""The one kind of task that events start: its job row is leased, run, and gone only when done."""

import logging
from typing import Any

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from backend.outbox import jobs
from tasks import heartbeat

log = logging.getLogger(__name__)
# Whatever a task does, these may be over the next time: PostgreSQL was away, something took too long.
ALWAYS_TRANSIENT: tuple[type[Exception], ...] = (OperationalError, InterfaceError, SoftTimeLimitExceeded)


class Tracked(Task[..., None]):
    """A task whose message carries only the job's id; the database says what is owed (contract section 6).

    `transient` names the errors worth another try, with exponential backoff and jitter. Any other error
    keeps the job, with its text, for staff to see. A repeated message finds the job leased or gone.
    """

    transient: tuple[type[Exception], ...] = ()
    # Enough for two calls of Stripe; and with a dead worker before it, a job is still done within a minute.
    soft_time_limit = 32
    time_limit = 36

    def __call__(self, *, job_id: int) -> None:
        job = jobs.lease(job_id=job_id, now=timezone.now())
        if job is None:
            return
        try:
            with heartbeat.beating(job):
                self.run(**job.kwargs)
        except (*self.transient, *ALWAYS_TRANSIENT) as error:
            log.warning("job postponed: %r", error, extra=_fields(job))
            # A connection that broke in the task can't be told of it.
            if not connection.is_usable():
                connection.close()
            jobs.postpone(job=job, error=repr(error), now=timezone.now())
        except Exception as error:
            jobs.give_up(job=job, error=repr(error), now=timezone.now())
            raise
        else:
            jobs.done(job=job)


def _fields(job: Any) -> dict[str, Any]:
    return {"job": job.pk, "task": job.task, "attempts": job.attempts}
