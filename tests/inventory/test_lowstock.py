"""Staff hear of a low SKU once, until it was restocked (contract 7)."""

from uuid import uuid4

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.inventory import actions
from backend.inventory.models import Stock
from backend.outbox.models import FeedEntry
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def hold(number):
    actions.hold(units={"A": number}, order_id=uuid4(), actor_id=None, now=NOW)


def release(number):
    actions.release(units={"A": number}, order_id=uuid4(), actor_id=None, now=NOW)


def adjust(delta):
    actions.adjust(sku="A", delta=delta, note="x", actor_id=None, now=NOW)


def alerts():
    return Alert.objects.filter(kind="low_stock", sku="A").count()


def test_the_crossing_raises_one_alert():
    factories.stock(sku="A", product="a", on_hand=12, threshold=10)

    hold(1)
    assert alerts() == 0
    hold(1)
    hold(1)

    assert alerts() == 1
    assert FeedEntry.objects.get(topic="staff:alerts").event == "stock.low"


def test_going_up_and_down_without_a_restock_stays_quiet():
    factories.stock(sku="A", product="a", on_hand=11, threshold=10)

    for _ in range(3):
        hold(1)
        release(1)

    assert alerts() == 1


def test_after_a_restock_above_the_threshold_it_is_raised_again():
    factories.stock(sku="A", product="a", on_hand=11, threshold=10)
    hold(1)
    adjust(5)
    hold(5)

    assert alerts() == 2


def test_a_restock_that_stays_low_arms_nothing():
    factories.stock(sku="A", product="a", on_hand=11, threshold=10)
    hold(5)
    adjust(1)
    hold(1)

    assert alerts() == 1


def test_a_sku_that_was_opened_low_did_not_cross():
    factories.stock(sku="A", product="a", on_hand=5, threshold=10)

    hold(1)

    assert alerts() == 0


def test_without_a_threshold_of_its_own_the_shops_counts(settings):
    settings.LOW_STOCK_THRESHOLD = 3
    factories.stock(sku="A", product="a", on_hand=4)
    Stock.objects.update(threshold=None)

    hold(1)

    assert alerts() == 1
