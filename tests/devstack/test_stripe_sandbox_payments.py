"""PaymentIntents of the sandbox, through Stripe's own SDK."""

import time

import pytest
import stripe
from stripe._api_version import _ApiVersion

from backend.devstack.stripe_sandbox import objects
from tests.devstack.conftest import connect


def test_version_is_the_one_the_sdk_is_pinned_to():
    assert objects.API_VERSION == _ApiVersion.CURRENT


def test_new_intent_waits_for_a_payment_method(intent):
    assert intent.id.startswith("pi_")
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert abs(intent.created - time.time()) < 5
    assert intent.livemode is False
    assert (intent.status, intent.amount, intent.amount_received) == ("requires_payment_method", 2000, 0)
    assert intent.metadata.to_dict() == {"order_id": "7"}
    assert intent.latest_charge is None


def test_automatic_payment_methods_are_echoed(client):
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "USD", "automatic_payment_methods": {"enabled": True}}
    )

    assert intent.currency == "usd"
    assert intent.automatic_payment_methods.to_dict() == {"enabled": True, "allow_redirects": "always"}


def test_visa_succeeds_and_makes_a_charge(client, paid):
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)

    charge = client.v1.charges.retrieve(paid.latest_charge)
    assert (charge.amount, charge.paid, charge.status) == (2000, True, "succeeded")
    assert (charge.payment_intent, charge.metadata.to_dict()) == (paid.id, {"order_id": "7"})


def test_latest_charge_is_expanded_on_request(client, paid):
    found = client.v1.payment_intents.retrieve(paid.id, {"expand": ["latest_charge"]})

    assert found.latest_charge.object == "charge"
    assert found.latest_charge.amount_refunded == 0


def test_declined_card_can_be_followed_by_a_good_one(client, intent):
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})

    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert refused.value.error.decline_code == "generic_decline"
    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.last_payment_error.code) == ("requires_payment_method", "card_declined")

    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_bank_that_asks_the_customer(sandbox, client, intent):
    asked = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_authenticationRequired"})
    assert asked.status == "requires_action"
    assert asked.next_action.redirect_to_url.url == f"{sandbox.url}/pay/{intent.id}"

    sandbox.pay(intent.id)

    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_create_and_confirm_in_one_call(client):
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )

    assert intent.status == "succeeded"


def test_second_confirmation_is_refused(client, paid):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(paid.id, {"payment_method": "pm_card_visa"})

    assert (refused.value.http_status, refused.value.code) == (400, "payment_intent_unexpected_state")
    assert refused.value.error.payment_intent.status == "succeeded"
    assert len(client.v1.charges.list().data) == 1


def test_cancelled_intent_takes_no_money(client, intent):
    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert cancelled.canceled_at is not None

    for refused_call in (
        lambda: client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}),
        lambda: client.v1.payment_intents.cancel(intent.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            refused_call()
        assert refused.value.code == "payment_intent_unexpected_state"


def test_paid_intent_cannot_be_cancelled(client, paid):
    with pytest.raises(stripe.InvalidRequestError, match="has a status of succeeded") as refused:
        client.v1.payment_intents.cancel(paid.id)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert client.v1.payment_intents.retrieve(paid.id).status == "succeeded"


def test_update_changes_an_open_intent_only(client, intent):
    changed = client.v1.payment_intents.update(intent.id, {"amount": 2500, "metadata": {"note": "x"}})
    assert (changed.amount, changed.metadata.to_dict()) == (2500, {"order_id": "7", "note": "x"})

    client.v1.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.update(intent.id, {"amount": 1})


def test_list_goes_back_in_pages(client):
    made = [client.v1.payment_intents.create({"amount": 100 + n, "currency": "usd"}).id for n in range(5)]

    first = client.v1.payment_intents.list({"limit": 2, "created": {"gte": int(time.time()) - 60}})
    assert ([one.id for one in first.data], first.has_more) == ([made[4], made[3]], True)

    everything = client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()
    assert [one.id for one in everything] == made[::-1]
    assert client.v1.payment_intents.list({"created": {"gt": int(time.time()) + 60}}).data == []


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 100}, "parameter_missing", "currency"),
        ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 0, "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": 100, "currency": "usd", "sum": 1}, "parameter_unknown", "sum"),
        ({"amount": 100, "currency": "usd", "payment_method": "pm_x"}, "resource_missing", "payment_method"),
    ],
)
def test_wrong_parameters_are_named(client, params, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(params)

    assert (refused.value.code, refused.value.param) == (code, param)
    assert client.v1.payment_intents.list().data == []


def test_unknown_intent_is_a_404(client):
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_none'") as refused:
        client.v1.payment_intents.retrieve("pi_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_wrong_key_is_a_401(sandbox):
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided: sk_test_"):
        connect(sandbox.url, api_key="sk_test_other").v1.payment_intents.list()
