"""POST payments/webhook/: stored once, processed by a task that looks at Stripe."""

import pytest

from backend.core.errors import ShopError
from backend.orders.models import Order
from backend.outbox.models import Event, Job
from backend.payments import inbox
from backend.payments.models import Payment, StripeEvent
from tests.payments.conftest import DECLINED, history
from tests.payments.posting import about, event, post, sign

pytestmark = pytest.mark.django_db


def test_a_payment_is_heard_of_without_the_customer(order, payment, stripe, deliver):
    stripe.pay(payment)

    deliver()

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "completed")
    assert [status for status, _ in history(order)] == ["pending", "processing"]
    heard = StripeEvent.objects.get(type="payment_intent.succeeded")
    assert (heard.outcome, heard.error) == ("applied", "")
    assert heard.processed_at is not None


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{", b"{}", b'{"id": 1, "type": "x"}'])
def test_a_body_that_is_no_event_is_refused(as_guest, body):
    signature = sign(body.decode(errors="replace"))

    answer = as_guest.post("payments/webhook/", body, Stripe_Signature=signature)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert not StripeEvent.objects.exists()


def test_what_no_column_can_hold_is_stored_without_it(as_guest):
    about = {"id": "pi_\x00", "object": "payment_intent"}
    answer = post(as_guest, event(about, id="evt_\x00", type="payment_intent.succeeded", note="a\x00b\ud800"))

    assert answer.status_code == 200
    stored = StripeEvent.objects.get()
    assert (stored.event_id, stored.payload["note"]) == ("evt_\ufffd", "a\ufffdb?")
    assert Event.objects.get(event="stripe.event_received").data == {"event_id": "evt_\ufffd"}


def test_an_event_that_comes_twice_is_stored_and_processed_once(as_guest, order, payment, stripe, settle):
    stripe.pay(payment)

    answers = [post(as_guest, about(payment)) for _ in range(2)]
    settle()
    answers.append(post(as_guest, about(payment)))
    settle()

    assert [answer.json() for answer in answers] == [{"status": "success"}] * 3
    assert StripeEvent.objects.count() == 1
    assert len(history(order)) == 2


def test_types_and_versions_that_we_do_not_know_are_stored_and_start_no_task(as_guest):
    answer = post(as_guest, event(type="invoice.paid", api_version="2031-01-01.future"))

    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    stored = StripeEvent.objects.get()
    assert (stored.outcome, stored.processed_at is not None) == ("unhandled", True)
    assert not Event.objects.exists()


def test_an_event_of_a_payment_that_names_none_is_unhandled(as_guest, settle):
    post(as_guest, event(type="payment_intent.succeeded"))
    settle()

    assert StripeEvent.objects.get().outcome == "unhandled"


def test_an_event_about_somebody_elses_payment_is_marked_so(as_guest, stripe, settle):
    other = stripe.call("/v1/payment_intents", "amount=500&currency=usd&metadata[order_id]=7")

    post(as_guest, event(other, type="payment_intent.succeeded"))
    settle()

    assert StripeEvent.objects.values_list("outcome", "error").get() == ("not_ours", "")


def test_a_claim_of_success_is_not_believed(as_guest, order, payment, settle):
    post(as_guest, about(payment))
    settle()

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().status) == ("pending", "pending")


def test_a_declined_card_is_heard_of(order, payment, stripe, deliver):
    stripe.pay(payment, DECLINED)

    deliver()

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("pending", "failed")


@pytest.mark.parametrize("reverse", [False, True])
def test_in_whatever_order_events_come_the_end_is_the_same(order, payment, stripe, deliver, reverse):
    stripe.pay(payment, DECLINED)
    stripe.pay(payment)

    deliver(reverse=reverse)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "completed")
    assert len(history(order)) == 2


def test_a_late_failure_does_not_undo_a_payment(as_guest, order, paid, settle):
    post(as_guest, about(paid, "payment_intent.payment_failed"))
    settle()

    assert Payment.objects.get().status == "completed"
    assert Order.objects.get().status == "processing"


def test_while_stripe_is_away_the_event_waits_with_its_failure(as_guest, order, payment, stripe, settle):
    stripe.pay(payment)
    post(as_guest, about(payment))
    stripe.faults.set(fail=2)
    settle()

    waiting = StripeEvent.objects.get()
    assert (waiting.processed_at, waiting.outcome) == (None, "waiting")
    assert waiting.error == "ProviderUnavailable: The payment provider is unavailable"
    Job.objects.update(due_at=waiting.received_at)
    settle()

    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.error) == ("applied", "")
    assert Order.objects.get().status == "processing"


def test_a_failure_is_raised_for_the_job_to_see(as_guest, payment, stripe):
    post(as_guest, about(payment))
    stripe.faults.set(fail=2)

    with pytest.raises(ShopError):
        inbox.process(event_id="evt_1", now=StripeEvent.objects.get().received_at)


def test_a_refund_made_in_the_dashboard_is_taken_over(order, paid, stripe, deliver):
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=1000")
    deliver()
    order.refresh_from_db()
    part = (order.payment_status, str(order.refunded_amount))
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}")
    deliver()

    order.refresh_from_db()
    assert part == ("partially_refunded", "10.00")
    assert (order.payment_status, str(order.refunded_amount)) == ("refunded", "5504.97")
    assert sorted(paid.refunds.values_list("reason", "status")) == [("Made at Stripe", "succeeded")] * 2
