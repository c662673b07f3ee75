"""What shows only after a ping: who lives stays, beyond its first token; who is half gone is noticed."""

from contextlib import ExitStack

import pytest

from backend.cart.models import Cart
from tests import factories
from tests.caller import Caller
from tests.consumers.apps import Apps
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.sdk.programs import Program
from tests.sdk.test_connection import token_of
from tests.wire import oracle, proxy

pytestmark = [pytest.mark.slow, pytest.mark.long]
# A user may have ten sockets.
HERE, LOST = ("javascript", "python protobuf"), ("javascript protobuf", "python")
NOTICED_SECONDS = 55  # a ping comes after 25, and has 10 to be answered or missed


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield stack


class Side:
    """One server's clients: some stay, some will be cut off; one is mute, and a member of staff counts."""

    def __init__(self, web, opened):
        web.start()
        self.port = web.port
        self.line = opened.enter_context(proxy.before(web.port))
        self.here = [opened.enter_context(Program(language)) for language in HERE]
        self.lost = [opened.enter_context(Program(language)) for language in LOST]
        self.boss = opened.enter_context(Program("python"))
        self.mute = Apps(self.line.port, opened).open()

    @property
    def apps(self):
        return [*self.here, *self.lost]

    def come(self, topic, *, short, long, staff):
        """Those who stay begin with a token that is soon over."""
        for app in self.here:
            app.connect(self.port, short)
        for app in self.lost:
            app.connect(self.line.port, long)
        for app in self.apps:
            app.subscribe(topic)
        self.boss.connect(self.port, staff)
        self.mute.subscribe("stock:MUG")
        assert self.listeners() == 1

    def renew(self, token):
        for app in self.here:
            app.wait("token_wanted", seconds=NOTICED_SECONDS)
            app.do("token", token=token)

    def listeners(self):
        """How many listen to the mug's stock, asked anew."""
        asked = len(self.boss.heard("answer"))
        self.boss.do("ask", method="stats", channel="stock:MUG")
        return self.boss.wait("answer", number=asked + 1)["clients"]


def test_half_a_minute(the_webs, opened, alice, as_alice, as_staff, tell):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    sides = [Side(web, opened) for web in the_webs.values()]
    for side in sides:
        short = token_of(as_alice, alice, seconds_left=15)
        side.come(topic, short=short, long=as_alice.token, staff=as_staff.token)
    for side in sides:
        side.renew(Caller(alice).token)

    for side in sides:
        side.line.forget()
    add(alice, mug)
    tell()

    for side in sides:
        for app in side.lost:  # it misses the ping, dials anew, and gets what it has missed
            assert app.wait("subscribed", number=2, seconds=NOTICED_SECONDS)["recovered"] is True
        assert side.boss.wait_until(lambda side=side: side.listeners() == 0, seconds=30)
        for app in side.here:
            assert (len(app.heard("connected")), app.heard("error")) == (1, [])
    add(alice, mug)
    tell()
    for app in (app for side in sides for app in side.apps):
        app.wait("publication", channel=topic, offset=3)
        assert app.offsets(topic) == [2, 3]
        oracle.check(oracle.by_sdk(app.events), topics=[topic])
    assert Cart.objects.get(user=alice).version == 3
