"""The options of the suite do what they say: these pass in each mode, and in no other."""

import pytest
from django.core.signals import request_started
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core import redis
from tests import factories

HANDLERS = {None: "Client", "daphne": "ASGI", "uvicorn": "ASGI", "granian": "WSGI"}
SECOND_LOOK = {"on": "no query", "off": "queries", "shared": "no query"}


@pytest.fixture
def senders():
    seen = []

    def see(sender, **_):
        seen.append(sender.__name__.removesuffix("Handler"))

    request_started.connect(see)
    yield seen
    request_started.disconnect(see)


def test_the_named_server_answers_and_sees_what_this_transaction_wrote(request, as_guest, senders):
    factories.product(sku="MUG", slug="mug")

    assert connection.in_atomic_block
    assert as_guest.get("products/mug/").json()["sku"] == "MUG"
    assert senders == [HANDLERS[request.config.getoption("--server")]]


def test_answers_are_kept_as_the_named_cache_keeps_them(request, as_guest):
    mode = request.config.getoption("--cache")
    factories.product(sku="MUG", slug="asked-for-here-only")
    as_guest.get("products/asked-for-here-only/")

    with CaptureQueriesContext(connection) as queries:
        as_guest.get("products/asked-for-here-only/")

    assert ("queries" if len(queries) else "no query") == SECOND_LOOK[mode]
    assert bool(redis.client().keys("catalog:*")) == (mode == "shared")
