"""Whatever becomes of relays and Redis, guests are answered with what is written, if more slowly."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from decimal import Decimal

import httpx
import pytest
from django.utils import timezone
from redis import Redis, RedisError

from backend.catalog import actions, generations
from backend.devstack import processes, tether, valkey
from tests import live
from tests.catalog.drafting import create
from tests.faults.crew import holders

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 30
SOON_SECONDS = 10  # far less than the minute for which a process would keep an answer
CONNECTIONS = 8  # a new one each time, so that each of the two workers is asked


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """A Redis of these tests' own."""
    with valkey.start(folder=tmp_path_factory.mktemp("news")) as server:
        yield server


@pytest.fixture(scope="module")
def url(news, django_db_setup, tmp_path_factory):
    """REST in two processes."""
    settings = {"API_WORKERS": "2", "API_THREADS": "2", "REDIS_URL": news.url}
    with live.web(log=tmp_path_factory.mktemp("api") / "api.log", module=live.REST, **settings) as address:
        assert wait(lambda: live.answers(int(address.rpartition(":")[2])))
        yield address


@pytest.fixture
def start_relay(transactional_db, news):
    environment = {**os.environ, "DATABASE_URL": live.database_url(), "REDIS_URL": news.url}
    command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
    with ExitStack() as opened:

        def start():
            process = subprocess.Popen(command, env=environment)
            opened.callback(processes.stop, process, first=signal.SIGTERM, grace=5)
            return process

        yield start


@pytest.fixture
def shop(start_relay, news, url):
    """A lamp at 10.00 that guests have asked for often, and one relay."""
    relay = start_relay()
    with Redis.from_url(news.url, decode_responses=True) as redis:
        running = Shop(url, relay, redis)
        create(price="9.00")
        assert wait(lambda: running.prices() == {"9.00"} and running.is_signed_for())
        price_lamp("10.00")
        assert wait(lambda: running.prices() == {"10.00"} and running.is_kept())
        yield running


class Shop:
    def __init__(self, url, relay, redis):
        self.url, self.relay, self.redis = url, relay, redis
        self.seen = set()

    def prices(self):
        """What guests see."""
        address = f"{self.url}/api/v1/products/lamp/"
        prices = {httpx.get(address, timeout=20).json()["price"] for _ in range(CONNECTIONS)}
        self.seen |= prices
        return prices

    def is_signed_for(self):
        """Whether the generation in use is one that may stay."""
        self.prices()
        try:
            in_use, newest = self.redis.mget(generations.IN_USE, generations.NEWEST)
        except RedisError:
            return False
        return in_use is not None and in_use == newest

    def signed_at(self):
        """By when all was told, in Redis' milliseconds; zero while it is away."""
        try:
            signs = self.redis.hvals(generations.SIGNED)
        except RedisError:
            return 0
        return min(int(sign.partition("-")[0]) for sign in signs)

    def is_kept(self):
        """Whether it is, and what guests see is in Redis under its name."""
        is_signed_for, mark = self.is_signed_for(), f"{self.redis.get(generations.NEWEST)}\n{{"
        kept = [self.redis.get(place) or "" for place in self.redis.keys("catalog:*")]
        return is_signed_for and bool(kept) and all(text.startswith(mark) for text in kept)


def price_lamp(price):
    actions.change_product(slug="lamp", changes={"price": Decimal(price)}, actor_id=None, now=timezone.now())


def wait(condition, *, seconds=PATIENCE_SECONDS):
    return processes.wait_until(condition, seconds=seconds)


def test_a_price_that_changes_after_the_relay_was_killed_is_seen(shop):
    shop.relay.kill()
    shop.relay.wait()

    price_lamp("12.50")

    assert wait(lambda: shop.prices() == {"12.50"}, seconds=SOON_SECONDS)
    assert wait(lambda: not shop.is_signed_for(), seconds=SOON_SECONDS)


def test_what_redis_forgot_is_not_shown_again(shop, news):
    """It is killed, and comes back as it was when it last wrote to its disk."""
    shop.redis.save()
    price_lamp("12.50")
    assert wait(lambda: shop.prices() == {"12.50"} and shop.is_signed_for())

    os.kill(news.pid, signal.SIGKILL)
    assert wait(lambda: not news.is_running())
    news.restart_empty()  # but for what it saved
    began_at = shop.redis.time()[0] * 1000
    assert shop.redis.keys("catalog:*")
    assert wait(lambda: shop.signed_at() > began_at)  # first the relay, then the guests: none clears away

    shop.seen.clear()
    assert wait(shop.is_signed_for)
    assert shop.seen == {"12.50"}


def test_while_one_of_two_relays_stands_still_nothing_is_signed_for(shop, start_relay):
    start_relay()
    assert wait(lambda: sorted(holders().values()) == [8, 8] and shop.is_signed_for())

    shop.relay.send_signal(signal.SIGSTOP)
    assert wait(lambda: not shop.is_signed_for(), seconds=SOON_SECONDS)
    assert wait(shop.is_signed_for)  # the other one leads all

    price_lamp("12.50")
    shop.relay.send_signal(signal.SIGCONT)
    assert wait(lambda: shop.prices() == {"12.50"}, seconds=SOON_SECONDS)
