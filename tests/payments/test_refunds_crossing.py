"""Our refunds crossing those of Stripe's dashboard, lost answers, refusals and the bank's second thoughts."""

from decimal import Decimal

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.orders.models import Order
from backend.payments import actions, gateway, refunds
from backend.payments.models import Payment, Refund
from backend.payments.provider import ProviderRefused, ProviderUnavailable
from tasks import payments as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund(order, paid, staff):
    def ask(amount=None):
        wanted = amount and Decimal(amount)
        return actions.request_refund(
            order_id=order.pk, amount=wanted, actor=staff, reason="", now=timezone.now()
        )

    return ask


def send(row):
    refunds.send_refund(refund_id=row.pk, now=timezone.now())


def books():
    """(status, amount) of every refund, and what the order shows as refunded."""
    rows = Refund.objects.order_by("created_at").values_list("status", "amount")
    return [(status, str(amount)) for status, amount in rows], str(Order.objects.get().refunded_amount)


def test_a_refund_of_the_dashboard_takes_what_ours_had_set_aside(paid, stripe, refund, deliver):
    row = refund("3000.00")
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=300000")
    deliver()

    row.refresh_from_db()
    assert (row.status, "greater than unrefunded amount" in row.failure) == ("failed", True)
    assert books() == ([("failed", "3000.00"), ("succeeded", "3000.00")], "3000.00")
    assert Alert.objects.get().message.endswith("failed. Its customer still waits for the money.")
    assert refund().amount == Decimal("2504.97")


def test_a_refund_of_the_dashboard_beside_ours_is_counted_beside_it(paid, stripe, refund, deliver):
    refund("3000.00")
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=200000")
    deliver()

    assert books() == ([("succeeded", "3000.00"), ("succeeded", "2000.00")], "5000.00")
    assert sorted(stripe.refunds()) == [200000, 300000]
    assert not Alert.objects.exists()


def test_a_refusal_is_believed_only_after_a_look(paid, stripe, refund, monkeypatch):
    row, create = refund(), gateway.create_refund

    def send_and_be_refused(**wish):
        create(**wish)
        raise ProviderRefused("Charge has already been refunded.")

    monkeypatch.setattr(gateway, "create_refund", send_and_be_refused)
    send(row)

    assert books() == ([("succeeded", "5504.97")], "5504.97")
    assert Payment.objects.get().attention is None


def test_a_refund_that_was_taken_for_refused_and_went_is_counted(paid, stripe, refund, monkeypatch):
    row = refund("10.00")
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "create_refund", _refuse)
        send(row)
    gateway.create_refund(intent_id=paid.intent_id, amount=1000, refund_id=row.pk)

    tasks.reconcile()

    assert books() == ([("succeeded", "10.00")], "10.00")
    assert Payment.objects.get().attention is None
    assert not Alert.objects.filter(acknowledged_at=None).exists()


def _refuse(**wish):
    raise ProviderRefused("no")


def test_what_the_bank_returns_is_free_again_and_staff_are_called(order, stripe, refund, deliver):
    stripe.faults.set(refunds="pending")
    refund()
    deliver()
    stripe.sandbox.settle_refund(Refund.objects.get().stripe_id, status="failed")
    deliver()

    assert books() == ([("failed", "5504.97")], "0.00")
    assert Payment.objects.get().attention == "refund_failed"
    assert Alert.objects.get().order_id == order.pk
    assert refund().amount == Decimal("5504.97")


def test_a_refund_that_had_succeeded_may_still_come_back(paid, stripe, refund, settle):
    row = refund()
    settle()
    row.refresh_from_db()
    store = stripe.sandbox.store
    with store.transaction():
        charge = store.all_of("charge")[0] | {"amount_refunded": 0}
        store.save(charge)
        store.save(store.find("refund", row.stripe_id) | {"status": "failed"})

    tasks.reconcile()

    assert books() == ([("failed", "5504.97")], "0.00")
    assert Order.objects.get().payment_status == "completed"


@pytest.mark.parametrize(
    "fault", [{"drop_answer": 2}, {"drop": 2}, {"fail": 2}, {"fail": 1, "fail_status": 429}]
)
def test_whatever_stripe_does_it_goes_once(paid, stripe, refund, fault):
    row = refund("10.00")
    stripe.faults.set(**fault, only="/v1/refunds")
    with pytest.raises(ProviderUnavailable):
        send(row)
    reserved = Refund.objects.get().status

    send(row)
    send(row)

    assert (reserved, stripe.refunds()) == ("pending", [1000])
    assert books() == ([("succeeded", "10.00")], "10.00")


@pytest.mark.parametrize(("amount", "cents"), [("0.01", 1), ("0.29", 29), ("1.10", 110), ("4.35", 435)])
def test_amounts_are_exact_to_the_cent(paid, stripe, refund, settle, amount, cents):
    refund(amount)
    settle()

    assert stripe.refunds() == [cents]
    assert books() == ([("succeeded", amount)], amount)
