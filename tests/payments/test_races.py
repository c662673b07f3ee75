"""Two at once, on connections of their own: whoever comes first, money is counted once."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.orders.states import InvalidTransition
from backend.payments import actions, arbiter, closing, gateway, inbox, queries, refunds
from backend.payments.models import Payment, Refund, StripeEvent
from tests.payments.conftest import history
from tests.payments.parallel import at_once, linger, meet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _stripe_is_asked_outside_transactions(monkeypatch):
    """These tests run in no transaction of pytest's, so they can see one of ours around a call to Stripe."""
    client = gateway._client

    def check():
        assert not connection.in_atomic_block, "Stripe was asked inside a transaction"
        return client()

    monkeypatch.setattr(gateway, "_client", check)


def arbitrate(payment):
    return arbiter.apply_payment_state(intent_id=payment.intent_id, now=timezone.now())


def test_intents_asked_for_at_once_are_one(order, alice, stripe, monkeypatch):
    meet(monkeypatch, gateway, "create_intent")

    def ask():
        return actions.create_intent(order_id=order.pk, user=alice, now=timezone.now()).intent_id

    first, second = at_once(ask, ask)

    assert first == second
    assert [intent["id"] for intent in stripe.intents()] == [first]
    assert Payment.objects.count() == 1


def test_confirm_and_webhook_at_once_pay_once(order, alice, payment, stripe, monkeypatch):
    stripe.pay(payment)
    meet(monkeypatch, gateway, "retrieve_intent")

    def confirm():
        return actions.confirm(order_id=order.pk, intent_id=payment.intent_id, user=alice, now=timezone.now())

    confirmed, heard = at_once(confirm, lambda: arbitrate(payment))

    assert confirmed.status == heard.payment.status == "completed"
    assert [status for status, _ in history(order)] == ["pending", "processing"]
    assert Order.objects.get().version == 3  # placed, intent made, paid
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (3, 0)


def test_an_event_that_comes_twice_at_once_is_stored_once(stripe, settle):
    body = json.dumps({"id": "evt_1", "object": "event", "type": "x.y", "data": {"object": {}}}).encode()
    signature = gateway.stripe.WebhookSignature.generate_signature_header(
        body.decode(), "whsec_tests", int(timezone.now().timestamp())
    )

    def receive():
        return inbox.receive(payload=body, signature=signature, now=timezone.now())

    assert at_once(receive, receive, receive) == [None, None, None]
    assert StripeEvent.objects.count() == 1


def test_refunds_asked_for_at_once_never_exceed_the_payment(order, paid, staff, monkeypatch):
    linger(monkeypatch, queries, "left_to_refund")

    def ask():
        return actions.request_refund(
            order_id=order.pk, amount=Decimal("3000.00"), actor=staff, reason="", now=timezone.now()
        )

    results = at_once(ask, ask, ask)

    assert sorted(type(result).__name__ for result in results) == ["Invalid", "Invalid", "Refund"]
    assert Refund.objects.values_list("amount", flat=True).get() == Decimal("3000.00")


def test_a_refund_sent_twice_at_once_goes_once(order, paid, staff, stripe, monkeypatch):
    refund = actions.request_refund(
        order_id=order.pk, amount=None, actor=staff, reason="", now=timezone.now()
    )
    meet(monkeypatch, gateway, "create_refund")

    def send():
        refunds.send_refund(refund_id=refund.pk, now=timezone.now())

    assert at_once(send, send) == [None, None]
    assert stripe.refunds() == [550497]
    assert Payment.objects.values_list("status", "refunded_amount").get() == ("refunded", Decimal("5504.97"))
    assert Order.objects.get().version == 4  # placed, intent made, paid, refunded


def test_expiry_and_payment_at_once_end_paid_or_cancelled_and_never_both(order, payment, stripe, settle):
    Order.objects.update(expires_at=timezone.now())

    def pay():
        return stripe.try_to_pay(payment)

    def expire():
        return closing.expire_order(order_id=order.pk, now=timezone.now())

    has_paid, has_expired = at_once(pay, expire)
    settle()

    order.refresh_from_db()
    assert {has_paid, has_expired} == {True, False}
    assert order.status == ("processing" if has_paid else "cancelled")
    assert not Refund.objects.exists()


def test_a_payment_seen_before_the_cancellation_and_counted_after_it_goes_back(
    order, alice, payment, stripe, settle, monkeypatch
):
    stripe.pay(payment)
    real = gateway.retrieve_intent

    def cancel_then(intent_id):
        seen = real(intent_id)
        orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
        return seen

    monkeypatch.setattr(gateway, "retrieve_intent", cancel_then)
    with pytest.raises(InvalidTransition):
        actions.confirm(order_id=order.pk, intent_id=payment.intent_id, user=alice, now=timezone.now())
    monkeypatch.setattr(gateway, "retrieve_intent", real)
    settle()

    assert stripe.refunds() == [550497]
    assert Payment.objects.get().status == "refunded"


def test_a_stale_look_at_stripe_does_not_undo_a_newer_one(order, payment, stripe, monkeypatch):
    before = gateway.retrieve_intent(payment.intent_id)
    stripe.pay(payment)
    arbitrate(payment)
    monkeypatch.setattr(gateway, "retrieve_intent", lambda intent_id: before)

    verdict = arbitrate(payment)

    assert verdict.payment.status == "completed"
    assert Order.objects.get().status == "processing"
