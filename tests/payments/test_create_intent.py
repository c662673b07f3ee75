"""POST payments/create-intent/: one intent for an order, of its amount, while it waits."""

from uuid import uuid4

import pytest
from django.utils import timezone

from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import gateway
from backend.payments.models import Payment

pytestmark = pytest.mark.django_db


def ask(caller, order, **headers):
    return caller.post("payments/create-intent/", {"order_id": str(order.pk)}, **headers)


def test_the_intent_is_of_the_orders_amount_and_names_it(as_alice, order, stripe):
    answer = ask(as_alice, order)

    [intent] = stripe.intents()
    assert answer.status_code == 200
    assert answer.json() == {"client_secret": intent["client_secret"], "payment_intent_id": intent["id"]}
    assert (intent["amount"], intent["currency"]) == (550497, "usd")
    assert intent["metadata"] == {
        "order_id": str(order.pk),
        "order_number": order.order_number,
        "customer_email": "alice@shopwire.example",
    }


def test_the_order_shows_its_payment(as_alice, order, payment):
    shown = as_alice.get(f"orders/{order.pk}/").json()["payment"]

    assert shown == {"status": "pending", "amount": "5504.97", "refunded_amount": "0.00"}


def test_a_second_call_answers_the_same_intent(as_alice, order, stripe):
    first, second = ask(as_alice, order), ask(as_alice, order)

    assert first.json() == second.json()
    assert len(stripe.intents()) == 1
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("as_bob", 403, "permission_denied"),
        ("as_staff", 403, "permission_denied"),
        ("as_guest", 401, "not_authenticated"),
    ],
)
def test_nobody_pays_for_others(request, order, stripe, who, status, code):
    answer = ask(request.getfixturevalue(who), order)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stripe.intents() == []
    assert not Payment.objects.exists()


@pytest.mark.parametrize("body", ['{"order_id": "x"}', "{}", "[1]", "{", '{"order_id": "\\u0000"}'])
def test_a_malformed_request_is_refused(as_alice, body):
    answer = as_alice.post("payments/create-intent/", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


def test_an_unknown_order_is_not_found(as_alice):
    answer = as_alice.post("payments/create-intent/", {"order_id": str(uuid4())})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_cancelled_order_is_refused(as_alice, alice, order, stripe):
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())

    answer = ask(as_alice, order)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Cannot pay order in cancelled status",
        "code": "invalid_transition",
        "details": {"status": "cancelled"},
    }
    assert stripe.intents() == []


def test_an_order_whose_time_is_over_is_refused_even_with_an_intent(as_alice, order, payment):
    Order.objects.update(expires_at=timezone.now())

    answer = ask(as_alice, order)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")


def test_a_paid_order_is_refused(as_alice, order, paid):
    assert ask(as_alice, order).json()["code"] == "invalid_transition"


def test_while_stripe_is_away_nothing_changes(as_alice, order, stripe):
    stripe.faults.set(drop=2)

    answer = ask(as_alice, order)

    assert answer.status_code == 502
    assert answer.json() == {
        "error": "The payment provider is unavailable",
        "code": "payment_provider_unavailable",
        "details": None,
    }
    assert Order.objects.get().version == order.version
    assert not Payment.objects.exists()


def test_an_answer_lost_on_its_way_is_found_again(as_alice, order, stripe):
    stripe.faults.set(drop_answer=2)
    assert ask(as_alice, order).status_code == 502

    answer = ask(as_alice, order)

    assert [intent["id"] for intent in stripe.intents()] == [answer.json()["payment_intent_id"]]


def test_a_repeated_key_answers_the_same_and_another_body_is_refused(as_alice, order, stripe):
    first = ask(as_alice, order, Idempotency_Key="k")
    again = ask(as_alice, order, Idempotency_Key="k")
    other = as_alice.post("payments/create-intent/", {"order_id": str(uuid4())}, Idempotency_Key="k")

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_key_whose_call_failed_may_be_used_again(as_alice, order, stripe):
    stripe.faults.set(drop=2)
    assert ask(as_alice, order, Idempotency_Key="k").status_code == 502

    assert ask(as_alice, order, Idempotency_Key="k").status_code == 200


def test_an_order_cancelled_while_stripe_was_asked_gets_no_intent(
    as_alice, alice, order, stripe, settle, monkeypatch
):
    create = gateway.create_intent

    def cancel_meanwhile(**asked):
        orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
        settle()
        return create(**asked)

    monkeypatch.setattr(gateway, "create_intent", cancel_meanwhile)
    answer = ask(as_alice, order)
    settle()

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")
    assert [intent["status"] for intent in stripe.intents()] == ["canceled"]
    assert Payment.objects.get().status == "cancelled"


def test_an_intent_canceled_in_the_dashboard_is_followed_by_a_new_one(
    as_alice, order, payment, stripe, deliver
):
    stripe.call(f"/v1/payment_intents/{payment.intent_id}/cancel")
    deliver()

    answer = ask(as_alice, order)

    assert answer.json()["payment_intent_id"] != payment.intent_id
    assert list(Payment.objects.order_by("number").values_list("number", "status")) == [
        (1, "cancelled"),
        (2, "pending"),
    ]
