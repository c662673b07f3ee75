"""The published clients over bad lines and dying servers: what was missed, or a fresh start, never a gap."""

import signal
from contextlib import contextmanager

import pytest

from backend.cart.models import Cart
from backend.core import redis
from backend.devstack import ports
from backend.outbox import wire
from tests import factories
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_history import sell
from tests.wire import oracle

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def change(alice, transactional_db, tell):
    """Change alice's cart so many times, and tell it."""
    mug = factories.product(sku="MUG", quantity=1000)

    def run(times=1):
        for _ in range(times):
            add(alice, mug)
            tell()

    return run


@pytest.fixture
def app(line, program, alice, as_alice, change):
    """Follows alice's cart, which is at version 2, and the mug's stock, at version 1."""
    made = program()
    change()
    made.connect(line.port, as_alice.token)
    made.subscribe(cart_topic(alice), "stock:MUG")
    return made


@contextmanager
def away(line):
    """The line is dead until the block ends."""
    line.upstream, alive = ports.find_free(), line.upstream
    line.reset()
    yield
    line.upstream = alive


def back(app, topic, *, number=2):
    """How the client came back to the topic."""
    return app.wait("subscribed", number=number, channel=topic)


def check(app, alice, version):
    """It heard all that it was promised, up to this version, and nothing else."""
    topic = cart_topic(alice)
    assert app.wait_until(lambda: oracle.newest(oracle.by_sdk(app.events), topic).version == version)
    oracle.check(oracle.by_sdk(app.events), topics={topic, "stock:MUG"})
    assert Cart.objects.get(user=alice).version == version


def test_a_torn_line_costs_nothing(app, line, alice, change):
    with away(line):
        change(3)
    told = back(app, cart_topic(alice))
    change()

    check(app, alice, 6)
    assert (told["wasRecovering"], told["recovered"]) == (True, True)
    assert app.offsets(cart_topic(alice)) == [3, 4, 5, 6]


def test_a_line_torn_in_the_middle_of_a_frame_costs_nothing(app, line, alice, change):
    line.cut_after(50)
    change(3)
    told = back(app, cart_topic(alice))

    check(app, alice, 5)
    assert told["recovered"] is True


def test_of_stock_the_newest_comes_back(app, line, tell, change):
    with away(line):
        for _ in range(3):
            sell()
            tell()
    told = back(app, "stock:MUG")

    app.wait("publication", channel="stock:MUG", offset=4)
    assert told["recovered"] is True
    assert app.offsets("stock:MUG") == [4]


def test_a_history_that_has_run_out_is_a_fresh_start(app, line, alice, change):
    with away(line):
        change(3)
        redis.client().delete(wire.log_key(cart_topic(alice)))
    told = back(app, cart_topic(alice))
    change()

    check(app, alice, 6)
    assert (told["wasRecovering"], told["recovered"]) == (True, False)
    assert told["data"]["version"] == 5
    assert app.offsets(cart_topic(alice)) == [6]


def test_an_emptied_redis_is_a_fresh_start_in_another_epoch(app, line, alice, change):
    with away(line):
        redis.client().flushall()
        change(2)
    told = back(app, cart_topic(alice))
    change()

    check(app, alice, 5)
    assert (told["wasRecovering"], told["recovered"]) == (True, False)
    assert told["streamPosition"]["epoch"] != app.wait("subscribed")["streamPosition"]["epoch"]


def test_a_killed_server_that_comes_back_has_forgotten_nothing(app, web, alice, change):
    web.stop(signal.SIGKILL)
    change(3)
    web.start()
    told = back(app, cart_topic(alice))
    change()

    check(app, alice, 6)
    assert told["recovered"] is True


def test_a_server_that_ends_hands_its_clients_to_the_next(app, line, web, other_web, alice, change):
    other_web.start()
    line.upstream = other_web.port
    web.stop()
    app.wait("connecting", code=3001)
    change(2)
    told = back(app, cart_topic(alice))
    change()

    check(app, alice, 5)
    assert told["recovered"] is True
    line.upstream = web.port
    web.start()
    other_web.stop()
    app.wait("connecting", code=3001, number=2)
    back(app, cart_topic(alice), number=3)
    change()
    check(app, alice, 6)
