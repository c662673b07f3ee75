"""Idempotency keys of the sandbox."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

PARAMS = {"amount": 2000, "currency": "usd"}
KEY = {"idempotency_key": "order:7:intent:1"}


def test_same_key_and_parameters_replay_the_answer(client):
    first = client.v1.payment_intents.create(PARAMS, KEY)
    client.v1.payment_intents.cancel(first.id)

    second = client.v1.payment_intents.create(PARAMS, KEY)

    assert second == first
    assert "idempotent-replayed" not in first.last_response.headers
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert len(client.v1.payment_intents.list().data) == 1


def test_same_key_and_other_parameters_are_refused(client):
    client.v1.payment_intents.create(PARAMS, KEY)

    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(PARAMS | {"amount": 2001}, KEY)

    assert len(client.v1.payment_intents.list().data) == 1


def test_same_key_at_the_same_time_makes_one(client):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: client.v1.payment_intents.create(PARAMS, KEY).id, range(16)))

    assert len(set(made)) == 1
    assert len(client.v1.payment_intents.list().data) == 1


def test_decline_is_replayed_too(client, intent):
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"}, KEY)

    assert len(client.v1.charges.list().data) == 1


def test_request_that_was_never_valid_keeps_its_key_free(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(PARAMS | {"amount": 0}, KEY)

    assert client.v1.payment_intents.create(PARAMS, KEY).amount == 2000
