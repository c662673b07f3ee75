"""The published clients, as they are, against our socket: who they are and what they may."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from backend.accounts import actions, tokens
from tests import factories
from tests.caller import Caller
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_history import sell
from tests.consumers.test_orders import place

pytestmark = pytest.mark.slow


def token_of(caller, user, *, seconds_left):
    then = timezone.now() - settings.JWT_ACCESS + timedelta(seconds=seconds_left)
    return tokens.access_token(user=user, session=caller.session, now=then)


def test_all_that_a_first_frame_asks_for_is_shown_and_followed(web, program, alice, as_alice, tell):
    mug = factories.product(sku="MUG")
    skus = [factories.product(sku=f"SKU-{n}").sku for n in range(20)]
    topics = [cart_topic(alice), f"orders:{alice.pk}", "stock:MUG", *(f"stock:{sku}" for sku in skus)]
    app = program()
    app.connect(web.port, as_alice.token)

    for topic, told in zip(topics, app.subscribe(*topics), strict=True):
        shown = told["data"]
        assert (shown["type"], shown["topic"]) == ("snapshot", topic)
        assert shown["version"] == told["streamPosition"]["offset"]
    for _ in range(3):
        add(alice, mug)
        tell()
    last = app.wait("publication", number=3, channel=topics[0])

    assert app.offsets(topics[0]) == [2, 3, 4]
    assert last["data"]["version"] == 4
    assert last["data"]["data"] == as_alice.get("cart/").json()
    assert len(app.heard("connected")) == 1


def test_a_guest_follows_stock_and_nothing_else(web, program, alice, tell):
    factories.product(sku="MUG", quantity=5)
    app = program()
    app.connect(web.port)
    app.subscribe("stock:MUG")
    for topic in (cart_topic(alice), "staff:alerts"):
        app.do("subscribe", channel=topic)
        assert app.wait("unsubscribed", channel=topic)["code"] == 103

    sell()
    tell()

    assert app.wait("publication")["data"]["data"]["quantity"] == 4


def test_what_is_not_theirs_or_not_there_is_refused_for_good(web, program, alice, as_bob):
    theirs = f"order:{place(alice, factories.product(sku='MUG')).pk}"
    app = program()
    app.connect(web.port, as_bob.token)
    for topic, code in ((theirs, 103), ("stock:NONE", 102), ("weather:NY", 102)):
        app.do("subscribe", channel=topic)
        assert app.wait("unsubscribed", channel=topic)["code"] == code

    app.subscribe("stock:MUG")

    assert len(app.heard("connected")) == 1


def test_who_left_a_topic_may_come_back(web, program, alice, as_alice, tell):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    app = program()
    app.connect(web.port, as_alice.token)
    app.subscribe(topic)
    app.do("unsubscribe", channel=topic)
    app.wait("unsubscribed", channel=topic)
    app.do("resubscribe", channel=topic)
    app.wait("subscribed", number=2, channel=topic)

    add(alice, mug)
    tell()

    assert app.wait("publication", channel=topic)["offset"] == 2
    assert len(app.heard("connected")) == 1


def test_what_we_do_not_offer_is_an_error_and_staff_may_count(web, program, as_staff, tell):
    factories.product(sku="MUG")
    app = program()
    app.connect(web.port, as_staff.token)
    app.subscribe("stock:MUG")

    for method in ("publish", "rpc", "history"):
        assert app.ask(method, "stock:MUG")["code"] == 108
    answer = app.ask("stats", "stock:MUG")

    assert (answer["clients"], answer["users"]) == (1, 1)
    assert len(app.heard("connected")) == 1


def test_an_expired_token_is_replaced(web, program, alice, as_alice):
    app = program()
    app.connect(web.port, token_of(as_alice, alice, seconds_left=-5))
    app.do("subscribe", channel=cart_topic(alice))
    app.wait("token_wanted")
    app.do("token", token=as_alice.token)

    app.wait("connected")
    assert app.wait("subscribed")["data"]["type"] == "snapshot"


def test_a_wrong_token_and_a_sign_out_are_final(web, program, alice, as_alice, tell):
    stranger, app = program(), program()
    stranger.connect(web.port, "nonsense")
    app.connect(web.port, as_alice.token)
    app.wait("connected")

    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())
    actions.sign_out(user_id=alice.pk, refresh_token=refresh, now=timezone.now())
    tell()

    for one, code in ((stranger, 3500), (app, 3503)):
        assert one.wait("disconnected")["code"] == code
        assert [told["event"] for told in one.events][-1] == "disconnected"
        assert len(one.heard("connecting")) == 1


def test_who_renews_its_token_in_time_stays(web, program, alice, as_alice, tell):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    app = program()
    app.connect(web.port, token_of(as_alice, alice, seconds_left=5))
    app.subscribe(topic)
    app.wait("token_wanted")
    app.do("token", token=Caller(alice).token)

    add(alice, mug)
    tell()

    assert app.wait("publication", channel=topic)["offset"] == 2
    assert (len(app.heard("connected")), app.heard("error")) == (1, [])
