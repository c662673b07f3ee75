"""A task that takes its time keeps its job."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.outbox import jobs
from backend.outbox.models import Job
from tasks import heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10


def leased():
    return jobs.lease(job_id=Job.objects.create(task="tests.slow").pk, now=timezone.now())


def test_the_lease_of_a_running_task_is_renewed(monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.01)
    renewed = threading.Event()
    keep = jobs.keep
    monkeypatch.setattr(jobs, "keep", lambda **given: (keep(**given), renewed.set()))
    job = leased()

    with heartbeat.beating(job):
        assert renewed.wait(PATIENCE)

    assert Job.objects.get().leased_until > job.leased_until


def test_it_ends_with_the_task_even_if_that_fails():
    job = leased()
    before = threading.active_count()

    with pytest.raises(ZeroDivisionError), heartbeat.beating(job):
        raise ZeroDivisionError

    for thread in threading.enumerate():
        if thread.name == "heartbeat":
            thread.join(PATIENCE)
    assert threading.active_count() == before


def test_two_beats_may_fail_before_the_lease_is_over():
    assert timedelta(seconds=3 * heartbeat.EVERY_SECONDS) <= jobs.LEASE
