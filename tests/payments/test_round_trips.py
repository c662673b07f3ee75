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


def test_an_intent_takes_two_transactions_around_the_call(alice, order, stripe):
    asked = statements(actions.create_intent, order_id=order.pk, user=alice)
    again = statements(actions.create_intent, order_id=order.pk, user=alice)

    assert again == ["BEGIN", "SELECT", "SELECT", "COMMIT"]
    assert asked == [
        *again,
        "BEGIN",
        "SELECT",
        "SELECT",
        *["INSERT", "UPDATE", "SELECT", "SELECT", "INSERT"],
        "COMMIT",
    ]


def test_an_event_of_stripes_is_stored_by_two_and_applied_by_fourteen(alice, order, stripe):
    payment = actions.create_intent(order_id=order.pk, user=alice, now=timezone.now())
    stripe.pay(payment)
    hook = stripe.sandbox.take_webhooks()[-1]

    stored = statements(inbox.receive, payload=hook.body, signature=hook.signature)
    applied = statements(inbox.process, event_id=json.loads(hook.body)["id"])

    assert stored == ["BEGIN", "INSERT", "INSERT", "COMMIT"]
    assert len(applied) == 14 + 2
