"""Nothing is told before its commit, and nothing of what was undone: the relay reads committed rows alone."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.outbox import actions
from backend.outbox.models import Event, Job
from tasks import relay

pytestmark = pytest.mark.django_db(transaction=True)


def tell():
    with transaction.atomic():
        actions.publish_internally(event="alert.raised", data={"alert_id": "a"}, now=timezone.now())
        actions.publish_to_feeds(topics=["orders:all"], event="order.created", data={}, now=timezone.now())


def relayed():
    """How much another connection, the relay's, finds to tell and to do now."""
    found = []

    def step():
        found.append(relay.step(now=timezone.now(), send=lambda jobs: None))
        connection.close()

    other = threading.Thread(target=step)
    other.start()
    other.join(20)
    return found[0]


def test_a_task_is_started_when_its_cause_is_committed_and_not_before():
    with transaction.atomic():
        tell()
        assert relayed() == 0

    assert relayed() > 0
    assert Job.objects.get().kwargs == {"alert_id": "a"}


def test_what_is_undone_is_never_told():
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)

    assert relayed() == 0
    assert not Event.objects.exists()


def test_the_relay_waits_for_nobody_whose_transaction_is_open():
    with transaction.atomic():
        tell()

        def other_buyer():
            tell()
            connection.close()

        thread = threading.Thread(target=other_buyer)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        assert relayed() > 0, "the other's event goes out"
