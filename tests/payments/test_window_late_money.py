"""Money that is late: at the bank when the payment window ends, or come after it."""

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.devstack.stripe_sandbox import payment_intents
from backend.orders import actions as orders
from backend.payments.models import Payment
from tasks import payments as tasks
from tests.payments.conftest import history
from tests.payments.test_window import EXPIRED, end_in, status, units

pytestmark = pytest.mark.django_db


class Bank:
    """Takes its time over the payment."""

    def __init__(self, stripe, payment):
        self.sandbox, self.payment = stripe.sandbox, payment

    def begin(self):
        self._change("payment_intent.processing", status="processing")

    def accept(self):
        call = self.sandbox.api.call(params={})
        with self.sandbox.store.transaction():
            payment_intents._succeed(call, self._intent(), "pm_card_visa")

    def refuse(self):
        problem = {"code": "payment_intent_payment_attempt_failed"}
        self._change(
            "payment_intent.payment_failed", status="requires_payment_method", last_payment_error=problem
        )

    def _change(self, event, **changes):
        with self.sandbox.store.transaction():
            self.sandbox.api.call(params={}).save({**self._intent(), **changes}, event)

    def _intent(self):
        return self.sandbox.store.find("payment_intent", self.payment.intent_id)


@pytest.fixture
def bank(stripe, payment):
    return Bank(stripe, payment)


def pay_unasked(stripe, order):
    """Money for the order under an intent that was not ours to cancel."""
    form = "amount=550497&currency=usd&payment_method=pm_card_visa&confirm=true"
    stripe.call("/v1/payment_intents", f"{form}&metadata[order_id]={order.pk}")


def on_the_list(as_staff):
    """What staff see open: the alerts' orders, and the payments' reasons."""
    alerts = as_staff.get("staff/alerts/?open=true&kind=payment_attention").json()["results"]
    rows = as_staff.get("staff/payments/?attention=true").json()["results"]
    return [alert["order"] for alert in alerts], [row["attention"] for row in rows]


@pytest.mark.parametrize("is_heard", [True, False])
def test_money_after_the_end_is_on_the_staffs_list_until_it_is_back(
    as_staff, order, payment, stripe, deliver, is_heard
):
    end_in(0)
    tasks.expire_orders()
    deliver()
    stripe.faults.set(refunds="pending", webhook_drop=0 if is_heard else 99)
    pay_unasked(stripe, order)
    deliver()
    if not is_heard:
        tasks.reconcile()
        deliver()

    assert on_the_list(as_staff) == ([str(order.pk)], ["order_cancelled"])
    (refund,) = stripe.sandbox.store.all_of("refund")
    stripe.sandbox.settle_refund(refund["id"], status="succeeded")
    deliver() if is_heard else tasks.reconcile()

    assert on_the_list(as_staff) == ([], [])
    assert Alert.objects.values_list("acknowledged_by", flat=True).get() is None
    assert (history(order)[1:], stripe.refunds()) == ([EXPIRED], [550497])


@pytest.mark.parametrize("is_heard", [True, False])
def test_money_at_the_bank_at_the_end_keeps_its_order_and_is_taken(
    order, payment, bank, stripe, deliver, is_heard
):
    bank.begin()
    if is_heard:
        deliver()
    end_in(-60)
    tasks.expire_orders()
    tasks.expire_orders()
    waiting = (status(order), Payment.objects.get().status, units())

    bank.accept()
    deliver()

    assert waiting == ("pending", "processing", ((5, 2), 0))
    assert (status(order), Payment.objects.get().status, units()) == ("processing", "completed", ((3, 0), 0))
    assert stripe.refunds() == []


def test_money_that_the_bank_refuses_after_the_end_ends_the_order_once(order, payment, bank, deliver):
    bank.begin()
    deliver()
    end_in(-60)
    tasks.expire_orders()
    bank.refuse()
    deliver()
    refused = (status(order), Payment.objects.get().status)

    tasks.expire_orders()
    tasks.expire_orders()
    deliver()

    assert refused == ("pending", "failed")
    assert (status(order), Payment.objects.get().status, units()) == ("cancelled", "cancelled", ((5, 0), 1))
    assert history(order)[1:] == [EXPIRED]


@pytest.mark.parametrize(("answer", "back"), [("accept", [550497]), ("refuse", [])])
def test_an_order_cancelled_while_its_money_is_at_the_bank_keeps_none(
    order, payment, bank, alice, stripe, deliver, answer, back
):
    bank.begin()
    deliver()
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
    deliver()

    getattr(bank, answer)()
    deliver()
    tasks.reconcile()

    assert stripe.refunds() == back
    assert (status(order), units()) == ("cancelled", ((5, 0), 1))
    assert Payment.objects.get().status == ("refunded" if back else "cancelled")
    assert not Alert.objects.filter(acknowledged_at=None).exists()
