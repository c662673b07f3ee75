"""The end of the payment window, the customer, staff and Stripe, each in the gaps of the others.

A gap is where a process has its answer of Stripe's and not yet its lock, or the other way round. Whoever
crosses there, the order is paid, or it is cancelled and no money is kept: never both, never neither.
"""

import pytest
from django.db.models import Sum
from django.utils import timezone

from backend.alerts.models import Alert
from backend.core.errors import ShopError
from backend.inventory.models import LedgerEntry, Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import actions, arbiter, closing, gateway
from backend.payments.models import Payment, Refund
from tests.payments.conftest import history
from tests.payments.parallel import at_once, in_the_gap, linger

pytestmark = pytest.mark.django_db(transaction=True)

GAPS = {
    "before the intent is canceled": (gateway, "cancel_intent", "before"),
    "before the look at Stripe": (gateway, "retrieve_intent", "before"),
    "before the lock": (arbiter, "_enter", "before"),
    "before the order is ended": (closing, "_expire", "before"),
    "before the money is sent back": (closing, "_send_back", "before"),
}
# The history, the payment, whether the order took it, the intent at Stripe, and what went back from there.
WAYS = {
    "paid": (["pending", "processing"], "completed", True, "succeeded", []),
    "cancelled": (["pending", "cancelled"], "cancelled", False, "canceled", []),
    "refunded": (["pending", "cancelled"], "refunded", False, "succeeded", [550497]),
    "paid and refunded": (["pending", "processing", "cancelled"], "refunded", True, "succeeded", [550497]),
}
LOOKS = ["before the look at Stripe", "before the lock"]
CLOSINGS = ["before the intent is canceled", *LOOKS]


class Crossing:
    """Alice's order and all who may move it."""

    def __init__(self, *, order, payment, alice, staff, stripe):
        self.order, self.payment = order, payment
        self.alice, self.staff, self.stripe = alice, staff, stripe

    def pay(self):
        """The customer pays, and Stripe's event comes in."""
        self.stripe.try_to_pay(self.payment)
        self.hear()

    def hear(self):
        arbiter.apply_payment_state(intent_id=self.payment.intent_id, now=timezone.now())

    def confirm(self):
        self.stripe.try_to_pay(self.payment)
        self._or_refused(
            actions.confirm, order_id=self.order.pk, intent_id=self.payment.intent_id, user=self.alice
        )

    def expire(self):
        closing.expire_order(order_id=self.order.pk, now=timezone.now())

    def cancel(self):
        self._or_refused(orders.cancel_order, order_id=self.order.pk, user=self.alice, note="")

    def staff_cancel(self):
        self._or_refused(orders.cancel_order, order_id=self.order.pk, user=self.staff, note="")

    def close(self):
        """What the task does that a cancellation starts."""
        closing.settle_cancelled_order(order_id=self.order.pk, now=timezone.now())

    def ask_again(self):
        self._or_refused(actions.create_intent, order_id=self.order.pk, user=self.alice)

    def _or_refused(self, action, **given):
        try:
            action(**given, now=timezone.now())
        except ShopError as refused:
            self.refused = refused

    def end(self):
        """Which of the ways it went; any other is a failure."""
        order, payment = Order.objects.get(), Payment.objects.get()
        intent = self.stripe.intent(payment)["status"]
        steps = [status for status, _ in history(order)]
        seen = (steps, payment.status, payment.is_taken, intent, self.stripe.refunds())
        assert seen in WAYS.values()
        self._check_stock(order)
        assert not Alert.objects.filter(acknowledged_at=None).exists()
        assert not Payment.objects.filter(attention__isnull=False).exists()
        return next(way for way, how in WAYS.items() if how == seen)

    def _check_stock(self, order):
        row = Stock.objects.values_list("on_hand", "held").get(sku="MUG")
        sums = LedgerEntry.objects.aggregate(on_hand=Sum("delta_on_hand"), held=Sum("delta_held"))
        assert row == (3 if order.status == "processing" else 5, 0) == (sums["on_hand"], sums["held"])


@pytest.fixture
def crossing(order, payment, alice, staff, stripe):
    """The window is over, and nobody has noticed."""
    Order.objects.update(expires_at=timezone.now())
    return Crossing(order=order, payment=payment, alice=alice, staff=staff, stripe=stripe)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["pay", "confirm", "cancel", "staff_cancel", "ask_again", "expire"])
@pytest.mark.parametrize("gap", [*CLOSINGS, "before the order is ended"])
def test_whoever_crosses_the_expiry(crossing, settle, monkeypatch, gap, who):
    in_the_gap(monkeypatch, GAPS[gap], getattr(crossing, who))

    crossing.expire()
    monkeypatch.undo()
    settle()

    paid_in_time = who in ("pay", "confirm") and gap == "before the intent is canceled"
    assert crossing.end() == ("paid" if paid_in_time else "cancelled")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["expire", "cancel", "staff_cancel", "confirm", "hear"])
@pytest.mark.parametrize("gap", LOOKS)
def test_whoever_crosses_stripes_event(crossing, settle, monkeypatch, gap, who):
    crossing.stripe.pay(crossing.payment)
    in_the_gap(monkeypatch, GAPS[gap], getattr(crossing, who))

    crossing.hear()
    monkeypatch.undo()
    settle()

    assert crossing.end() == ("refunded" if who in ("cancel", "staff_cancel") else "paid")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["pay", "confirm", "expire", "close"])
@pytest.mark.parametrize("gap", [*CLOSINGS, "before the money is sent back"])
def test_whoever_crosses_the_settlement_of_a_cancelled_order(crossing, settle, monkeypatch, gap, who):
    crossing.cancel()
    in_the_gap(monkeypatch, GAPS[gap], getattr(crossing, who))

    crossing.close()
    monkeypatch.undo()
    settle()

    paid_in_time = who in ("pay", "confirm") and gap == "before the intent is canceled"
    assert crossing.end() == ("refunded" if paid_in_time else "cancelled")


@pytest.mark.parametrize(
    "others",
    [
        pytest.param(("expire", "pay"), marks=pytest.mark.slow),
        pytest.param(("expire", "cancel"), marks=pytest.mark.slow),
        ("cancel", "pay", "expire"),
    ],
)
def test_all_at_once_it_ends_in_one_of_the_ways(crossing, settle, others):
    assert at_once(*(getattr(crossing, who) for who in others)) == [None] * len(others)
    settle()

    assert crossing.end() in WAYS


def test_a_cancelled_order_settled_twice_at_once_is_refunded_once(crossing, settle, monkeypatch):
    crossing.pay()
    crossing.cancel()
    linger(monkeypatch, closing.books.queries, "left_to_refund")

    assert at_once(crossing.close, crossing.close) == [None, None]
    assert [str(amount) for amount in Refund.objects.values_list("amount", flat=True)] == ["5504.97"]
    monkeypatch.undo()
    settle()
    assert crossing.end() == "paid and refunded"


def test_two_that_count_one_payment_at_once_count_it_once(crossing, settle, monkeypatch):
    crossing.stripe.pay(crossing.payment)
    linger(monkeypatch, arbiter.states, "may_move")

    assert at_once(crossing.hear, crossing.hear) == [None, None]

    monkeypatch.undo()
    settle()
    assert crossing.end() == "paid"
    assert LedgerEntry.objects.filter(reason="sale").count() == 1


def test_two_that_end_one_order_at_once_give_its_units_back_once(crossing, settle, monkeypatch):
    linger(monkeypatch, closing.queries, "open_payments_of")

    assert at_once(crossing.expire, crossing.expire) == [None, None]

    monkeypatch.undo()
    settle()
    assert crossing.end() == "cancelled"
    assert LedgerEntry.objects.filter(reason="release").count() == 1
