"""A job is sent when due, leased while it runs, gone when done, and never lost."""

from datetime import timedelta

import pytest
from celery import shared_task
from django.utils import timezone

from backend.outbox import actions, jobs
from backend.outbox.models import Job
from tasks.jobs import Tracked, run

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ran: list[str] = []


class Blip(Exception):
    """Transient, says the task."""


@shared_task(base=Tracked, name="tests.work", transient=(Blip,))
def work(*, how: str) -> None:
    ran.append(how)
    if how == "blip":
        raise Blip("for a moment")
    if how == "bug":
        raise ZeroDivisionError("for good")


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


def a_job(how="well", **fields):
    return Job.objects.create(**{"task": "tests.work", "kwargs": {"how": how}, "due_at": NOW, **fields})


def test_a_job_that_is_done_is_gone():
    job = a_job()

    work(job_id=job.pk)
    work(job_id=job.pk)

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_transient_failure_is_tried_again_later():
    job, before = a_job("blip"), timezone.now()

    work(job_id=job.pk)

    kept = Job.objects.get()
    assert (kept.attempts, kept.leased_until, kept.failed_at) == (1, None, None)
    assert kept.last_error == "Blip('for a moment')"
    assert timedelta(seconds=0.9) < kept.due_at - before < timedelta(seconds=60)


def test_the_pause_grows_and_has_an_end():
    job = a_job("blip", attempts=1500, last_error="Blip")
    before = timezone.now()

    work(job_id=job.pk)

    # Within a minute of the end of whatever was the matter, it is tried again.
    assert timedelta(seconds=20) <= Job.objects.get().due_at - before < timedelta(seconds=45)


def test_after_most_of_a_day_of_tries_it_stays_for_staff():
    job = a_job("blip", attempts=jobs.TRIES - 1, last_error="Blip")

    work(job_id=job.pk)

    assert Job.objects.get().failed_at is not None
    assert actions.due_jobs(now=NOW + timedelta(days=1), limit=10) == []


def test_a_bug_is_not_tried_again_and_is_not_swallowed():
    job = a_job("bug")

    with pytest.raises(ZeroDivisionError):
        work(job_id=job.pk)

    kept = Job.objects.get()
    assert (kept.last_error, kept.failed_at is not None) == ("ZeroDivisionError('for good')", True)


def test_a_job_that_runs_elsewhere_is_left_alone():
    job = a_job()
    jobs.lease(job_ids=[job.pk], now=timezone.now())

    work(job_id=job.pk)

    assert ran == []
    assert Job.objects.filter(pk=job.pk).exists()


def test_the_lease_of_a_dead_worker_ends():
    job = a_job(leased_until=timezone.now() - timedelta(seconds=1))

    work(job_id=job.pk)

    assert ran == ["well"]


def test_a_job_is_due_again_soon_after_it_was_sent():
    job = a_job()

    assert actions.due_jobs(now=NOW, limit=10) == [job]
    assert actions.due_jobs(now=NOW + timedelta(seconds=19), limit=10) == []
    assert actions.due_jobs(now=NOW + timedelta(seconds=20), limit=10) == [job]


def test_the_job_of_a_worker_that_died_is_due_again_in_seconds():
    job = a_job()
    jobs.lease(job_ids=[job.pk], now=NOW)

    assert actions.due_jobs(now=NOW + timedelta(seconds=10), limit=10) == []
    assert actions.due_jobs(now=NOW + timedelta(seconds=11), limit=10) == [job]
    assert jobs.lease(job_ids=[job.pk], now=NOW + timedelta(seconds=11)) == [job]


def test_a_worker_that_lives_keeps_its_lease():
    leased = jobs.lease(job_ids=[a_job().pk, a_job().pk], now=NOW)

    jobs.keep(jobs=leased, now=NOW + timedelta(seconds=8))

    assert jobs.lease(job_ids=[job.pk for job in leased], now=NOW + timedelta(seconds=17)) == []
    assert actions.due_jobs(now=NOW + timedelta(seconds=17), limit=10) == []


def test_a_worker_that_was_given_up_does_not_keep_the_next_ones_lease():
    slow = jobs.lease(job_ids=[a_job().pk], now=NOW)
    jobs.lease(job_ids=[slow[0].pk], now=NOW + timedelta(seconds=11))

    jobs.keep(jobs=slow, now=NOW + timedelta(seconds=20))
    jobs.give_back(jobs=slow, now=NOW + timedelta(seconds=20))

    assert Job.objects.get().leased_until == NOW + timedelta(seconds=21)


def test_a_job_that_was_postponed_is_not_kept():
    leased = jobs.lease(job_ids=[a_job().pk], now=NOW)
    jobs.postpone(job=leased[0], error="Blip", now=NOW)

    jobs.keep(jobs=leased, now=NOW)

    assert Job.objects.get().leased_until is None


def test_what_is_given_back_is_due_at_once_and_was_never_tried():
    few = [a_job(), a_job("blip")]
    leased = jobs.lease(job_ids=[job.pk for job in few], now=NOW)

    jobs.give_back(jobs=leased, now=NOW)

    assert actions.due_jobs(now=NOW, limit=10) == few
    assert set(Job.objects.values_list("attempts", "leased_until")) == {(0, None)}


def test_a_dead_worker_and_a_slow_message_are_less_than_a_minute_together():
    assert jobs.DUE_AFTER + timedelta(seconds=run.time_limit) < timedelta(minutes=1)


def test_a_job_that_kills_its_workers_stays_for_staff():
    job = a_job(attempts=jobs.DEATHS)

    work(job_id=job.pk)

    assert ran == []
    kept = Job.objects.get()
    assert (kept.last_error, kept.failed_at is not None) == ("its worker died each time", True)


def test_a_failed_job_can_be_run_again():
    job = a_job(failed_at=NOW, attempts=20)

    assert jobs.run_again(job_ids=[job.pk], now=NOW) == 1

    assert actions.due_jobs(now=NOW, limit=10) == [job]


def test_a_job_that_was_given_the_id_of_another_is_not_taken_for_it():
    """PostgreSQL may give an id anew when it died before the first one was on the disk."""
    old = a_job(leased_until=NOW, attempts=1)
    Job.objects.filter(pk=old.pk).delete()
    new = a_job(id=old.pk, created_at=NOW + timedelta(seconds=1), leased_until=NOW, attempts=1)

    jobs.done(jobs=[old])
    jobs.give_back(jobs=[old], now=NOW)

    assert [(job.pk, job.leased_until, job.attempts) for job in Job.objects.all()] == [(new.pk, NOW, 1)]
