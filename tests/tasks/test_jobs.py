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
from tasks.app import app

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
def _fresh(monkeypatch):
    ran.clear()
    monkeypatch.setitem(app.tasks, "tests.try", Trying())


def do(*owed):
    jobs.run_all([job.pk for job in owed])


def job(how, **fields):
    return Job.objects.create(task="tests.try", kwargs={"how": how}, **fields)


def test_what_is_done_is_gone():
    do(job("well"))

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_repeated_message_finds_nothing_to_do():
    done = job("well")

    for _ in range(2):
        do(done)

    assert ran == ["well"]


def test_a_job_that_another_worker_runs_is_left_alone():
    leased = job("well", leased_until=timezone.now() + timedelta(minutes=1))

    do(leased)

    assert ran == []
    assert Job.objects.get().attempts == 0


def test_the_job_of_a_dead_worker_is_taken_over():
    left = job("well", leased_until=timezone.now() - timedelta(seconds=1), attempts=1)

    do(left)

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_message_of_the_version_before_names_its_task_and_one_job():
    Trying()(job_id=job("well").pk)

    assert ran == ["well"]
    assert not Job.objects.exists()


def test_a_task_that_only_the_next_version_knows_is_tried_again():
    do(Job.objects.create(task="tests.not_yet"), job("well"))

    assert ran == ["well"]
    assert [(left.task, left.failed_at) for left in Job.objects.all()] == [("tests.not_yet", None)]


def test_of_several_jobs_each_ends_by_itself():
    with pytest.raises(ValueError, match="broken"):
        do(job("well"), job("busy"), job("broken"), job("again"))

    assert ran == ["well", "busy", "broken", "again"]
    left = {job.kwargs["how"]: job.failed_at is not None for job in Job.objects.all()}
    assert left == {"busy": False, "broken": True}


def test_several_jobs_that_are_broken_are_all_told_of():
    with pytest.raises(ExceptionGroup) as told:
        do(job("broken"), job("broken"))

    assert [str(error) for error in told.value.exceptions] == ["broken", "broken"]
    assert Job.objects.filter(failed_at__isnull=False).count() == 2


def test_several_jobs_cost_as_many_statements_as_one(django_assert_num_queries):
    owed = [job("well") for _ in range(8)]

    with django_assert_num_queries(2):  # a lease and an end
        do(*owed)

    assert not Job.objects.exists()


def test_a_transient_error_is_tried_again_later():
    before = timezone.now()

    do(job("busy"))

    left = Job.objects.get()
    assert (left.attempts, left.leased_until, left.failed_at) == (1, None, None)
    assert left.last_error == "ConnectionError('busy')"
    assert timedelta(seconds=1) <= left.due_at - before <= timedelta(seconds=5)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, SoftTimeLimitExceeded])
def test_a_database_that_went_away_or_a_slow_task_is_tried_again(error, monkeypatch):
    class Failing(Trying):
        def run(self, *, how):
            raise error(how)

    monkeypatch.setitem(app.tasks, "tests.try", Failing())
    do(job("late"))

    left = Job.objects.get()
    assert (left.attempts, left.leased_until, left.failed_at) == (1, None, None)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_lost_its_connection_is_tried_again(monkeypatch):
    class Cut(Trying):
        def run(self, *, how):
            connection.connection.close()
            connection.cursor().execute("SELECT 1")

    monkeypatch.setitem(app.tasks, "tests.try", Cut())
    do(job("cut"))

    assert "closed" in Job.objects.get().last_error


def test_the_pause_grows_up_to_forty_seconds():
    tired = job("busy", attempts=15, last_error="busy")
    before = timezone.now()

    do(tired)

    pause = Job.objects.get().due_at - before
    assert timedelta(seconds=20) <= pause <= timedelta(seconds=45)


def test_after_most_of_a_day_of_tries_it_stays_for_staff():
    do(job("busy", attempts=table.TRIES - 1, last_error="busy"))

    left = Job.objects.get()
    assert left.failed_at is not None
    assert left.attempts == table.TRIES


def test_an_error_that_time_does_not_heal_keeps_the_job_at_once():
    with pytest.raises(ValueError, match="broken"):
        do(job("broken"))

    left = Job.objects.get()
    assert left.failed_at is not None
    assert left.last_error == "ValueError('broken')"
    do(left)
    assert ran == ["broken"]


def test_a_job_about_a_row_that_is_not_there_is_no_success():
    order_id = str(uuid4())
    owed = Job.objects.create(task="orders.mail_confirmation", kwargs={"order_id": order_id})

    with pytest.raises(Missing):
        orders.mail_confirmation(job_id=owed.pk)

    assert Job.objects.get().failed_at is not None
