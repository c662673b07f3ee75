"""Whatever many do at once: what is kept beside the rows agrees with them, and each change is told once."""

from itertools import groupby

import pytest
from django.db import transaction

from backend.cart.models import Cart
from backend.catalog import representations, shelving
from backend.catalog.models import Product, Representation
from backend.inventory.models import Stock
from backend.orders.models import Order
from backend.outbox.models import Event
from backend.shelf.models import Place
from tests.concurrency.buyers import mismatches
from tests.concurrency.crowd import Crowd

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def kept():
    """What is kept of products beside their rows."""
    return [list(model.objects.order_by("pk").values()) for model in (Place, Representation)]


def made_anew():
    ids = list(Product.objects.values_list("pk", flat=True))
    with transaction.atomic():
        shelving.refresh(ids)
        representations.refresh(ids)
    return kept()


def told():
    """The versions of each topic, in the order in which the relay tells them."""
    events = Event.objects.exclude(topic="internal").order_by("topic", "id").values_list("topic", "version")
    return {topic: [version for _, version in some] for topic, some in groupby(events, lambda one: one[0])}


def counted():
    """What should be told: every version of a row up to the one that it has. Carts begin silently."""
    wanted = {f"cart:{cart.pk}": range(2, cart.version + 1) for cart in Cart.objects.all()}
    wanted |= {f"order:{order.pk}": range(1, order.version + 1) for order in Order.objects.all()}
    wanted |= {f"stock:{stock.sku}": range(1, stock.version + 1) for stock in Stock.objects.all()}
    return {topic: list(versions) for topic, versions in wanted.items() if versions}


@pytest.mark.parametrize("seed", range(2))
def test_a_crowd_leaves_a_shop_that_adds_up(seed):
    crowd = Crowd()

    crowd.at_once(seed=seed, threads=6, deeds=50)

    assert mismatches() == []
    assert told() == counted()
    assert kept() == made_anew()
    assert {"add done", "check_out done", "cancel done", "adjust done"} <= set(crowd.became)
