"""How many round trips paying takes. BEGIN and COMMIT take none."""

import json

import pytest
from django.utils import timezone

from backend.payments import actions, inbox
from tests import trips

pytestmark = pytest.mark.django_db(transaction=True)


def trips_of(call, **given):
    with trips.seen() as made:
        call(now=timezone.now(), **given)
    return made


def test_an_intent_takes_a_look_and_a_transaction_behind_the_call(alice, order, stripe):
    asked = trips_of(actions.create_intent, order_id=order.pk, user=alice)
    again = trips_of(actions.create_intent, order_id=order.pk, user=alice)

    assert again == ["SELECT", "SELECT SELECT"]
    whole = "BEGIN SELECT SELECT SELECT SELECT"
    assert asked == [*again, whole, "SELECT", "INSERT UPDATE INSERT COMMIT"]


def test_an_event_of_stripes_is_stored_by_two_and_applied_in_five(alice, order, stripe):
    payment = actions.create_intent(order_id=order.pk, user=alice, now=timezone.now())
    stripe.pay(payment)
    hook = stripe.sandbox.take_webhooks()[-1]

    stored = trips_of(inbox.receive, payload=hook.body, signature=hook.signature)
    applied = trips_of(inbox.process, event_id=json.loads(hook.body)["id"])

    assert stored == ["BEGIN INSERT", "INSERT COMMIT"]
    looked = ["SELECT", "SELECT"]
    written = ["UPDATE UPDATE INSERT WITH", "INSERT INSERT COMMIT"]
    assert applied == [
        *looked,
        *["BEGIN SELECT SELECT SELECT SELECT", "SELECT", *written],
        "SET UPDATE",
    ]
