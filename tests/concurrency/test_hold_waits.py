"""Who waits for a SKU is judged by what is left when it is free, not by what was left before."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.core.errors import ShopError
from backend.inventory import actions as inventory
from tests import factories
from tests.concurrency.buyers import books
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def move(action, **units):
    action(units=units, order_id=uuid4(), actor_id=None, now=timezone.now())


def while_waiting(first, second):
    """What `second` raised: it begins while `first` is done and not committed yet, and waits for that."""
    outcomes = []

    def wait_and_act():
        try:
            second()
        except ShopError as refusal:
            outcomes.append(refusal.details)
        finally:
            connection.close()

    other = threading.Thread(target=wait_and_act)
    with transaction.atomic():
        first()
        other.start()
        wait_until_waiting()
    other.join(PATIENCE)
    return outcomes


def test_a_unit_given_back_goes_to_who_waits_for_it():
    for sku in ("BEFORE", "LAST", "NEXT"):
        factories.product(sku=sku, quantity=1)
    move(inventory.hold, LAST=1)
    all_three = {"BEFORE": 1, "LAST": 1, "NEXT": 1}

    refused = while_waiting(
        lambda: move(inventory.release, LAST=1), lambda: move(inventory.hold, **all_three)
    )

    assert refused == []
    for sku in all_three:
        assert books(sku) == ({"on_hand": 1, "held": 1}, {"on_hand": 1, "held": 1})


def test_a_unit_taken_is_not_there_for_who_waits_for_it():
    factories.product(sku="LAST", quantity=2)

    refused = while_waiting(lambda: move(inventory.hold, LAST=1), lambda: move(inventory.hold, LAST=2))

    assert refused == [{"sku": "LAST", "requested": 2, "available": 1}]
    assert books("LAST") == ({"on_hand": 2, "held": 1}, {"on_hand": 2, "held": 1})
