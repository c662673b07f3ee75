"""Events of an API version, a mode or a shape that we do not know: kept, and never a wrong state."""

import json

import pytest
from django.conf import settings
from stripe import WebhookSignature

from backend.orders.models import Order
from backend.outbox.models import Event, Job
from backend.payments.models import Payment, StripeEvent

pytestmark = pytest.mark.django_db
SUCCEEDED = "payment_intent.succeeded"


@pytest.fixture
def hear(as_guest, settle):
    """Post the event, do its jobs; what became of it."""

    def run(event):
        body = event if isinstance(event, str) else json.dumps(event)
        signature = WebhookSignature.generate_signature_header(body, settings.STRIPE_WEBHOOK_SECRET)
        answer = as_guest.post("payments/webhook/", body, Stripe_Signature=signature)
        assert (answer.status_code, answer.json()) == (200, {"status": "success"})
        settle()
        return StripeEvent.objects.get().outcome

    return run


def event(about, kind=SUCCEEDED, **changes):
    data = {"object": about, "previous_attributes": {}}
    return {"id": "evt_1", "object": "event", "type": kind, "data": data, **changes}


def states():
    return Order.objects.get().status, Payment.objects.get().status


THIN = {
    "id": "evt_1",
    "object": "v2.core.event",
    "type": "v1.payment_intent.succeeded",
    "livemode": False,
    "created": "2031-01-01T00:00:00.000Z",
    "related_object": {"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"},
}
NAMES_NOTHING = {
    "a thin event": THIN,
    "a thin event of a known type": {**THIN, "type": SUCCEEDED},
    "no data": {"id": "evt_1", "type": SUCCEEDED},
    "data of another kind": {"id": "evt_1", "type": SUCCEEDED, "data": ["pi_1"]},
    "data without an object": {"id": "evt_1", "type": SUCCEEDED, "data": {}},
    "an object that is a name": event("pi_1"),
    "an object without an id": event({"object": "payment_intent"}),
    "an id that is a number": event({"object": "payment_intent", "id": 7}),
    "an object of a kind to come": event({"object": "payment_record", "id": "prec_1"}),
    "a payment that is a list": event({"object": "charge", "payment_intent": ["pi_1"]}, "charge.refunded"),
    "a charge without an intent": event({"object": "charge", "payment_intent": None}, "charge.refunded"),
}


@pytest.mark.parametrize("shape", NAMES_NOTHING)
def test_an_event_that_names_no_payment_is_kept_and_nothing_follows(hear, shape):
    assert hear(NAMES_NOTHING[shape]) == "unhandled"

    assert StripeEvent.objects.get().payload == NAMES_NOTHING[shape]
    assert not Job.objects.exists()
    assert not Event.objects.exists()


NAMES_IT = {
    "of a version to come": lambda id: event(
        {"object": "payment_intent", "id": id}, api_version="2031-01-01.future"
    ),
    "with keys of other kinds": lambda id: event(
        {"object": "payment_intent", "id": id, "amount": "much", "status": ["succeeded"], "metadata": None},
        api_version=None,
        livemode="perhaps",
    ),
    "of live mode": lambda id: event({"object": "payment_intent", "id": id}, livemode=True),
    "with another status": lambda id: event({"object": "payment_intent", "id": id, "status": "canceled"}),
    "of a charge": lambda id: event({"object": "charge", "payment_intent": id}, "charge.refunded"),
    "with the intent in full": lambda id: event(
        {"object": "refund", "payment_intent": {"object": "payment_intent", "id": id}}, "refund.updated"
    ),
    "of an object to come": lambda id: event({"object": "payment_record", "payment_intent": id}),
}


@pytest.mark.parametrize("shape", NAMES_IT)
def test_an_event_that_names_a_payment_has_stripe_asked(hear, payment, stripe, shape):
    stripe.pay(payment)

    assert hear(NAMES_IT[shape](payment.intent_id)) == "applied"

    assert states() == ("processing", "completed")


def test_a_payment_of_live_mode_is_none_that_our_test_key_knows(hear, payment, stripe):
    elsewhere = event({"object": "payment_intent", "id": "pi_live", "status": "succeeded"}, livemode=True)

    assert hear(elsewhere) == "not_ours"

    assert states() == ("pending", "pending")


def test_numbers_beyond_all_bounds_are_kept_as_words(hear):
    assert (
        hear('{"id": "evt_1", "type": "x.y", "data": {"object": {"a": 1e999, "b": -1e999}}}') == "unhandled"
    )

    assert StripeEvent.objects.get().payload["data"]["object"] == {"a": "inf", "b": "-inf"}


@pytest.mark.parametrize("kind", ["payment_intent." + "x" * 300, "", "Zahlung.erhalten"])
def test_types_of_any_length_are_kept(hear, kind):
    assert hear({"id": "evt_1", "type": kind}) == "unhandled"

    assert StripeEvent.objects.get().type == kind[:100]
