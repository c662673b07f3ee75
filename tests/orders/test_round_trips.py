"""How many round trips a cart and a checkout take, however much is bought. BEGIN and COMMIT take none."""

import pytest
from django.utils import timezone

from backend.cart import actions as carts
from backend.inventory.models import Stock
from backend.orders import actions as orders
from tests import factories, trips
from tests.cart.lines import put
from tests.catalog.drafting import create, variant

# Without the transactions that pytest wraps around a test, so that BEGIN and COMMIT are counted.
pytestmark = pytest.mark.django_db(transaction=True)


def trips_of(call, **given):
    with trips.seen() as made:
        call(now=timezone.now(), **given)
    return made


def fill(user, count):
    for _ in range(count):
        put(user, factories.product())


@pytest.mark.parametrize("before", [0, 1, 9])
def test_add_to_cart_takes_two(alice, before):
    fill(alice, before)
    mug = {"product_id": factories.product().pk, "variant_id": None, "quantity": 1}

    for _ in range(2):
        assert len(trips_of(carts.add_item, user_id=alice.pk, **mug)) == 2


@pytest.mark.parametrize("count", [1, 9])
def test_checkout_takes_five(alice, count):
    fill(alice, count)
    address = factories.address(alice).pk

    made = trips_of(orders.place_order, user=alice, shipping_address_id=address, billing_address_id=address)

    cart, parts, told = "INSERT WITH", "INSERT INSERT", "INSERT INSERT"
    assert made == ["BEGIN SELECT", cart, "INSERT", f"{parts} {told} WITH", "INSERT COMMIT"]


@pytest.mark.parametrize(
    ("fields", "is_alert_out", "more"),
    [
        ({"quantity": 1}, True, 7),
        ({"variants": (variant("MUG-S", quantity=1), variant("MUG-M", quantity=1))}, True, 3),
        ({"quantity": 3, "low_stock_threshold": 2}, False, 2),
    ],
    ids=["sold out", "one variant sold out", "low"],
)
def test_a_checkout_after_which_little_is_left_takes_a_few_more(alice, fields, is_alert_out, more):
    mug = create("MUG", **fields)
    put(alice, mug, variant=mug.variants.first())
    Stock.objects.update(low_alerted=is_alert_out)
    address = factories.address(alice).pk

    made = trips_of(orders.place_order, user=alice, shipping_address_id=address, billing_address_id=address)

    assert len(made) == 5 + more
