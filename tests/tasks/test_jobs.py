"""A job is done once, tried again when that may help, and kept for staff when it may not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from backend.core.errors import Missing
from backend.outbox import jobs as table
from backend.outbox.models import Job
from tasks import jobs, orders

pytestmark = pytest.mark.django_db
ran = []


class Trying(jobs.Tracked):
    """A task that does what its argument says."""

    name = "tests.try"
    transient = (ConnectionError,)

    def run(self, *, how):
        ran.append(how)
        if how == "busy":
            raise ConnectionError("busy")
        if how == "broken":
            raise ValueError("broken")


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


def job(how, **fields):
    return Job.objects.create(task="tests.try", kwargs={"how": how}, **fields)


def test_what_is_done_is_gone():
    Trying()(job_id=job("well").pk)

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_repeated_message_finds_nothing_to_do():
    done = job("well").pk

    for _ in range(2):
        Trying()(job_id=done)

    assert ran == ["well"]


def test_a_job_that_another_worker_runs_is_left_alone():
    leased = job("well", leased_until=timezone.now() + timedelta(minutes=1))

    Trying()(job_id=leased.pk)

    assert ran == []
    assert Job.objects.get().attempts == 0


def test_the_job_of_a_dead_worker_is_taken_over():
    left = job("well", leased_until=timezone.now() - timedelta(seconds=1), attempts=1)

    Trying()(job_id=left.pk)

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_transient_error_is_tried_again_later():
    before = timezone.now()

    Trying()(job_id=job("busy").pk)

    left = Job.objects.get()
    assert (left.attempts, left.leased_until, left.failed_at) == (1, None, None)
    assert left.last_error == "ConnectionError('busy')"
    assert timedelta(seconds=1) <= left.due_at - before <= timedelta(seconds=5)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, SoftTimeLimitExceeded])
def test_a_database_that_went_away_or_a_slow_task_is_tried_again(error):
    class Failing(Trying):
        def run(self, *, how):
            raise error(how)

    Failing()(job_id=job("late").pk)

    left = Job.objects.get()
    assert (left.attempts, left.leased_until, left.failed_at) == (1, None, None)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_lost_its_connection_is_tried_again():
    class Cut(Trying):
        def run(self, *, how):
            connection.connection.close()
            connection.cursor().execute("SELECT 1")

    Cut()(job_id=job("cut").pk)

    assert "closed" in Job.objects.get().last_error


def test_the_pause_grows_up_to_forty_seconds():
    tired = job("busy", attempts=15, last_error="busy")
    before = timezone.now()

    Trying()(job_id=tired.pk)

    pause = Job.objects.get().due_at - before
    assert timedelta(seconds=20) <= pause <= timedelta(seconds=45)


def test_after_most_of_a_day_of_tries_it_stays_for_staff():
    Trying()(job_id=job("busy", attempts=table.TRIES - 1, last_error="busy").pk)

    left = Job.objects.get()
    assert left.failed_at is not None
    assert left.attempts == table.TRIES


def test_an_error_that_time_does_not_heal_keeps_the_job_at_once():
    with pytest.raises(ValueError, match="broken"):
        Trying()(job_id=job("broken").pk)

    left = Job.objects.get()
    assert left.failed_at is not None
    assert left.last_error == "ValueError('broken')"
    Trying()(job_id=left.pk)
    assert ran == ["broken"]


def test_a_job_about_a_row_that_is_not_there_is_no_success():
    order_id = str(uuid4())
    owed = Job.objects.create(task="orders.mail_confirmation", kwargs={"order_id": order_id})

    with pytest.raises(Missing):
        orders.mail_confirmation(job_id=owed.pk)

    assert Job.objects.get().failed_at is not None
