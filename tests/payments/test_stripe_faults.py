"""Stripe slow, failing or away: the buyer is told in time, nothing has changed, and a repeat pays once."""

import pytest
from django.db import transaction
from django.utils import timezone

from backend.orders.models import Order
from backend.payments import arbiter, gateway
from backend.payments.models import Payment
from tests.payments.conftest import history
from tests.payments.trouble import AWAY, ask, impatience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("retries_soon")]
FAULTS = {
    "never answering": {"hold": True},
    "hanging up": {"drop": 2},
    "hanging up after its work": {"drop_answer": 2},
    "failing": {"fail": 2},
    "closed for repair": {"fail": 2, "fail_status": 503},
    "asking for less": {"fail": 1, "fail_status": 429},
    "asking for less again and again": {"fail": 2, "fail_status": 429, "fail_retry": "true"},
    "busy with the same object": {"fail": 2, "fail_status": 409, "fail_code": "lock_timeout"},
}


def confirm(caller, payment):
    body = {"order_id": str(payment.order_id), "payment_intent_id": payment.intent_id}
    return caller.post("payments/confirm/", body)


def charges(stripe):
    return [charge["amount"] for charge in stripe.sandbox.store.all_of("charge")]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_intent_now_and_one_after(as_alice, order, stripe, fault):
    with impatience():
        stripe.faults.set(**fault)
        refused = ask(as_alice, order)
        unchanged = (Order.objects.get().version == order.version, Payment.objects.exists())
        stripe.faults.reset()

    answer = ask(as_alice, order)

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert unchanged == (True, False)
    assert [intent["id"] for intent in stripe.intents()] == [answer.json()["payment_intent_id"]]


@pytest.mark.parametrize("name", ["never answering", "hanging up after its work", "failing"])
def test_not_confirmed_now_and_once_after(as_alice, order, payment, stripe, name):
    stripe.pay(payment)
    with impatience():
        stripe.faults.set(**FAULTS[name])
        refused = confirm(as_alice, payment)
        unchanged = (Payment.objects.get().status, history(order))
        stripe.faults.reset()

    answers = [confirm(as_alice, payment).status_code for _ in range(2)]

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert unchanged == ("pending", history(order)[:1])
    assert answers == [200, 200]
    assert [status for status, _ in history(order)] == ["pending", "processing"]
    assert charges(stripe) == [550497]


@pytest.mark.parametrize(
    "fault",
    [
        {"delay": 0.3},
        {"drop": 1},
        {"drop_answer": 1},
        {"fail": 1},
        {"fail": 1, "fail_status": 429, "fail_retry": "true"},
        {"fail": 1, "fail_status": 409, "fail_code": "lock_timeout"},
    ],
)
def test_a_short_trouble_is_not_noticed(as_alice, order, stripe, fault):
    stripe.faults.set(**fault)

    answer = ask(as_alice, order)

    assert answer.status_code == 200
    assert [intent["id"] for intent in stripe.intents()] == [answer.json()["payment_intent_id"]]


def test_a_wrong_key_is_said_in_the_log_and_not_to_the_buyer(as_alice, order, stripe, settings, caplog):
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"

    refused = ask(as_alice, order)

    assert (refused.status_code, refused.json()) == (502, AWAY)
    [record] = [record for record in caplog.records if record.name == gateway.log.name]
    assert (record.levelname, record.message) == ("ERROR", "Stripe refuses our key: see STRIPE_SECRET_KEY")
    assert "Invalid API Key provided" in record.answer


def test_stripe_is_never_asked_inside_a_transaction(payment, stripe):
    stripe.pay(payment)

    with pytest.raises(RuntimeError, match="never asked inside a transaction"), transaction.atomic():
        arbiter.apply_payment_state(intent_id=payment.intent_id, now=timezone.now())

    assert Payment.objects.get().status == "pending"
