"""PostgreSQL dies right after a commit that did not wait for the disk: undone whole, and done again."""

import os
import tempfile
from contextlib import closing
from pathlib import Path
from signal import SIGKILL
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from backend.devstack import postgres
from backend.outbox import actions, jobs
from backend.outbox.models import Event, Job
from tests.faults.shop import wait

pytestmark = pytest.mark.slow
NOW = timezone.now()


@pytest.fixture(scope="module")
def server():
    """One that waits for the disk as in production, and writes what nobody waits for ten seconds later."""
    with (
        tempfile.TemporaryDirectory(prefix="shopwire-crash-", ignore_cleanup_errors=True) as folder,
        postgres.start(folder=Path(folder)) as server,
    ):
        yield server


@pytest.fixture
def crash(server, django_db_blocker):
    """The outbox's tables in that server; call it to have PostgreSQL die and come back."""
    ours, address = connections["default"], urlsplit(server.url())
    place = {
        "NAME": address.path[1:],
        "USER": address.username,
        "HOST": unquote(address.netloc.partition("@")[2]),
    }
    with django_db_blocker.unblock(), closing(type(ours)({**ours.settings_dict, **place})) as there:
        connections["default"] = there
        try:
            connection.cursor().execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.cursor().execute("SELECT pg_reload_conf()")
            _tables()
            yield lambda: _crash(server)
        finally:
            connections["default"] = ours


def _tables():
    with connection.schema_editor() as editor:
        for model in (Event, Job):
            editor.execute(f"DROP TABLE IF EXISTS {model._meta.db_table}")
            editor.create_model(model)


def _crash(server):
    os.kill(server.pid, SIGKILL)
    connection.close()
    assert wait(lambda: not server.is_running())
    server.restart()


def tell(alert):
    with transaction.atomic():
        actions.publish_internally(event="alert.raised", data={"alert_id": alert}, now=NOW)


def relay():
    """What a relay does when it has told the events."""
    started = [("alerts.mail", {"alert_id": "a"})]
    actions.delivered(events=list(Event.objects.all()), jobs=started, now=NOW)
    assert (Event.objects.count(), Job.objects.count()) == (0, 1)


def test_an_event_whose_end_is_forgotten_is_told_again_and_its_job_made_again(crash):
    tell("a")
    relay()

    crash()

    assert (Event.objects.count(), Job.objects.count()) == (1, 0)
    relay()


def test_a_job_whose_lease_and_end_are_forgotten_is_done_again(crash):
    tell("a")
    relay()
    tell("b")  # whose commit takes along all that came before it
    (leased,) = jobs.lease(job_ids=[job.pk for job in actions.due_jobs(now=NOW, limit=9)], now=NOW)
    jobs.done(jobs=[leased])
    assert not Job.objects.exists()

    crash()

    assert [event.data["alert_id"] for event in Event.objects.all()] == ["b"]
    assert [(job.pk, job.attempts) for job in actions.due_jobs(now=NOW, limit=9)] == [(leased.pk, 0)]


def test_what_changes_the_shop_is_never_part_of_one(crash):
    with transaction.atomic(), pytest.raises(RuntimeError, match="no part of another"):
        jobs.done(jobs=[])
