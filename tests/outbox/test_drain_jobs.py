"""Ten thousand jobs that have piled up are done by the relay and the worker of the Procfile, each once."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from backend.devstack import environment, processes, procfile, tether, valkey
from backend.outbox.models import Job
from backend.payments.models import StripeEvent
from tests import live

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MANY = 10_000
PATIENCE_SECONDS = 300
TASK = "payments.process_event"


@contextmanager
def program(name, *, log, settings):
    """A process of the Procfile."""
    commands = {program.name: program.command for program in procfile.read(environment.ROOT / "Procfile")}
    words = tether.command("/bin/sh", "-c", f"exec {commands[name]}", signal=signal.SIGTERM)
    with log.open("wb") as out:
        started = subprocess.Popen(words, env=settings, cwd=environment.ROOT, stdout=out, stderr=out)
    try:
        yield
    finally:
        processes.stop(started, first=signal.SIGTERM, grace=10)


@pytest.fixture
def worker_log(tmp_path, transactional_db):
    """Of the worker, which runs beside a relay until the test ends."""
    with ExitStack() as stack:
        news = stack.enter_context(valkey.start(folder=tmp_path / "news"))
        settings = {
            **os.environ,
            "DATABASE_URL": live.database_url(),
            "REDIS_URL": news.url,
            "CELERY_BROKER_URL": news.url,
            "LOG_FORMAT": "json",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        for name in ("relay", "worker"):
            stack.enter_context(program(name, log=tmp_path / f"{name}.log", settings=settings))
        yield tmp_path / "worker.log"


def owe(number):
    """Jobs that find their work done: an event of Stripe's that was looked at before."""
    StripeEvent.objects.get_or_create(
        event_id="evt_1",
        defaults={"payload": {}, "received_at": timezone.now(), "processed_at": timezone.now()},
    )
    Job.objects.bulk_create(Job(task=TASK, kwargs={"event_id": "evt_1"}) for _ in range(number))


def wait_until_done():
    assert processes.wait_until(lambda: not Job.objects.exists(), seconds=PATIENCE_SECONDS)


def test_a_pile_of_jobs_is_done_each_once(worker_log):
    owe(16)
    wait_until_done()  # the worker's processes have started
    owe(MANY)
    started = time.perf_counter()
    wait_until_done()
    seconds = time.perf_counter() - started
    print(f"jobs: {MANY} in {seconds:.1f} s, {MANY / seconds:.0f} a second")

    lines = [json.loads(line) for line in worker_log.read_text().splitlines() if '"job done' in line]
    ids = [line["job"] for line in lines]
    assert len(ids) == len(set(ids)) == MANY + 16
    assert {line["attempts"] for line in lines} == {1}
