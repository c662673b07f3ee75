"""Every line of the worker is a log line, also what Celery says past its loggers."""

import json
import logging
import sys

import pytest
from celery.apps import worker
from celery.utils.log import LoggingProxy

from backend.config.logs import JsonFormatter
from tasks import logs


@pytest.fixture
def as_json(monkeypatch):
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    monkeypatch.setattr(worker, "safe_say", worker.safe_say)
    yield
    logging.captureWarnings(False)


def test_the_last_words_of_a_worker_are_json(as_json, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stderr", LoggingProxy(logging.getLogger("celery.redirected")))
    logs.log_everything()

    worker.safe_say("worker: Warm shutdown (MainProcess)")

    line = json.loads(capfd.readouterr().err)
    assert (line["level"], line["message"]) == ("INFO", "worker: Warm shutdown (MainProcess)")


def test_django_says_nothing_twice():
    assert logging.getLogger("django").handlers == []
