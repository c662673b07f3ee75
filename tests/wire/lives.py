"""Lives of a shop, step by step, and what a client makes of all that is told of them."""

import contextlib
import json
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backend.alerts import actions as alerts
from backend.alerts.models import Alert
from backend.cart import actions as carts
from backend.cart.models import CartItem
from backend.core.errors import ShopError
from backend.inventory import actions as inventory
from backend.orders import actions as orders
from backend.orders import queries
from backend.orders.facts import PaymentFacts
from backend.orders.models import Order
from backend.outbox import feeds
from backend.outbox import queries as outbox
from backend.outbox.models import Event
from consumers import cart, staff, stock
from consumers import orders as order_sockets
from tasks import telling
from tests import factories
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.orders.steps import pay

NEWEST = 50
STEPS = [
    "add",
    "change",
    "remove",
    "clear",
    "order",
    "pay",
    "cancel",
    "expire",
    "ship",
    "deliver",
    "give_back",
]
STEPS += ["count", "warn", "acknowledge", "order", "pay", "payment", "refund"]


class World:
    """A customer, a product, somebody who serves; looks at the rows as sockets do."""

    now = timezone.now()  # goes on from world to world: staff see the orders of all

    def __init__(self):
        self.user, self.boss = factories.user(), factories.user(is_staff=True)
        self.mug = factories.product(quantity=8, threshold=3)
        self.address = factories.address(self.user).pk
        self.looks = {
            cart_topic(self.user): cart.look,
            f"orders:{self.user.pk}": order_sockets.look_at_feeds,
            f"stock:{self.mug.sku}": stock.look,
            "orders:all": order_sockets.look_at_feeds,
            "staff:alerts": staff.look,
        }
        self.told = Event.objects.count()
        self.states = {topic: self.show(topic) for topic in self.looks}

    def act(self, step, number):
        """Do it to the so-many-th thing there is; what the shop refuses has not happened."""
        World.now += timedelta(minutes=1)
        with contextlib.suppress(ShopError):
            getattr(self, step)(number)

    def catch_up(self):
        """What a client makes of all it is told."""
        feeds.number_all()
        for event in outbox.batch(limit=100_000)[self.told :]:
            self.told += 1
            frame = json.loads(telling.frame(event))
            if state := self.states.get(event.topic):
                assert event.version == state["version"] + 1
                self.states[event.topic] = replayed(state, frame)

    def show(self, topic):
        """As whoever comes now is shown."""
        return json.loads(self.looks[topic]([topic])[topic].frame)

    def add(self, number):
        more = {"variant_id": None, "quantity": number % 3 + 1, "now": self.now}
        carts.add_item(user_id=self.user.pk, product_id=self.mug.pk, **more)

    def change(self, number):
        line = CartItem.objects.filter(cart__user=self.user).first()
        if line:
            carts.set_quantity(user_id=self.user.pk, item_id=line.pk, quantity=number % 4 + 1, now=self.now)

    def remove(self, number):
        line = CartItem.objects.filter(cart__user=self.user).first()
        if line:
            carts.remove_item(user_id=self.user.pk, item_id=line.pk, now=self.now)

    def clear(self, number):
        carts.clear(user_id=self.user.pk, now=self.now)

    def order(self, number):
        self.add(number)
        addresses = {"shipping_address_id": self.address, "billing_address_id": self.address}
        placed = orders.place_order(user=self.user, now=self.now, **addresses)
        topic = f"order:{placed.pk}"
        self.looks[topic] = order_sockets.look_at_orders
        self.states[topic] = {"version": 0, "topic": topic}  # its first version is told too

    def count(self, number):
        inventory.adjust(sku=self.mug.sku, delta=number % 7 - 3, note="", actor_id=None, now=self.now)

    def warn(self, number):
        alerts.raise_alert(
            kind="low_stock", sku=f"A-{number}", message="low", event="stock.low", now=self.now
        )

    def acknowledge(self, number):
        if alert := self._some(Alert.objects.all(), number):
            alerts.acknowledge(alert_id=alert.pk, user=self.boss, now=self.now)

    def pay(self, number):
        if order := self._order(number):
            pay(order, self.now)

    def cancel(self, number):
        if order := self._order(number):
            orders.cancel_order(order_id=order.pk, user=self.user, note="", now=self.now)

    def expire(self, number):
        if order := self._order(number):
            orders.expire(order_id=order.pk, now=self.now + timedelta(hours=1))

    def ship(self, number):
        if order := self._order(number):
            told = {"tracking_number": "1Z", "carrier": "Owl", "actor": self.boss}
            orders.ship_order(order_id=order.pk, now=self.now, **told)

    def deliver(self, number):
        if order := self._order(number):
            orders.deliver_order(order_id=order.pk, actor=self.boss, now=self.now)

    def give_back(self, number):
        if order := self._order(number):
            orders.return_order(order_id=order.pk, actor=self.boss, now=self.now)

    def payment(self, number):
        """It has begun, or failed."""
        self._settle(number, "order.payment", status=["pending", "failed"][number % 2])

    def refund(self, number):
        cents = Decimal(number % 9 + 1) / 100
        self._settle(number, "order.refunded", status="refunded", refunded_amount=cents)

    def _settle(self, number, event, **told):
        """What payments do to an order, under its lock."""
        order = self._order(number)
        if order and (event == "order.payment") == (order.status == "pending"):
            facts = PaymentFacts(**{"amount": order.total_amount, "refunded_amount": Decimal("0.00"), **told})
            with transaction.atomic():
                locked = queries.lock_order(order_id=order.pk)
                orders.payment_changed(order=locked, payment=facts, event=event, now=self.now)

    def _order(self, number):
        return self._some(Order.objects.filter(user=self.user), number)

    def _some(self, rows, number):
        found = list(rows.order_by("created_at", "pk"))
        return found[number % len(found)] if found else None


def replayed(state, frame):
    """What a client makes of a topic's state by an update of it."""
    topic, data = state["topic"], frame["data"]
    if topic.startswith("orders:"):
        data = _with(state["data"], data)
    elif topic == "staff:alerts":
        if frame["event"] == "alert.acknowledged":
            data = [row for row in state["data"] if row["id"] != data["id"]]
        elif frame["event"] == "order.created":
            data = state["data"]
        else:
            data = _with(state["data"], data)
    return {"type": "snapshot", "topic": topic, "version": frame["version"], "data": data}


def _with(rows, row):
    """The row in its old place, or before all others."""
    if any(old["id"] == row["id"] for old in rows):
        return [row if old["id"] == row["id"] else old for old in rows]
    return [row, *rows][:NEWEST]
