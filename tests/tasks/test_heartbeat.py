"""A task that takes its time keeps its job, and keeps nobody else's."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from backend.outbox import jobs
from backend.outbox.models import Job
from tasks import heartbeat
from tasks.batch import Batch

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


def leased(number=1):
    owed = [Job.objects.create(task="tests.slow").pk for _ in range(number)]
    return jobs.lease(job_ids=owed, now=timezone.now())


def broken(**given):
    raise OperationalError("PostgreSQL is away")


@pytest.fixture
def beats(monkeypatch):
    """One every 10 ms; `wait` returns after a whole one that began after it was called."""
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.01)
    turn, beat = threading.Semaphore(0), Batch.beat
    monkeypatch.setattr(Batch, "beat", lambda *given, **named: (beat(*given, **named), turn.release()))

    def wait():
        while turn.acquire(blocking=False):
            pass
        return [turn.acquire(timeout=PATIENCE) for _ in range(2)]

    return wait


def test_the_lease_of_a_running_task_is_renewed(beats):
    (job,) = leased()

    with heartbeat.beating(Batch([job])) as batch:
        assert next(iter(batch)) == job
        assert beats() == [True, True]

    assert Job.objects.get().leased_until > job.leased_until


def test_a_slow_task_gives_back_the_jobs_behind_it(beats):
    slow, *others = leased(3)

    with heartbeat.beating(Batch([slow, *others])) as batch:
        turns = iter(batch)
        assert next(turns) == slow
        assert beats() == [True, True]
        batch.is_done(slow)
        assert list(turns) == []

    assert list(Job.objects.order_by("id").values_list("pk", "attempts", "leased_until")) == [
        (job.pk, 0, None) for job in others
    ]


def test_jobs_are_given_back_even_if_the_lease_of_what_runs_can_not_be_renewed(monkeypatch):
    slow, waiting = leased(2)
    batch = Batch([slow, waiting])
    next(iter(batch))
    monkeypatch.setattr(jobs, "keep", broken)

    with pytest.raises(OperationalError):
        batch.beat(now=timezone.now())

    assert Job.objects.get(pk=waiting.pk).leased_until is None


def test_what_is_done_is_forgotten_while_the_next_one_takes_its_time(beats):
    quick, slow = leased(2)

    with heartbeat.beating(Batch([quick, slow])) as batch:
        turns = iter(batch)
        next(turns)
        batch.is_done(quick)
        next(turns)
        assert beats() == [True, True]

        assert [job.pk for job in Job.objects.all()] == [slow.pk]


def test_it_ends_with_the_task_even_if_that_fails():
    with pytest.raises(ZeroDivisionError), heartbeat.beating(Batch(leased())):
        raise ZeroDivisionError

    beating = [thread for thread in threading.enumerate() if thread.name == "heartbeat"]
    for thread in beating:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in beating)


def test_two_beats_may_fail_before_the_lease_is_over():
    assert timedelta(seconds=3 * heartbeat.EVERY_SECONDS) <= jobs.LEASE
