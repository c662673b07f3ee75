"""Signed webhooks of the sandbox: what is sent when, and again until it is taken."""

import pytest
import stripe

from backend.devstack.stripe_sandbox import server
from tests.devstack.conftest import API_KEY, SECRET, connect


def taken_types(sandbox: server.Sandbox) -> list[str]:
    taken = sandbox.take_webhooks()
    return [stripe.Webhook.construct_event(*one, SECRET).type for one in taken]


def test_payment_tells_its_steps(sandbox, client, paid):
    assert taken_types(sandbox) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert taken_types(sandbox) == []


def test_event_holds_the_object_as_it_was(sandbox, client, intent):
    client.v1.payment_intents.cancel(intent.id)

    created, cancelled = (stripe.Webhook.construct_event(*one, SECRET) for one in sandbox.take_webhooks())

    assert (created.data.object.status, cancelled.data.object.status) == (
        "requires_payment_method",
        "canceled",
    )
    assert (cancelled.type, cancelled.livemode) == ("payment_intent.canceled", False)
    assert cancelled.api_version == stripe.api_version
    assert client.v1.events.retrieve(cancelled.id).data.object.id == intent.id
    assert [one.type for one in client.v1.events.list({"types": ["payment_intent.canceled"]})] == [
        cancelled.type
    ]


def test_decline_and_refunds_are_told(sandbox, client, intent):
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    sandbox.pay(intent.id)
    taken_before_refund = taken_types(sandbox)
    client.v1.refunds.create({"payment_intent": intent.id})

    assert taken_before_refund == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert taken_types(sandbox) == ["charge.refunded", "refund.created"]


def test_wrong_secret_does_not_verify(sandbox, intent):
    (webhook,) = sandbox.take_webhooks()

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(*webhook, "whsec_other")


def test_webhooks_arrive_by_themselves(sending_sandbox, shop):
    connect(sending_sandbox.url).v1.payment_intents.create({"amount": 2000, "currency": "usd"})

    shop.wait_for(1)

    assert shop.types() == ["payment_intent.created"]


def test_webhook_is_repeated_until_it_is_taken(sending_sandbox, shop):
    shop.answers = [500, 503]

    connect(sending_sandbox.url).v1.payment_intents.create({"amount": 2000, "currency": "usd"})

    shop.wait_for(3)
    assert len({event.id for event in shop.events()}) == 1


def test_webhooks_and_payments_outlive_a_restart(tmp_path, shop):
    kept = {"folder": tmp_path, "secret": SECRET, "api_key": API_KEY}
    with server.start(**kept, webhook_url=None) as before:
        intent = connect(before.url).v1.payment_intents.create({"amount": 2000, "currency": "usd"})

    with server.start(**kept, webhook_url=shop.url) as after:
        shop.wait_for(1)
        assert connect(after.url).v1.payment_intents.retrieve(intent.id).amount == 2000

    assert shop.events()[0].data.object.id == intent.id
