"""POST payments/create-intent/ once the order's total has changed: a new intent, and the old one's end."""

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.orders.models import Order
from backend.payments import actions, gateway
from backend.payments.models import Payment
from tests.payments.parallel import at_once, meet
from tests.payments.totals import ask, at_stripe, change, rows

pytestmark = pytest.mark.django_db


def test_a_changed_total_makes_a_new_intent_and_cancels_the_old(as_alice, order, payment, stripe):
    change()

    first, again = ask(as_alice, order), ask(as_alice, order)

    assert (first.status_code, again.json()) == (200, first.json())
    assert first.json()["payment_intent_id"] == stripe.intents()[0]["id"] != payment.intent_id
    assert at_stripe(stripe) == [(550497, "canceled"), (400000, "requires_payment_method")]
    assert rows() == [("5504.97", "cancelled"), ("4000.00", "pending")]
    shown = as_alice.get(f"orders/{order.pk}/").json()["payment"]
    assert shown == {"status": "pending", "amount": "4000.00", "refunded_amount": "0.00"}


def test_the_new_intent_pays_the_order(as_alice, order, payment, stripe, deliver):
    change()
    ask(as_alice, order)
    stripe.pay(Payment.objects.get(number=2))

    deliver()

    order.refresh_from_db()
    assert (order.status, str(order.payment_amount)) == ("processing", "4000.00")
    assert not Alert.objects.exists()


def test_a_changed_currency_counts_as_well(as_alice, order, payment, stripe):
    change("5504.97", currency="eur")

    ask(as_alice, order)

    assert [(one["currency"], one["status"]) for one in stripe.intents()] == [
        ("eur", "requires_payment_method"),
        ("usd", "canceled"),
    ]


def test_an_answer_lost_before_the_change_does_not_block_the_key(as_alice, order, stripe):
    stripe.faults.set(drop_answer=2)
    assert ask(as_alice, order).status_code == 502
    change()

    answer = ask(as_alice, order)

    assert answer.status_code == 200
    assert rows() == [("4000.00", "pending")]
    # The lost one stays open, but nobody has its secret; were it paid all the same, the money would go back.
    assert [amount for amount, _ in at_stripe(stripe)] == [550497, 400000]


def test_a_total_that_changes_while_stripe_is_asked_is_the_one_that_counts(
    as_alice, order, stripe, settle, monkeypatch
):
    create = gateway.create_intent

    def change_meanwhile(**asked):
        change()
        return create(**asked)

    monkeypatch.setattr(gateway, "create_intent", change_meanwhile)
    answer = ask(as_alice, order)
    settle()

    assert answer.json()["payment_intent_id"] == stripe.intents()[0]["id"]
    assert at_stripe(stripe) == [(550497, "canceled"), (400000, "requires_payment_method")]
    assert rows() == [("5504.97", "cancelled"), ("4000.00", "pending")]


def test_a_total_that_does_not_stand_still_is_a_conflict(as_alice, order, stripe, settle, monkeypatch):
    create = gateway.create_intent

    def change_again(**asked):
        change(str(asked["amount"] // 100 - 1))
        return create(**asked)

    monkeypatch.setattr(gateway, "create_intent", change_again)
    answer = ask(as_alice, order)
    settle()

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert {status for _, status in at_stripe(stripe)} == {"canceled"}
    assert {status for _, status in rows()} == {"cancelled"}


@pytest.mark.django_db(transaction=True)
def test_asked_for_at_once_over_a_changed_total_one_is_opened(alice, order, payment, stripe, monkeypatch):
    change()
    meet(monkeypatch, actions, "_as_it_stands")

    def create():
        return actions.create_intent(order_id=order.pk, user=alice, now=timezone.now()).intent_id

    first, second = at_once(create, create)

    assert first == second == stripe.intents()[0]["id"]
    assert at_stripe(stripe) == [(550497, "canceled"), (400000, "requires_payment_method")]
    assert rows() == [("5504.97", "cancelled"), ("4000.00", "pending")]
    assert Order.objects.get().version == 4  # placed, intent made, intent canceled, intent made
