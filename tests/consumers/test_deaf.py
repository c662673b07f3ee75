"""A client that does not read for a while, and says something meanwhile."""

import json
from contextlib import closing

from backend.core import redis
from backend.outbox import wire
from tests import factories
from tests.consumers.test_web_slow_clients import deaf_app

PATIENCE_SECONDS = 30
LAST = 200  # twelve megabytes: more than all buffers on the way hold
PING = b"\x89\x80\0\0\0\0"


def read_until(raw, words):
    """Read all that comes, up to these words."""
    raw.settimeout(PATIENCE_SECONDS)
    heard = b""
    while words not in heard:
        chunk = raw.recv(1 << 20)
        assert chunk, f"closed before {words!r}"
        heard = heard[-len(words) :] + chunk


def test_who_pings_while_nothing_more_can_be_written_hears_the_newest_all_the_same(server, apps):
    factories.product(sku="MUG")
    quick = apps.open()
    quick.subscribe("stock:MUG")
    with closing(deaf_app(server)) as deaf:
        read_until(deaf, b'"offset":1')
        for version in range(2, LAST + 1):
            redis.client().publish(wire.channel("stock:MUG"), f"{version} e\n" + json.dumps("x" * 60_000))
            assert quick.pub("stock:MUG")[0] == version
        deaf.sendall(PING)
        for _ in range(2):  # turns of the server's loop, in which it has heard the ping
            quick.ask("unsubscribe", channel="stock:MUG")

        read_until(deaf, f'"offset":{LAST},'.encode())
