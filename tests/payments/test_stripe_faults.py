"""Stripe slow, failing or away: the buyer is told in time, nothing has changed, and a repeat pays once."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import stripe as sdk
from django.db import transaction
from django.utils import timezone

from backend.devstack import ports
from backend.orders.models import Order
from backend.payments import arbiter, gateway, patience
from backend.payments.models import Payment
from tests.payments.conftest import history

pytestmark = pytest.mark.django_db
AWAY = {
    "error": "The payment provider is unavailable",
    "code": "payment_provider_unavailable",
    "details": None,
}
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


@pytest.fixture(autouse=True)
def _retry_soon(monkeypatch):
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0.05)


@contextmanager
def impatience():
    """A tenth of the real times, so that what takes too long takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "REQUEST_SECONDS", patience.REQUEST_SECONDS / 10)
        patch.setattr(gateway, "CONNECT_AND_READ_SECONDS", (0.2, 0.5))
        gateway._client_of.cache_clear()
        yield
    gateway._client_of.cache_clear()


def ask(caller, order):
    return caller.post("payments/create-intent/", {"order_id": str(order.pk)})


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


@contextmanager
def nobody():
    yield ports.find_free()


@contextmanager
def somebody_who_never_answers():
    with socket.create_server(("127.0.0.1", 0), backlog=9) as server:
        yield server.getsockname()[1]


@contextmanager
def a_full_house():
    """Connections are not taken in any more: those behind it get no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        guests = [socket.socket() for _ in range(3)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(server.getsockname())
        yield server.getsockname()[1]
        for guest in guests:
            guest.close()


@pytest.mark.parametrize("place", [nobody, somebody_who_never_answers, a_full_house])
def test_at_an_address_where_nobody_answers(as_alice, order, stripe, settings, place):
    right = settings.STRIPE_API_BASE
    with impatience(), place() as port:
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{port}"
        refused = ask(as_alice, order)
    settings.STRIPE_API_BASE = right

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert not Payment.objects.exists()
    assert ask(as_alice, order).status_code == 200


def test_a_request_that_gave_up_holds_its_key_at_stripe_only_as_long_as_it_runs(as_alice, order, stripe):
    with impatience():
        stripe.faults.set(hold=True)
        first, second = ask(as_alice, order), ask(as_alice, order)
        stripe.faults.reset()

    assert (first.status_code, second.status_code) == (502, 502)
    assert ask(as_alice, order).status_code == 200
    assert len(stripe.intents()) == 1


def test_an_answer_that_never_ends_is_not_waited_for(as_alice, order, stripe):
    """The SDK's own timeouts count from byte to byte: this answer would take it some 90 seconds."""
    started = time.monotonic()

    with impatience():
        stripe.faults.set(drip=0.06)
        refused = ask(as_alice, order)
        stripe.faults.reset()

    assert refused.status_code == 502
    assert time.monotonic() - started < 15


def test_where_too_many_wait_already_nobody_joins_the_queue(as_alice, order, stripe, monkeypatch):
    monkeypatch.setattr(patience, "_places", threading.BoundedSemaphore(1))
    with patience._places:
        refused = ask(as_alice, order)

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert (stripe.intents(), ask(as_alice, order).status_code) == ([], 200)


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
