"""The apps' socket over half a minute: who is silent, who does not answer, what got lost."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests import factories
from tests.consumers.apps import Apps, token_of
from tests.consumers.test_centrifuge_holes import unheard

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 60


def heard_of(app, topic):
    """The offset of the topic's next publication; one ping may come before it, and is answered."""
    if (heard := app.hear(patience=PATIENCE_SECONDS)) == {}:
        app.say({})
        heard = app.hear(patience=PATIENCE_SECONDS)
    assert heard["push"]["channel"] == topic
    return heard["push"]["pub"]["offset"]


class Crowd:
    """Those who come to one server, and what becomes of them."""

    def __init__(self, apps, token):
        self.nobody, self.dumb, self.listener = apps.raw(), apps.open(), apps.open()
        self.outdated = apps.open(token=token)
        self.listener.subscribe("stock:MUG")

    def check(self):
        assert self.nobody.farewell(patience=PATIENCE_SECONDS) == 3502
        assert heard_of(self.listener, "stock:MUG") == 2
        # Pinged after 25 s, and no more welcome after 33.
        code, heard = self.outdated.end(patience=PATIENCE_SECONDS)
        assert heard == [{}, {"push": {"disconnect": {"code": 3005, "reason": "token expired"}}}]
        assert code == 3005
        code, heard = self.dumb.end(patience=PATIENCE_SECONDS)
        assert heard == [{}, {"push": {"disconnect": {"code": 3012, "reason": "no pong"}}}]
        assert code == 3012


def test_half_a_minute(webs, alice, as_alice):
    """At both servers at the same time, since it takes so long."""
    factories.product(sku="MUG")
    with ExitStack() as opened, ThreadPoolExecutor() as pool:
        token = token_of(as_alice, alice, seconds_left=8)
        crowds = [Crowd(Apps(port, opened), token) for port in webs]
        unheard("stock:MUG", 2)

        for checked in [pool.submit(crowd.check) for crowd in crowds]:
            checked.result()
