"""Stripe's books against ours: what can't be repaired is told to staff once, and settled when it is gone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.alerts.models import Alert
from backend.devstack.stripe_sandbox import objects
from backend.orders.models import Order
from backend.payments import actions, gateway, reconciling
from backend.payments.models import Discrepancy, Payment, Refund
from tasks import payments as tasks

pytestmark = pytest.mark.django_db


def alter(stripe, id, **changes):
    """Change an object at Stripe behind the shop's back; no webhook tells of it."""
    store = stripe.sandbox.store
    with store.transaction():
        store.save(store.find_any(id) | changes)


def forget(stripe, id):
    with stripe.sandbox.store.transaction():
        stripe.sandbox.store._connection.execute("DELETE FROM objects WHERE id = ?", (id,))


def take_money(stripe, metadata):
    """A payment that the shop did not open; its id."""
    form = "amount=4200&currency=usd&payment_method=pm_card_visa&confirm=true"
    return stripe.call("/v1/payment_intents", f"{form}&{metadata}")["id"]


def told():
    """(message, order, whether it is open) of each alert, the oldest first."""
    rows = Alert.objects.order_by("created_at").values_list("message", "order_id", "acknowledged_at")
    return [(message, order_id, closed_at is None) for message, order_id, closed_at in rows]


@pytest.fixture
def refunded(order, paid, staff, settle):
    """The payment, ten of it refunded."""
    actions.request_refund(
        order_id=order.pk, amount=Decimal("10.00"), actor=staff, reason="", now=timezone.now()
    )
    settle()
    Alert.objects.all().delete()
    return Refund.objects.get()


def test_a_lost_refund_of_an_old_payment_is_found_by_stripes_list_of_refunds(order, paid, stripe):
    long_ago = timezone.now() - timedelta(days=60)
    Payment.objects.update(created_at=long_ago)
    alter(stripe, paid.intent_id, created=int(long_ago.timestamp()))
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=1000")

    tasks.reconcile()

    order.refresh_from_db()
    assert (order.payment_status, str(order.refunded_amount)) == ("partially_refunded", "10.00")
    assert told() == []


def test_a_refund_that_the_bank_returned_days_later_is_found(order, refunded, stripe):
    long_ago = timezone.now() - timedelta(days=60)
    Payment.objects.update(created_at=long_ago)
    alter(stripe, refunded.payment.intent_id, created=int(long_ago.timestamp()))
    alter(stripe, refunded.stripe_id, status="failed", failure_reason="lost_or_stolen_card")

    tasks.reconcile()

    refunded.refresh_from_db()
    assert (refunded.status, refunded.failure) == ("failed", "lost_or_stolen_card")
    assert Order.objects.get().payment_status == "completed"
    assert Payment.objects.get().attention == "refund_failed"


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ("metadata[order_id]=11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"),
        ("metadata[order_number]=ORD-20260101-ABCDEF", "ORD-20260101-ABCDEF"),
    ],
)
def test_money_for_an_order_that_is_not_ours_is_told_once(db, stripe, metadata, named):
    intent_id = take_money(stripe, metadata)

    tasks.reconcile()
    tasks.reconcile()

    story = f"Payment {intent_id}: 42.00 usd came in for order {named}, which is not in our books."
    assert told() == [(story, None, True)]


def test_when_that_money_is_back_the_alert_is_settled(db, stripe):
    intent_id = take_money(stripe, "metadata[order_number]=ORD-20260101-ABCDEF")
    tasks.reconcile()
    stripe.call("/v1/refunds", f"payment_intent={intent_id}")

    tasks.reconcile()

    assert [is_open for _, _, is_open in told()] == [False]
    assert Discrepancy.objects.get().settled_at is not None


@pytest.mark.parametrize("metadata", ["metadata[site]=blog", "metadata[order_id]=1234"])
def test_payments_of_other_programs_are_none_of_our_business(db, stripe, metadata, monkeypatch):
    take_money(stripe, metadata)
    monkeypatch.setattr(gateway, "retrieve_intent", lambda intent_id: pytest.fail("asked for"))

    tasks.reconcile()

    assert told() == []
    assert not Payment.objects.exists()


def test_paid_in_our_books_and_not_at_stripe(order, paid, stripe):
    alter(stripe, paid.intent_id, status="requires_payment_method", amount_received=0)

    tasks.reconcile()
    tasks.reconcile()
    first = told()
    alter(stripe, paid.intent_id, status="succeeded", amount_received=550497)
    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is paid in our books, but at Stripe it is requires_payment_method."
    assert first == [(story, order.pk, True)]
    assert told() == [(story, order.pk, False)]


def test_paid_in_our_books_and_unknown_to_stripe(order, paid, stripe):
    forget(stripe, paid.intent_id)

    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is paid in our books, but Stripe does not know it."
    assert told() == [(story, order.pk, True)]
    assert Payment.objects.get().status == "completed"


def test_another_amount_at_stripe(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)

    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is 5504.97 usd in our books, but 5504.00 usd at Stripe."
    assert told() == [(story, order.pk, True)]


def test_a_refund_in_our_books_that_stripe_does_not_have(order, refunded, stripe):
    forget(stripe, refunded.stripe_id)

    tasks.reconcile()

    story = f"Its refund {refunded.stripe_id} of 10.00 is in our books, but Stripe does not know it."
    assert told() == [(f"Payment {refunded.payment.intent_id}: {story}", order.pk, True)]


def test_a_refund_of_another_amount_at_stripe(order, refunded, stripe):
    alter(stripe, refunded.stripe_id, amount=900)

    tasks.reconcile()

    story = f"Its refund {refunded.stripe_id} of 10.00 is 9.00 at Stripe."
    assert told() == [(f"Payment {refunded.payment.intent_id}: {story}", order.pk, True)]


def test_what_staff_have_acknowledged_is_not_told_again(as_staff, order, paid, stripe):
    forget(stripe, paid.intent_id)
    tasks.reconcile()
    [row] = as_staff.get("staff/alerts/?kind=payment_attention&open=true").json()["results"]

    as_staff.post(f"staff/alerts/{row['id']}/acknowledge/")
    tasks.reconcile()

    assert row["order"] == str(order.pk)
    assert paid.intent_id in row["message"]
    assert Alert.objects.count() == 1


def test_another_difference_of_the_same_payment_is_told(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)
    tasks.reconcile()
    forget(stripe, paid.intent_id)

    tasks.reconcile()

    assert [is_open for _, _, is_open in told()] == [False, True]


def test_what_moves_while_it_is_compared_is_left_to_the_next_run(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)
    Payment.objects.update(updated_at=timezone.now() + timedelta(seconds=5))

    tasks.reconcile()

    assert told() == []


def test_a_refund_at_the_bank_is_no_difference(order, paid, staff, stripe, settle, monkeypatch):
    stripe.faults.set(refunds="pending")
    actions.request_refund(order_id=order.pk, amount=None, actor=staff, reason="", now=timezone.now())
    settle()
    monkeypatch.setattr(reconciling, "examine", lambda **_: pytest.fail("examined"))

    tasks.reconcile()

    assert (told(), Refund.objects.get().status) == ([], "pending")


def test_one_payment_that_stripe_can_not_show_stops_no_other(order, paid, stripe):
    broken = take_money(stripe, "metadata[order_number]=ORD-20260101-ABCDEF")
    forget(stripe, paid.intent_id)
    stripe.faults.set(fail=99, only=f"/v1/payment_intents/{broken}")

    tasks.reconcile()

    assert [order_id for _, order_id, _ in told()] == [order.pk]


def test_an_outage_in_the_middle_ends_the_run_and_the_next_goes_on(order, paid, stripe, caplog):
    forget(stripe, paid.intent_id)
    stripe.faults.set(fail=2, only="/v1/refunds")
    tasks.reconcile()
    first = (len(told()), [record.message for record in caplog.records])
    stripe.call("/v1/refunds", f"payment_intent={take_money(stripe, 'metadata[order_number]=X')}&amount=1")

    tasks.reconcile()

    assert first == (1, ["payment sweep stopped: The payment provider is unavailable"])
    assert len(told()) == 2


def test_a_run_that_takes_too_long_ends_cleanly(db, stripe, monkeypatch, caplog):
    def take_too_long(since):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(gateway, "list_intents", take_too_long)

    tasks.reconcile()

    assert [record.message for record in caplog.records] == [
        "payment sweeps ran out of time; the next run goes on"
    ]


def test_a_wrong_key_is_told_once_and_settled_by_the_right_one(db, stripe, settings, caplog):
    right, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, "sk_test_wrong"
    tasks.reconcile()
    tasks.reconcile()
    first = told()
    settings.STRIPE_SECRET_KEY = right
    tasks.reconcile()

    story = "Stripe refuses our API key: no order can be paid or refunded. See STRIPE_SECRET_KEY."
    assert first == [(story, None, True)]
    assert told() == [(story, None, False)]
    assert "Stripe refuses our key: see STRIPE_SECRET_KEY" in {record.message for record in caplog.records}


def fill(stripe, order, *, pages):
    """So many more full pages of paid intents at Stripe, two in three of them another program's."""
    now, first = timezone.now(), order.payments.count()
    intents = [objects.payment_intent(amount=100, currency="usd") for _ in range(pages * gateway.PAGE)]
    with stripe.sandbox.store.transaction():
        for intent in intents:
            stripe.sandbox.store.save(intent | {"status": "succeeded", "amount_received": 100})
    row = {"order": order, "amount": 1, "currency": "usd", "status": "completed"}
    Payment.objects.bulk_create(
        Payment(number=first + place, intent_id=intent["id"], created_at=now, updated_at=now, **row)
        for place, intent in enumerate(intents[::3], start=1)
    )


def test_a_page_of_stripes_list_costs_one_query(order, stripe):
    counts = []
    for more in (1, 19):
        fill(stripe, order, pages=more)
        with CaptureQueriesContext(connection) as captured:
            tasks.reconcile()
        counts.append(len(captured))

    assert counts[1] - counts[0] == 19
    assert told() == []
