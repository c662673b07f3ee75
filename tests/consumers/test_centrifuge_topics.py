"""The apps' socket: which topics there are for whom, and what is told of them."""

from uuid import uuid4

from django.utils import timezone

from backend.cart import queries as carts
from tests import factories
from tests.consumers.test_cart import add
from tests.consumers.test_history import sell
from tests.consumers.test_orders import place

DENIED = {"error": {"code": 103, "message": "permission denied"}}
UNKNOWN = {"error": {"code": 102, "message": "unknown channel"}}


def cart_topic(user):
    return f"cart:{carts.cart_of(user_id=user.pk, now=timezone.now()).pk}"


def stock(sku="A", quantity=5):
    return {"sku": sku, "product": sku.lower(), "quantity": quantity, "is_in_stock": quantity > 0}


def test_a_subscribe_answers_with_how_it_stands_and_publications_follow(apps, shop, tell):
    factories.product(sku="A", slug="a", quantity=5)
    app, plain = apps.open(), shop.listen("stock/?sku=A")

    reply = app.subscribe("stock:A", recoverable=True, positioned=True, flag=1)
    sell("A")
    tell()

    snapshot = {"type": "snapshot", "topic": "stock:A", "version": 1, "data": stock()}
    assert plain.frame() == snapshot
    assert reply.pop("epoch") not in ("", "_")
    assert reply == {"recoverable": True, "positioned": True, "offset": 1, "data": snapshot}
    assert app.pub("stock:A") == (2, plain.frame())


def test_one_connection_hears_all_that_is_the_users(apps, alice, tell):
    mug = factories.product(sku="A")
    app = apps.open(alice)
    topics = [cart_topic(alice), f"orders:{alice.pk}", "stock:A"]
    for topic in topics:
        assert app.subscribe(topic)["data"]["topic"] == topic

    add(alice, mug)
    sell("A")
    tell()

    heard = sorted(app.hear()["push"]["channel"] for _ in range(2))
    assert heard == [topics[0], "stock:A"]
    assert app.is_silent()


def test_an_order_is_for_its_owner_and_staff(apps, alice, bob, staff):
    order = place(alice, factories.product(sku="A"))
    topic = f"order:{order.pk}"

    assert apps.open(alice).subscribe(topic)["offset"] == order.version
    assert apps.open(staff).subscribe(topic)["offset"] == order.version
    for app in (apps.open(bob), apps.open()):
        assert app.subscribe(topic) == DENIED
    assert apps.open(staff).subscribe(f"order:{uuid4()}") == DENIED
    assert apps.open(alice).subscribe(topic.upper().replace("ORDER", "order")) == DENIED


def test_what_is_somebody_elses_or_the_staffs_is_denied(apps, alice, bob, staff):
    app, boss = apps.open(alice), apps.open(staff)

    for topic in (
        cart_topic(bob),
        f"orders:{bob.pk}",
        "orders:all",
        "staff:alerts",
        f"cart:{uuid4()}",
        "cart:1",
    ):
        assert app.subscribe(topic) == DENIED, topic
    for topic in ("orders:all", "staff:alerts"):
        assert boss.subscribe(topic)["data"]["data"] == []
    for topic in (cart_topic(bob), f"orders:{bob.pk}"):
        assert boss.subscribe(topic) == DENIED


def test_what_there_is_not_is_unknown(apps, staff):
    app = apps.open(staff)

    for topic in ("stock:NONE", "stock:", "stock:" + "x" * 256, "stock:A\0", "staff:none", "nonsense", ""):
        assert app.subscribe(topic) == UNKNOWN, topic
    for topic in (f"user:{staff.pk}", "internal", "live:epoch"):
        assert app.subscribe(topic) == UNKNOWN, topic


def test_a_topic_is_had_once(apps):
    factories.product(sku="A")
    app = apps.open()
    app.say(*({"id": number, "subscribe": {"channel": "stock:A"}} for number in (7, 8)))

    assert app.hear()["id"] == 7
    assert app.hear() == {"id": 8, "error": {"code": 105, "message": "already subscribed"}}
    assert app.subscribe("stock:A") == {"error": {"code": 105, "message": "already subscribed"}}


def test_nothing_comes_after_an_unsubscribe_and_it_may_come_back(apps, tell):
    factories.product(sku="A")
    app = apps.open()
    app.subscribe("stock:A")

    assert app.ask("unsubscribe", channel="stock:A") == {}
    assert app.ask("unsubscribe", channel="stock:never") == {}
    sell("A")
    tell()

    assert app.subscribe("stock:A")["offset"] == 2
    assert app.is_silent()


def test_a_first_frame_may_hold_everything_and_is_answered_in_order(apps, alice):
    skus = [f"S{number}" for number in range(40)]
    for sku in skus:
        factories.stock(sku=sku, product="a", on_hand=1)
    app = apps.raw()
    subscribes = [{"id": 2 + n, "subscribe": {"channel": f"stock:{sku}"}} for n, sku in enumerate(skus)]
    app.say({"id": 1, "connect": {}}, *subscribes, {"id": 99, "unsubscribe": {"channel": "stock:S0"}})

    replies = app.hears(42)

    assert [reply["id"] for reply in replies] == [1, *range(2, 42), 99]
    assert [reply["subscribe"]["data"]["topic"] for reply in replies[1:41]] == [
        f"stock:{sku}" for sku in skus
    ]


def test_128_topics_are_enough(apps):
    for number in range(129):
        factories.stock(sku=f"S{number}", product="a", on_hand=1)
    app = apps.open()
    app.say(*({"id": 1000 + n, "subscribe": {"channel": f"stock:S{n}"}} for n in range(129)))

    replies = app.hears(129)

    assert all("subscribe" in reply for reply in replies[:128])
    assert replies[128]["error"]["code"] == 106
