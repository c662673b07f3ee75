"""Real frames of every topic and event are what the sockets' document says, and it says nothing else."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backend.alerts import actions as alerts
from backend.asyncapi import topics
from backend.asyncapi.frames import schema_name
from backend.cart import actions as cart
from backend.orders import actions as orders
from backend.orders import queries
from backend.orders.facts import PaymentFacts
from backend.outbox.models import Event
from tests import factories
from tests.asyncapi.specs import problems
from tests.caller import Caller
from tests.consumers.test_centrifuge_topics import cart_topic

ALERTS = {
    "payment.attention": "payment_attention",
    "stock.mismatch": "stock_mismatch",
    "money.mismatch": "money_mismatch",
}


class Clerk:
    """Compares frames with the document, and notes which there were."""

    def __init__(self):
        self.seen, self.problems = set(), []

    def take(self, topic, *frames):
        for frame in frames:
            told = [told for told in topic.told if frame.get("event") in told.events]
            name = f"{told[0].name}Update" if told else f"{topic.name}Snapshot"
            self.problems += problems(frame, schema_name(name))
            self.seen.add((topic.name, frame.get("event", "snapshot")))

    def check(self, value, schema):
        self.problems += problems(value, schema)


def fill_cart(user, product):
    now = timezone.now()
    what = {"user_id": user.pk, "now": now}
    line, _ = cart.add_item(product_id=product.pk, variant_id=None, quantity=1, **what)
    cart.set_quantity(item_id=line.id, quantity=2, **what)
    cart.remove_item(item_id=line.id, **what)
    for _ in range(2):
        cart.add_item(product_id=product.pk, variant_id=None, quantity=1, **what)
        cart.clear(**what)
    cart.add_item(product_id=product.pk, variant_id=None, quantity=1, **what)


def place(user, address):
    now = timezone.now()
    return orders.place_order(
        user=user, shipping_address_id=address.pk, billing_address_id=address.pk, now=now
    )


def pay(order, event, *, status="completed", refunded="0.00"):
    """What payments do to an order, under its lock."""
    facts = PaymentFacts(status=status, amount=order.total_amount, refunded_amount=Decimal(refunded))
    with transaction.atomic():
        locked = queries.lock_order(order_id=order.pk)
        if event == "order.processing":
            orders.mark_paid(order=locked, payment=facts, now=timezone.now())
        else:
            orders.payment_changed(order=locked, payment=facts, event=event, now=timezone.now())


def live_a_whole_life(order, staff):
    pay(order, "order.payment", status="pending")
    orders.tell_expiring(order_id=order.pk, now=timezone.now())
    pay(order, "order.processing")
    what = {"order_id": order.pk, "actor": staff, "now": timezone.now()}
    orders.ship_order(tracking_number="1Z999AA1", carrier="UPS", **what)
    orders.deliver_order(**what)
    orders.return_order(**what)
    pay(order, "order.refunded", status="refunded", refunded="1.00")


def call_staff(staff):
    now = timezone.now()
    for event, kind in ALERTS.items():
        alert = alerts.raise_alert(kind=kind, sku="MUG", message="Look at it", event=event, now=now)
    alerts.acknowledge(alert_id=alert.pk, user=staff, now=now)


def test_every_frame_of_every_topic_is_as_documented(shop, apps, alice, staff, tell):
    clerk, mug = Clerk(), factories.product(sku="MUG", quantity=10, threshold=9)
    address = factories.address(alice)
    ears = {
        topics.CART: shop.listen("cart/", alice),
        topics.ORDERS: shop.listen("orders/", alice),
        topics.ALL_ORDERS: shop.listen("orders/?scope=all", staff),
        topics.STOCK: shop.listen("stock/?sku=MUG", alice),
        topics.STAFF: shop.listen("staff/", staff),
    }
    for topic, ear in ears.items():
        clerk.take(topic, ear.frame())

    fill_cart(alice, mug)
    first = place(alice, address)
    tell()
    late = shop.listen(f"orders/{first.pk}/", staff)
    clerk.take(topics.ORDER, late.frame())
    live_a_whole_life(first, staff)
    cart.add_item(user_id=alice.pk, product_id=mug.pk, variant_id=None, quantity=1, now=timezone.now())
    second = place(alice, address)
    orders.cancel_order(order_id=second.pk, user=alice, note="", now=timezone.now())
    call_staff(staff)
    tell()

    for topic, number in zip(ears, (10, 9, 9, 1, 8), strict=True):
        clerk.take(topic, *ears[topic].frames(number))
    clerk.take(topics.ORDER, *late.frames(7))
    hear_as_apps(clerk, apps, staff, [f"order:{first.pk}", f"order:{second.pk}"])
    assert clerk.problems == []
    assert clerk.seen == {
        (topic.name, event) for topic in topics.ALL for event in {*topic.events, "snapshot"}
    }


def hear_as_apps(clerk, apps, staff, channels):
    """Their creation has been told before anybody could ask: apps get it from the history."""
    epoch = apps.open(staff).subscribe(channels[0])["epoch"]
    app = apps.open(staff)
    for channel in channels:
        app.say({"id": 7, "subscribe": {"channel": channel, "recover": True, "epoch": epoch, "offset": 0}})
        reply = app.hear()
        clerk.check(reply, "Reply")
        clerk.take(topics.ORDER, *(one["data"] for one in reply["subscribe"]["publications"]))


def test_what_apps_are_told_is_as_documented(apps, alice, staff, tell):
    clerk, mug = Clerk(), factories.product(sku="MUG")
    app = apps.raw()
    token = Caller(staff).token
    said = [
        {"id": 1, "connect": {"token": token, "name": "js", "version": "1"}},
        {"id": 2, "subscribe": {"channel": "stock:MUG", "flag": 1}},
        {"id": 3, "presence_stats": {"channel": "stock:MUG"}},
        {"id": 4, "subscribe": {"channel": "stock:MUG"}},
        {"id": 5, "publish": {"channel": "stock:MUG"}},
        {"id": 6, "subscribe": {"channel": "stock:MUG2", "recover": True, "epoch": "x", "flag": 3}},
        {"id": 7, "refresh": {"token": token}},
    ]
    app.say(*said)
    replies = app.hears(7)
    cart.add_item(user_id=alice.pk, product_id=mug.pk, variant_id=None, quantity=1, now=timezone.now())
    place(alice, factories.address(alice))
    tell()
    push = app.hear()
    app.say({"id": 8, "unsubscribe": {"channel": "stock:MUG"}}, {"id": 9, "connect": {}})
    left = app.hear()
    code, [farewell] = app.end()

    for reply in (*replies, left):
        clerk.check(reply, "Reply")
    for command in said[:4] + said[5:]:
        clerk.check(command, "Command")
    for told in (push, farewell):
        clerk.check(told, "Push")
    assert clerk.problems == []
    assert [reply.get("error", {}).get("code") for reply in replies] == [
        None,
        None,
        None,
        105,
        108,
        112,
        None,
    ]
    assert (push["push"]["pub"]["data"]["event"], left, code) == (
        "stock.changed",
        {"id": 8, "unsubscribe": {}},
        3501,
    )


def test_refusals_and_what_is_lost_are_told_as_documented(shop, apps, alice, tell):
    clerk, mug = Clerk(), factories.product(sku="MUG")
    refusals = [shop.listen(path, alice).end()[1] for path in ("staff/", "stock/?sku=NONE", "nope/")]
    app = apps.open(alice)
    app.subscribe(cart_topic(alice))
    fill_cart(alice, mug)
    Event.objects.all().delete()
    fill_cart(alice, mug)
    tell()
    push = app.hear()

    for [refusal] in refusals:
        clerk.check(refusal, "ErrorFrame")
    clerk.check(push, "Push")
    assert clerk.problems == []
    assert push["push"]["unsubscribe"]["code"] == 2500
