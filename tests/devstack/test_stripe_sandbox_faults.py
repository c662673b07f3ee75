"""The sandbox misbehaves as it is told, and only then."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from backend.devstack import processes
from tests.devstack.conftest import connect

PARAMS = {"amount": 2000, "currency": "usd"}


def control(url: str, method: str, wish: dict | None = None) -> dict:
    request = urllib.request.Request(f"{url}/_sandbox/faults", json.dumps(wish or {}).encode(), method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_switches_are_set_shown_and_reset_over_http(sandbox):
    assert control(sandbox.url, "POST", {"fail": 2, "delay": 0.5})["fail"] == 2
    assert control(sandbox.url, "GET") == control(sandbox.url, "GET") | {"fail": 2, "delay": 0.5}
    assert control(sandbox.url, "DELETE")["fail"] == 0


def test_requests_are_held_and_their_keys_in_use_until_let_go(sandbox, client):
    sandbox.faults.set(hold=True)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.v1.payment_intents.create, PARAMS, {"idempotency_key": "k"})
        assert processes.wait_until(lambda: control(sandbox.url, "GET")["held"] == 1, seconds=30)
        with pytest.raises(stripe.APIError) as refused:
            client.v1.payment_intents.create(PARAMS, {"idempotency_key": "k"})
        sandbox.faults.set(hold=False)

        assert waiting.result(10).amount == 2000
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")


def test_a_failure_says_its_code_and_whether_to_try_again(sandbox):
    sandbox.faults.set(fail=1, fail_status=429, fail_code="lock_timeout")
    with pytest.raises(stripe.RateLimitError) as failed:
        connect(sandbox.url, retries=1).v1.payment_intents.list()
    assert (failed.value.error.code, failed.value.headers["retry-after"]) == ("lock_timeout", "1")

    sandbox.faults.set(fail=1, fail_retry="true")
    assert connect(sandbox.url, retries=1).v1.payment_intents.list().data == []


def test_webhooks_with_another_secret_age_or_version(sandbox, client):
    sandbox.faults.set(webhook_secret="whsec_old", webhook_version="2031-01-01.later")
    client.v1.payment_intents.create(PARAMS)
    [webhook] = sandbox.take_webhooks()
    event = stripe.Webhook.construct_event(webhook.body, webhook.signature, "whsec_old")
    assert event.api_version == "2031-01-01.later"

    sandbox.faults.set(webhook_age=301)
    client.v1.payment_intents.create(PARAMS)
    [webhook] = sandbox.take_webhooks()
    with pytest.raises(stripe.SignatureVerificationError, match="outside the tolerance"):
        stripe.Webhook.construct_event(webhook.body, webhook.signature, "whsec_old")


def test_unknown_switch_is_refused(sandbox):
    with pytest.raises(urllib.error.HTTPError) as refused:
        control(sandbox.url, "POST", {"explode": 1})

    assert refused.value.code == 400
    assert "explode" in json.load(refused.value)["error"]


def test_failing_requests_do_nothing(sandbox, client):
    sandbox.faults.set(fail=1, fail_status=503)

    with pytest.raises(stripe.APIError) as failed:
        client.v1.payment_intents.create(PARAMS)

    assert failed.value.http_status == 503
    assert client.v1.payment_intents.list().data == []


def test_faults_can_be_kept_to_one_path(sandbox, client):
    sandbox.faults.set(fail=1, only="/v1/refunds")

    assert client.v1.payment_intents.create(PARAMS).amount == 2000
    with pytest.raises(stripe.APIError):
        client.v1.refunds.list()


def test_dropped_connection_is_a_connection_error(sandbox, client):
    sandbox.faults.set(drop=1)

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(PARAMS)

    assert client.v1.payment_intents.list().data == []


def test_lost_answer_is_found_again_by_its_key(sandbox):
    sandbox.faults.set(drop_answer=1)

    intent = connect(sandbox.url, retries=1).v1.payment_intents.create(PARAMS)

    assert intent.last_response.headers["idempotent-replayed"] == "true"
    assert [one.id for one in connect(sandbox.url).v1.payment_intents.list()] == [intent.id]


def test_webhooks_are_dropped_and_repeated(sandbox, client):
    sandbox.faults.set(webhook_drop=1)
    client.v1.payment_intents.create(PARAMS)
    assert sandbox.take_webhooks() == []

    sandbox.faults.set(webhook_copies=3)
    client.v1.payment_intents.create(PARAMS)
    assert len({webhook.body for webhook in sandbox.take_webhooks()}) == 1
    assert len(client.v1.events.list().data) == 2


def test_webhooks_are_held_back(sandbox, client):
    sandbox.faults.set(webhook_delay=60)

    client.v1.payment_intents.create(PARAMS)

    assert sandbox.take_webhooks() == []
