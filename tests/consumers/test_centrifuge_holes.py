"""The apps' socket: what was told to nobody is healed from the history, or asked for anew."""

import json

from backend.cart.models import Cart
from backend.core import redis
from backend.outbox import wire
from backend.outbox.models import Event
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_recovery import fresh
from tests.consumers.test_history import cut, wait_for_listener


def unheard(topic, version):
    """An update that is in the history, but was told to nobody."""
    frame = {"type": "update", "topic": topic, "version": version, "data": "unheard"}
    redis.client().xadd(wire.log_key(topic), {"f": json.dumps(frame)}, id=f"{version}-0")


def test_a_hole_is_healed_from_the_history_and_nobody_notices(apps, shop, alice, position, change):
    topic, _ = position
    app, plain = apps.open(alice), shop.listen("cart/", alice)
    app.subscribe(topic), plain.frame()

    unheard(topic, 3)
    Cart.objects.update(version=3)
    change()

    assert [app.pub(topic)[0] for _ in range(2)] == [3, 4]
    assert [frame["version"] for frame in plain.frames(2)] == [3, 4]


def test_a_hole_that_stays_makes_apps_ask_anew(apps, alice, position, mug, change):
    topic, since = position
    app = apps.open(alice)
    app.subscribe(topic)

    add(alice, mug)
    Event.objects.all().delete()
    change()

    unsubscribe = {"code": 2500, "reason": "insufficient state"}
    assert app.hear() == {"push": {"channel": topic, "unsubscribe": unsubscribe}}
    assert fresh(app.subscribe(topic, **since), 4)
    change()
    assert app.pub(topic)[0] == 5


def test_what_a_cut_link_missed_is_told_from_the_history(apps, shop, alice, position, change):
    topic, _ = position
    app, plain = apps.open(alice), shop.listen("cart/", alice)
    app.subscribe(topic), plain.frame()

    unheard(topic, 3)
    Cart.objects.update(version=3)
    cut()

    assert (app.pub(topic)[0], plain.frame()["version"]) == (3, 3)
    wait_for_listener(topic)
    change()
    assert (app.pub(topic)[0], plain.frame()["version"]) == (4, 4)
