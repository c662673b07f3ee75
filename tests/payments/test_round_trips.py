"""How many statements paying takes, BEGIN and COMMIT among them."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.payments import actions, inbox

pytestmark = pytest.mark.django_db(transaction=True)


def statements(call, **given):
    with CaptureQueriesContext(connection) as seen:
        call(now=timezone.now(), **given)
    return [query["sql"].split()[0] for query in seen]


def test_an_intent_takes_a_look_and_a_transaction_behind_the_call(alice, order, stripe):
    asked = statements(actions.create_intent, order_id=order.pk, user=alice)
    again = statements(actions.create_intent, order_id=order.pk, user=alice)

    assert again == ["SELECT", "SELECT", "SELECT"]
    assert asked == [
        *again,
        "BEGIN",
        *["SELECT", "SELECT", "SELECT"],
        *["INSERT", "UPDATE", "SELECT", "SELECT", "INSERT"],
        "COMMIT",
    ]


def test_an_event_of_stripes_is_stored_by_two_and_applied_by_fifteen(alice, order, stripe):
    payment = actions.create_intent(order_id=order.pk, user=alice, now=timezone.now())
    stripe.pay(payment)
    hook = stripe.sandbox.take_webhooks()[-1]

    stored = statements(inbox.receive, payload=hook.body, signature=hook.signature)
    applied = statements(inbox.process, event_id=json.loads(hook.body)["id"])

    assert stored == ["BEGIN", "INSERT", "INSERT", "COMMIT"]
    assert applied == [
        *["SELECT", "SELECT"],
        *["BEGIN", "SELECT", "SELECT", "SELECT", "SELECT"],
        *["UPDATE", "UPDATE", "INSERT", "SELECT", "SELECT", "WITH", "INSERT", "INSERT"],
        "COMMIT",
        *["BEGIN", "SET", "UPDATE", "COMMIT"],
    ]
