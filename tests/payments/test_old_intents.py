"""The intent of a total that has changed since: paid or confirmed, or at the bank, it pays nothing now."""

from dataclasses import replace

import pytest

from backend.payments import gateway
from tests.payments.totals import ask, at_stripe, change, rows

pytestmark = pytest.mark.django_db


def test_the_old_intent_paid_after_the_change_goes_back(as_staff, order, payment, stripe, deliver):
    change()
    stripe.pay(payment)
    stripe.faults.set(refunds="pending")
    deliver()

    (row,) = as_staff.get("staff/payments/?attention=true").json()["results"]
    order.refresh_from_db()
    assert (row["attention"], row["amount"]) == ("wrong_amount", "5504.97")
    assert (order.status, stripe.refunds()) == ("pending", [550497])


def test_the_old_intent_confirmed_after_the_change_is_no_success(as_alice, order, payment, stripe, settle):
    change()
    stripe.pay(payment)

    body = {"order_id": str(order.pk), "payment_intent_id": payment.intent_id}
    answer = as_alice.post("payments/confirm/", body)
    settle()

    order.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_transition")
    assert (order.status, stripe.refunds()) == ("pending", [550497])


def test_paid_before_it_could_be_canceled_the_money_goes_back_before_the_next(
    as_alice, order, payment, stripe, deliver
):
    change()
    stripe.pay(payment)

    refused = ask(as_alice, order)
    deliver()
    accepted = ask(as_alice, order)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_transition")
    assert accepted.status_code == 200
    assert stripe.refunds() == [550497]
    assert rows() == [("5504.97", "refunded"), ("4000.00", "pending")]


def test_while_the_bank_decides_about_the_old_one_no_other_is_opened(
    as_alice, order, payment, stripe, monkeypatch
):
    at_the_bank = replace(gateway.retrieve_intent(payment.intent_id), status="processing")
    monkeypatch.setattr(gateway, "cancel_intent", lambda intent_id: at_the_bank)
    monkeypatch.setattr(gateway, "retrieve_intent", lambda intent_id: at_the_bank)
    change()

    answers = [ask(as_alice, order), ask(as_alice, order)]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(400, "invalid_transition")}
    assert len(stripe.intents()) == 1
    assert rows() == [("5504.97", "processing")]


def test_while_stripe_is_away_the_old_intent_stays(as_alice, order, payment, stripe):
    change()
    stripe.faults.set(fail=2)

    answer = ask(as_alice, order)

    assert (answer.status_code, answer.json()["code"]) == (502, "payment_provider_unavailable")
    assert at_stripe(stripe) == [(550497, "requires_payment_method")]
    assert rows() == [("5504.97", "pending")]
