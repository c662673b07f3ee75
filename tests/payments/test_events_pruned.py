"""Stripe's events are forgotten after 90 days, unless nobody has processed them yet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.payments import inbox
from backend.payments.models import StripeEvent
from tasks import housekeeping

pytestmark = pytest.mark.django_db


def event(number, *, days, is_processed=True):
    at = timezone.now() - timedelta(days=days)
    StripeEvent.objects.create(
        event_id=f"evt_{number}",
        type="x",
        payload={},
        received_at=at,
        processed_at=at if is_processed else None,
    )


def kept():
    return sorted(StripeEvent.objects.values_list("pk", flat=True))


def test_old_events_go_and_those_that_wait_stay():
    event(1, days=91)
    event(2, days=91, is_processed=False)
    event(3, days=89)

    housekeeping.prune()
    housekeeping.prune()

    assert kept() == ["evt_2", "evt_3"]


def test_they_go_in_batches(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(inbox, "BATCH", 2)
    for number in range(5):
        event(number, days=100 - number)
    event(5, days=1)

    with django_assert_num_queries(7):  # three batches of a look and a deletion, and a look that finds none
        assert inbox.prune(now=timezone.now()) == 5

    assert kept() == ["evt_5"]
