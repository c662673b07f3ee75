"""The shop changes without end while its live wire is hurt: every client still hears all, in order, or anew.

Both published clients and plain sockets, over lines that can be torn, to both servers, whose line to Redis
can be torn too; two relays. Whoever changes the shop has a clock of its own, an hour off.
"""

from contextlib import ExitStack

import pytest

from backend.cart.models import Cart
from backend.core import redis
from backend.devstack import ports, processes
from backend.inventory.models import Stock
from backend.outbox.models import Event
from tests.consumers.ears import Shop
from tests.wire import oracle
from tests.wire.world import PATIENCE_SECONDS

LINK_BACK_SECONDS = 10  # half of the least time between two checks of positions

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def kill_pubsub(world, crowd):
    for _ in range(3):
        redis.client().execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        crowd.go_on()


def tear_link(world, crowd):
    for _ in range(3):
        world.link.reset()
        crowd.go_on()


def cut_link_in_mid_message(world, crowd):
    for _ in range(3):
        world.link.cut_after(500)
        crowd.go_on()


def stall_link(world, crowd):
    world.link.stall()
    crowd.go_on(50)
    world.link.flow()


def forget_link(world, crowd):
    """The old connections are half open: only their silence can tell."""
    world.link.forget()
    crowd.go_on(50)


def empty_redis(world, crowd):
    redis.client().flushall()
    crowd.go_on()
    for line in world.lines:
        line.reset()


def restart_redis(world, crowd):
    world.news.stop()
    crowd.go_on()
    world.news.restart_empty()


def kill_relay(world, crowd):
    world.relays[0].kill()
    world.relays.pop(0).wait()
    crowd.go_on()
    world.start_relay()


def slow_lines(world, crowd):
    """To the clients and to Redis, a tenth of a second each way."""
    ways = [*world.lines, world.link]
    for way in ways:
        way.latency = 0.1
    crowd.go_on(50)
    for way in ways:
        way.latency = 0.0


def stall_lines(world, crowd):
    for line in world.lines:
        line.stall()
    crowd.go_on(50)
    for line in world.lines:
        line.flow()


def tear_lines(world, crowd):
    for number in range(4):
        for line in world.lines:
            line.cut_after(700 * number)
        crowd.go_on(5)
        for line in world.lines:
            line.reset()


def roll_servers(world, crowd):
    for old, new in (world.webs, reversed(world.webs)):
        for line in world.lines:
            line.upstream = new.port
        old.stop()
        crowd.go_on()
        old.start()


FAULTS = [
    kill_pubsub,
    tear_link,
    cut_link_in_mid_message,
    stall_link,
    forget_link,
    empty_redis,
    restart_redis,
    kill_relay,
    slow_lines,
    stall_lines,
    tear_lines,
    roll_servers,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nobody_misses_anything(fault, world, crowd, apps, followers, topics, as_alice):
    fault(world, crowd)
    crowd.go_on()
    crowd.stop()

    check(apps, followers, how_it_stands(world, topics, as_alice), seconds=PATIENCE_SECONDS)


def test_what_came_last_is_not_missed_although_nothing_follows_it(
    world, crowd, apps, followers, topics, as_alice
):
    world.link.upstream, alive = ports.find_free(), world.link.upstream
    world.link.reset()
    crowd.go_on()
    crowd.stop()
    assert processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)
    world.link.upstream = alive

    check(apps, followers, how_it_stands(world, topics, as_alice), seconds=LINK_BACK_SECONDS)


def check(apps, followers, truth, *, seconds):
    """All know how it stands, soon; and on the way there nobody was told what is not so."""
    for topic, frame in truth.items():
        for app in apps:
            caught_up = app.wait_until(lambda a=app, t=topic, f=frame: knows(a, t, f), seconds=seconds)
            assert caught_up, (topic, frame["version"], app.events[-5:])
    for topic, follower in followers:
        version = truth[topic]["version"]
        caught_up = processes.wait_until(
            lambda f=follower, v=version: f.newest["version"] == v, seconds=seconds
        )
        assert caught_up, (topic, version, follower.codes, follower.newest)
        for frames in follower.sockets:
            oracle.check(oracle.by_socket(frames), topics=[topic])
    for app in apps:
        oracle.check(oracle.by_sdk(app.events), topics=truth)


def how_it_stands(world, topics, as_alice):
    """By topic, as whoever comes now is shown."""
    with ExitStack() as opened:
        shop = Shop(world.webs[0].port, opened)
        shown = {topic: shop.listen(path, token=as_alice.token).frame() for topic, path in topics.items()}
    cart = next(frame for topic, frame in shown.items() if topic.startswith("cart:"))
    assert cart["version"] == Cart.objects.get(pk=cart["data"]["id"]).version
    assert shown["stock:MUG"]["version"] == Stock.objects.get(sku="MUG").version
    return shown


def knows(app, topic, frame):
    newest = oracle.newest(oracle.by_sdk(app.events), topic)
    is_feed = topic.startswith("orders:")  # its snapshot is a list, its update one of them
    return newest.version == frame["version"] and (is_feed or newest.data == frame["data"])
