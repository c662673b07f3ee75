"""Events that nothing could be made of yet, or whose job was forgotten, are found again."""

import pytest
from django.core import mail
from django.utils import timezone

from backend.devstack.stripe_sandbox import errors
from backend.outbox.models import Event
from backend.payments import gateway, inbox
from backend.payments.models import Payment, StripeEvent
from tasks import payments as tasks
from tests.payments.conftest import DECLINED, history
from tests.payments.hearing import PAID, hear

pytestmark = pytest.mark.django_db


def test_an_event_of_a_payment_whose_intent_is_not_answered_yet_pays_its_order(
    as_alice, order, stripe, settle, monkeypatch
):
    create = gateway.create_intent

    def pay_before_the_answer(**asked):
        intent = create(**asked)
        stripe.sandbox.pay(intent.id)
        hear(*stripe.sandbox.take_webhooks())
        return intent

    monkeypatch.setattr(gateway, "create_intent", pay_before_the_answer)
    answer = as_alice.post("payments/create-intent/", {"order_id": str(order.pk)})
    settle()

    assert (answer.status_code, answer.json()["details"]) == (400, {"status": "processing"})
    assert Payment.objects.values_list("status", "is_taken", "number").get() == ("completed", True, 1)
    assert (history(order), stripe.refunds()) == (PAID, [])
    assert [one.subject for one in mail.outbox] == [f"Order {order.order_number}: thank you, it is paid"]


def test_a_decline_heard_of_before_the_intent_is_answered_is_found_again(
    as_alice, order, stripe, monkeypatch
):
    create = gateway.create_intent

    def decline_before_the_answer(**asked):
        intent = create(**asked)
        with pytest.raises(errors.Refused):
            stripe.sandbox.pay(intent.id, payment_method=DECLINED)
        hear(*stripe.sandbox.take_webhooks())
        return intent

    monkeypatch.setattr(gateway, "create_intent", decline_before_the_answer)
    answer = as_alice.post("payments/create-intent/", {"order_id": str(order.pk)})
    heard = StripeEvent.objects.get(type="payment_intent.payment_failed").outcome
    tasks.reconcile()

    assert (answer.status_code, heard) == (200, "not_ours")
    assert Payment.objects.get().status == "failed"


def test_an_event_that_every_job_forgot_is_found_by_the_sweep(order, payment, stripe, settle):
    stripe.pay(payment)
    earlier = timezone.now() - inbox.SWEPT_AFTER
    for hook in stripe.sandbox.take_webhooks():
        inbox.receive(payload=hook.body, signature=hook.signature, now=earlier)
    Event.objects.all().delete()

    tasks.reconcile()

    assert not StripeEvent.objects.filter(processed_at=None).exists()
    assert history(order) == PAID
