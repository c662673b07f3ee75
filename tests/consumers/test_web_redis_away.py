"""The web process while Redis is away, and when it is back and has forgotten."""

import time

import pytest
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.core import redis
from backend.devstack import valkey
from tests import factories
from tests.consumers.apps import Apps
from tests.consumers.conftest import both_servers
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_recovery import fresh
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_history import wait_for_listener

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def news(tmp_path, settings):
    """A Redis of this test's own, for the test too."""
    with valkey.start(folder=tmp_path / "valkey") as started:
        settings.REDIS_URL = started.url
        redis.client.cache_clear()
        yield started
    redis.client.cache_clear()


@both_servers
def test_with_redis_away_sockets_still_open_and_catch_up_when_it_is_back(web, opened, news, alice, tell, by):
    mug = factories.product(sku="MUG")
    shop = Shop(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened)
    before = shop.listen("cart/", alice)
    topic = before.frame()["topic"]

    news.stop()
    add(alice, mug)
    during = shop.listen("cart/", alice)
    assert during.frame()["version"] == 2
    news.restart_empty()
    wait_for_listener(topic)
    tell()
    assert before.frame()["version"] == 2

    add(alice, mug)
    tell()
    assert (before.frame()["version"], during.frame()["version"]) == (3, 3)


def test_who_comes_back_to_a_redis_that_has_lost_the_newest_gets_a_snapshot(web, opened, news, alice, tell):
    mug = factories.product(sku="MUG")
    apps, topic = Apps(web(REDIS_URL=news.url)[0], opened), cart_topic(alice)
    add(alice, mug)
    tell()
    known = apps.open(alice).subscribe(topic)

    redis.client().save()
    add(alice, mug)
    tell()
    news.restart_empty()  # but for that file
    wait_for_listener(topic)
    since = {"epoch": known["epoch"], "offset": known["offset"]}

    assert fresh(apps.open(alice).subscribe(topic, recover=True, **since), 3)


@both_servers
def test_with_redis_away_apps_connect_and_what_they_know_is_nobodys_position(
    web, opened, news, alice, tell, by
):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    apps = Apps(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened)
    news.stop()
    during, replies = [apps.open(alice) for _ in range(2)], []
    for app in during:
        replies.append(app.subscribe(topic))
        assert replies[-1]["data"]["version"] == 1

    news.restart_empty()
    wait_for_listener(topic)
    late = apps.open(alice)
    since = {"recover": True, "epoch": replies[0]["epoch"], "offset": 1}
    anew = late.subscribe(topic, **since)
    add(alice, mug)
    tell()

    assert (anew["recovered"], anew["data"]["version"]) == (False, 1)
    assert len({reply["epoch"] for reply in (*replies, anew)}) == 3
    assert [app.pub(topic)[0] for app in (*during, late)] == [2, 2, 2]


@both_servers
def test_a_sign_out_closes_sockets_even_while_redis_is_away(web, opened, alice, tmp_path, by):
    with valkey.start(folder=tmp_path / "valkey") as news:
        ears = Shop(web(REDIS_URL=news.url, WEB_SERVER=by)[0], opened).listen("cart/", alice)
        ears.frame()
        news.stop()

        accounts.end_sessions(user_id=alice.pk, now=timezone.now())
        asked_at = time.monotonic()

        assert ears.end() == (3503, [])
        assert time.monotonic() - asked_at < 5
