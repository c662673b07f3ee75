"""Refunds of the sandbox, through Stripe's own SDK."""

import pytest
import stripe


def refunded(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> tuple[int, bool]:
    charge = client.v1.charges.retrieve(intent.latest_charge)
    return charge.amount_refunded, charge.refunded


def test_whole_refund(client, paid):
    refund = client.v1.refunds.create({"payment_intent": paid.id, "metadata": {"order_id": "7"}})

    assert (refund.amount, refund.status, refund.charge) == (2000, "succeeded", paid.latest_charge)
    assert refund.metadata.to_dict() == {"order_id": "7"}
    assert refunded(client, paid) == (2000, True)
    assert client.v1.refunds.retrieve(refund.id) == refund


def test_parts_add_up(client, paid):
    for amount in (500, 700):
        client.v1.refunds.create({"charge": paid.latest_charge, "amount": amount})

    assert refunded(client, paid) == (1200, False)
    assert [one.amount for one in client.v1.refunds.list({"payment_intent": paid.id})] == [700, 500]


def test_more_than_remains_is_refused(client, paid):
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 1500})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount") as refused:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 501})

    assert refused.value.param == "amount"
    assert refunded(client, paid) == (1500, False)


def test_refunded_charge_is_not_refunded_again(client, paid):
    client.v1.refunds.create({"payment_intent": paid.id})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id})

    assert refused.value.code == "charge_already_refunded"
    assert len(client.v1.refunds.list().data) == 1


def test_unpaid_intent_has_nothing_to_refund(client, intent):
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_refund_that_fails_leaves_the_money_where_it_is(sandbox, client, paid):
    sandbox.faults.set(refunds="fail")

    refund = client.v1.refunds.create({"payment_intent": paid.id})

    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    assert refunded(client, paid) == (0, False)


@pytest.mark.parametrize(("outcome", "left"), [("succeeded", (2000, True)), ("failed", (0, False))])
def test_pending_refund_is_settled_later(sandbox, client, paid, outcome, left):
    sandbox.faults.set(refunds="pending")
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    assert (refund.status, refunded(client, paid)) == ("pending", (2000, True))

    sandbox.settle_refund(refund.id, status=outcome)

    assert (client.v1.refunds.retrieve(refund.id).status, refunded(client, paid)) == (outcome, left)
