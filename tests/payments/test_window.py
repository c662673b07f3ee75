"""The payment window: what the customer is told of it, and that it ends once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.core import clock
from backend.inventory.models import LedgerEntry, Stock
from backend.orders.models import Order
from backend.outbox.models import Event, FeedEntry
from backend.payments.models import Payment
from tasks import housekeeping
from tasks import payments as tasks
from tests import factories
from tests.payments.conftest import history, place

pytestmark = pytest.mark.django_db
EXPIRED = ("cancelled", "Payment window expired")


def end_in(seconds):
    Order.objects.update(expires_at=timezone.now() + timedelta(seconds=seconds))


def told(order):
    """The order's frames: (event, expires_at), in order."""
    found = Event.objects.filter(topic=f"order:{order.pk}").order_by("version")
    return [(one.event, one.data["expires_at"]) for one in found]


def status(order):
    order.refresh_from_db()
    return order.status


def units():
    """What is left of the five mugs, and how often two of them came back."""
    row = Stock.objects.values_list("on_hand", "held").get(sku="MUG")
    return row, LedgerEntry.objects.filter(reason="release").count()


def test_while_the_order_waits_its_frames_carry_the_end_of_the_window(order, payment, stripe):
    end_in(110)
    housekeeping.tell_expiring()
    housekeeping.tell_expiring()
    soon = clock.text(Order.objects.get().expires_at)
    end_in(0)
    tasks.expire_orders()
    tasks.expire_orders()

    at_first, now = clock.text(order.expires_at), clock.text(Order.objects.get().expires_at)
    assert told(order) == [
        ("order.created", at_first),
        ("order.payment", at_first),
        ("order.expiring", soon),
        ("order.payment", now),
        ("order.cancelled", None),
    ]
    last = Event.objects.get(event="order.cancelled").data
    assert (last["status_history"][-1]["note"], last["payment"]["status"]) == (EXPIRED[1], "cancelled")
    feed = FeedEntry.objects.filter(topic=f"orders:{order.user_id}").order_by("id")
    assert list(feed.values_list("event", flat=True)) == [
        "order.created",
        "order.expiring",
        "order.cancelled",
    ]


def test_rest_shows_the_end_while_the_order_waits_and_null_after(as_alice, order, payment, stripe, deliver):
    waiting = as_alice.get(f"orders/{order.pk}/").json()["expires_at"]
    stripe.pay(payment)
    deliver()

    assert waiting == clock.text(order.expires_at)
    assert as_alice.get(f"orders/{order.pk}/").json()["expires_at"] is None


@pytest.mark.parametrize("seconds", [-1, 130])
def test_before_and_after_the_last_two_minutes_nothing_is_said_of_them(order, seconds):
    end_in(seconds)

    housekeeping.tell_expiring()

    assert told(order)[1:] == []
    assert Order.objects.get().version == 1


def test_a_window_that_ended_while_beat_was_away_is_told_by_its_end_alone(order, payment, stripe):
    end_in(-600)

    housekeeping.tell_expiring()
    tasks.expire_orders()

    assert [event for event, _ in told(order)] == [
        "order.created",
        "order.payment",
        "order.payment",
        "order.cancelled",
    ]


def test_after_the_end_no_intent_is_opened_before_the_sweep_or_after(as_alice, order, stripe):
    end_in(0)
    answers = [as_alice.post("payments/create-intent/", {"order_id": str(order.pk)})]
    tasks.expire_orders()
    answers.append(as_alice.post("payments/create-intent/", {"order_id": str(order.pk)}))

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(400, "invalid_transition")] * 2
    assert (stripe.intents(), Payment.objects.count()) == ([], 0)


def test_a_cancellation_whose_answer_was_lost_ends_the_order_at_the_next_sweep(order, payment, stripe):
    end_in(0)
    stripe.faults.set(drop_answer=2)
    tasks.expire_orders()
    first = (status(order), stripe.intent(payment)["status"])

    tasks.expire_orders()

    assert first == ("pending", "canceled")
    assert (status(order), history(order)[1:], units()) == ("cancelled", [EXPIRED], ((5, 0), 1))


def test_while_stripe_is_silent_orders_without_an_intent_end_all_the_same(
    order, payment, bob, stripe, monkeypatch
):
    other = place(bob, factories.product(sku="CUP", quantity=2))
    end_in(0)
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    stripe.faults.set(fail=99)
    monkeypatch.setattr(
        tasks, "AWAY_AFTER_SECONDS", 0
    )  # the first that Stripe does not answer ends the sweep

    tasks.expire_orders()

    assert (status(order), status(other)) == ("pending", "cancelled")
