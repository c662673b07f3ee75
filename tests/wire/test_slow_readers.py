"""Who stops reading is spared what is old of stock, and sent away from streams; back, it knows all."""

import json

import pytest

from backend.cart.models import Cart
from backend.core import redis
from backend.devstack import processes
from backend.inventory.models import Stock
from backend.outbox import wire
from tests import factories
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.wire import oracle, proxy
from tests.wire.follower import Follower

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LAST = 3000
PATIENCE_SECONDS = 30


@pytest.fixture(params=[0, 1], ids=["daphne", "uvicorn"])
def line(request, the_world):
    """With little room for what nobody reads."""
    with proxy.before(the_world.webs[request.param].port, receive_buffer=4096) as made:
        yield made


def flood(line, topic, reader, change):
    """Twelve megabytes of news while nobody reads, and a look at what the reader made of them."""
    assert processes.wait_until(lambda: reader.newest, seconds=PATIENCE_SECONDS)
    line.stop_reading()
    change(version=LAST)
    for version in range(2, LAST + 1):
        frame = {"type": "update", "topic": topic, "version": version, "data": "x" * 4096}
        redis.client().publish(wire.channel(topic), f"{version} e\n{json.dumps(frame)}")
    line.flow()
    caught_up = processes.wait_until(lambda: reader.newest["version"] == LAST, seconds=PATIENCE_SECONDS)
    assert caught_up, (reader.newest["version"], reader.codes)
    for frames in reader.sockets:
        oracle.check(oracle.by_socket(frames), topics=[topic])


def test_of_stock_the_newest_is_enough(line, transactional_db):
    factories.product(sku="MUG")
    with Follower(line.port, "stock/?sku=MUG", "") as reader:
        flood(line, "stock:MUG", reader, Stock.objects.update)

        assert len(reader.sockets) == 1
        assert len(reader.sockets[0]) < LAST


def test_of_a_stream_all_is_too_much(line, alice, as_alice):
    with Follower(line.port, "cart/", as_alice.token) as reader:
        flood(line, cart_topic(alice), reader, Cart.objects.update)

        assert reader.codes[0] in (3008, 1006)  # the code itself may not get through
        assert reader.sockets[-1][0]["version"] == LAST
