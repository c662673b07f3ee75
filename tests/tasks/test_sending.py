"""Which jobs go together: a few of one queue in a message, and none beside one that was tried before."""

import pytest
from django.utils import timezone

from backend.core import rows
from backend.outbox.models import Job
from tasks import queues, sending, subscriptions
from tasks.app import app

pytestmark = pytest.mark.django_db
MAILS = {
    "accounts.mail_reset",
    "accounts.mail_verification",
    "alerts.address_mail",
    "alerts.mail",
    "orders.mail_cancelled",
    "orders.mail_confirmation",
    "orders.mail_delivered",
    "orders.mail_refunded",
    "orders.mail_shipped",
}


def owed(task, number=1, **fields):
    return [Job.objects.create(task=task, **fields).pk for _ in range(number)]


@pytest.fixture
def sent(monkeypatch):
    """(queue, the jobs' ids) of each message to Celery."""
    messages = []

    def take(task, *, kwargs, queue, retry):
        assert (task, retry) == ("jobs.run", False)
        messages.append((queue, kwargs["job_ids"]))

    monkeypatch.setattr(app, "send_task", take)
    return messages


def test_jobs_of_one_queue_go_together_eight_at_a_time(sent):
    payments = owed("payments.process_event", 9)
    mails = owed("orders.mail_shipped", 2)

    assert sending.send_due(now=timezone.now()) == 11

    assert sent == [("celery", payments[:8]), ("celery", payments[8:]), ("mail", mails)]


def test_one_that_was_tried_before_goes_alone(sent):
    tired = owed("payments.process_event", attempts=1)
    fresh = owed("payments.process_event", 2)
    dying = owed("payments.process_event", attempts=19)

    sending.send_due(now=timezone.now())

    assert sorted(sent) == [("celery", tired), ("celery", fresh), ("celery", dying)]


def test_a_pile_of_mails_is_in_no_other_job_s_way(sent, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 3)
    mails = owed("orders.mail_shipped", 9)
    payment = owed("payments.process_event")

    assert sending.send_due(now=timezone.now()) == 4

    assert sent == [("mail", mails[:3]), ("celery", payment)]


def test_postgresql_tells_mails_by_the_same_names():
    tasks = [task for started in subscriptions.TASKS.values() for task, _ in started]
    asked = "SELECT task FROM unnest(%(tasks)s::text[]) AS task WHERE task LIKE %(mails)s"

    mails = {task for (task,) in rows.fetch(asked, tasks=tasks, mails=queues.MAILS)}

    assert mails == {task for task in tasks if queues.of(task) == queues.MAIL}


def test_what_mails_has_a_queue_of_its_own():
    tasks = {task for started in subscriptions.TASKS.values() for task, _ in started}

    assert {task for task in tasks if queues.of(task) == "mail"} == MAILS
    assert {queues.of(task) for task in tasks - MAILS} == {"celery"}
