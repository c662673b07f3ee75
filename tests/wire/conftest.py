"""Two servers, two relays, a Redis, bad lines between them; alice's programs on both kinds of socket."""

from contextlib import ExitStack
from itertools import product

import pytest
from django.conf import settings

from backend.core import redis
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.sdk.programs import COMMANDS, Program
from tests.wire.follower import Follower
from tests.wire.world import Crowd, World

pytest.register_assert_rewrite("tests.wire.lives")


@pytest.fixture(scope="module")
def the_world(django_db_setup, tmp_path_factory):
    with ExitStack() as opened, pytest.MonkeyPatch.context() as patch:
        world = World(tmp_path_factory.mktemp("wire"), opened)
        patch.setattr(settings, "REDIS_URL", world.news.url)
        redis.client.cache_clear()
        yield world
        redis.client().close()
    redis.client.cache_clear()
    assert "Traceback" not in world.log.read_text(), world.log.read_text()


@pytest.fixture
def crowd(the_world, alice, bob):
    made = Crowd(alice, bob)
    made.start()
    made.go_on(1)
    yield made
    made.stop()


@pytest.fixture
def world(the_world):
    for line, web in zip(the_world.lines, the_world.webs, strict=True):
        line.upstream = web.port
    return the_world


@pytest.fixture
def topics(crowd, alice):
    """Those that alice follows, and the plain sockets' paths to them."""
    return {cart_topic(alice): "cart/", f"orders:{alice.pk}": "orders/", "stock:MUG": "stock/?sku=MUG"}


@pytest.fixture
def apps(world, as_alice, topics):
    """Both published clients on a line to each server."""
    with ExitStack() as opened:
        made = []
        for line, language in product(world.lines, COMMANDS):
            made.append(opened.enter_context(Program(language)))
            made[-1].connect(line.port, as_alice.token)
        for app in made:
            app.subscribe(*topics)
        yield made


@pytest.fixture
def followers(world, as_alice, topics):
    """A plain socket for each topic on a line to each server."""
    with ExitStack() as opened:
        yield [
            (topic, opened.enter_context(Follower(line.port, path, as_alice.token)))
            for line, (topic, path) in product(world.lines, topics.items())
        ]
