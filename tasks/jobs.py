"""The one kind of task that events start: its job row is leased, run, and gone only when done."""

import logging
from typing import Any

from celery import Task
from django.utils import timezone

from backend.outbox import jobs

log = logging.getLogger(__name__)


class Tracked(Task[..., None]):
    """A task whose message carries only the job's id; the database says what is owed (contract section 6).

    `transient` names the errors worth another try, with exponential backoff and jitter. Any other error
    keeps the job, with its text, for staff to see. A repeated message finds the job leased or gone.
    """

    transient: tuple[type[Exception], ...] = ()

    def __call__(self, *, job_id: int) -> None:
        job = jobs.lease(job_id=job_id, now=timezone.now())
        if job is None:
            return
        try:
            self.run(**job.kwargs)
        except self.transient as error:
            log.warning("job postponed: %r", error, extra=_fields(job))
            jobs.postpone(job=job, error=repr(error), now=timezone.now())
        except BaseException as error:
            jobs.give_up(job=job, error=repr(error), now=timezone.now())
            raise
        else:
            jobs.done(job=job)


def _fields(job: Any) -> dict[str, Any]:
    return {"job": job.pk, "task": job.task, "attempts": job.attempts}
