"""What shows only after a ping: who lives stays, beyond its first token; who is half gone is noticed."""

from contextlib import ExitStack

import pytest

from backend.cart.models import Cart
from tests import factories
from tests.caller import Caller
from tests.consumers.apps import Apps
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.sdk.programs import COMMANDS, Program
from tests.sdk.test_connection import token_of
from tests.wire import oracle

pytestmark = pytest.mark.slow
NOTICED_SECONDS = 55  # a ping comes after 25, and has 10 to be answered or missed


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield stack


def test_half_a_minute(web, line, opened, alice, as_alice, as_staff, tell):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    here = {language: opened.enter_context(Program(language)) for language in COMMANDS}
    lost = {language: opened.enter_context(Program(language)) for language in COMMANDS}
    for app in here.values():
        app.connect(web.port, token_of(as_alice, alice, seconds_left=2))
    for app in lost.values():
        app.connect(line.port, as_alice.token)
    for app in (*here.values(), *lost.values()):
        app.subscribe(topic)
    for app in here.values():
        app.wait("token_wanted")
        app.do("token", token=Caller(alice).token)
    boss = opened.enter_context(Program("python"))
    boss.connect(web.port, as_staff.token)
    Apps(line.port, opened).open().subscribe("stock:MUG")
    assert boss.ask("stats", "stock:MUG")["clients"] == 1

    line.forget()
    add(alice, mug)
    tell()

    for app in lost.values():  # it misses the ping, dials anew, and gets what it has missed
        assert app.wait("subscribed", number=2, seconds=NOTICED_SECONDS)["recovered"] is True
    assert boss.wait_until(lambda: clients(boss) == 0, seconds=15)
    for app in here.values():
        assert (len(app.heard("connected")), app.heard("error")) == (1, [])
    add(alice, mug)
    tell()
    for app in (*here.values(), *lost.values()):
        app.wait("publication", channel=topic, offset=3)
        assert app.offsets(topic) == [2, 3]
        oracle.check(oracle.by_sdk(app.events), topics=[topic])
    assert Cart.objects.get(user=alice).version == 3


def clients(boss):
    """How many listen to the mug's stock, asked anew."""
    asked = len(boss.heard("answer"))
    boss.do("ask", method="stats", channel="stock:MUG")
    return boss.wait("answer", number=asked + 1)["clients"]
