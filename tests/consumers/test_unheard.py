"""Who is there and takes nothing: the system gives the connection up, under either server."""

import json
import time

import pytest

from backend.core import redis
from backend.devstack import processes
from backend.outbox import wire
from tests import factories
from tests.consumers.test_metrics import Metrics
from tests.consumers.test_web_slow_clients import deaf_app

pytestmark = pytest.mark.slow
NO_PONG_SECONDS = 35  # by then the shop itself sends away who does not answer pings


def connections(port):
    """How many the system holds at the server's end."""
    with open("/proc/net/tcp") as file:
        ends = [line.split()[1:4:2] for line in file]  # the local address, and the state
    return [address.endswith(f":{port:04X}") and state == "01" for address, state in ends].count(True)


def test_who_never_reads_is_given_up_by_the_system(webs):
    factories.product(sku="MUG")
    begun_at, deaf = time.monotonic(), [deaf_app(port) for port in webs]
    for port in webs:
        assert Metrics(port).have(places=1)

    for version in range(2, 202):
        redis.client().publish(wire.channel("stock:MUG"), f"{version} e\n" + json.dumps("x" * 60_000))
    told_at = time.monotonic()
    assert [connections(port) for port in webs] == [1, 1]

    left = begun_at + NO_PONG_SECONDS - 1 - told_at
    assert processes.wait_until(lambda: [connections(port) for port in webs] == [0, 0], seconds=left)
    assert time.monotonic() - told_at > 10
    for raw in deaf:
        raw.close()
