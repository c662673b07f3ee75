"""How many statements a cart and a checkout take, BEGIN and COMMIT among them, however much is bought."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.cart import actions as carts
from backend.inventory.models import Stock
from backend.orders import actions as orders
from tests import factories
from tests.cart.lines import put
from tests.catalog.drafting import create, variant

# Without the transactions that pytest wraps around a test, so that BEGIN and COMMIT are counted.
pytestmark = pytest.mark.django_db(transaction=True)
AROUND = 2


@pytest.fixture
def statements():
    """The statements of a call, each by its first word."""

    def count(call, **given):
        with CaptureQueriesContext(connection) as seen:
            call(now=timezone.now(), **given)
        return [query["sql"].split()[0] for query in seen]

    return count


def fill(user, count):
    for _ in range(count):
        put(user, factories.product())


@pytest.mark.parametrize("before", [0, 1, 9])
def test_add_to_cart_takes_five(alice, statements, before):
    fill(alice, before)
    mug = {"product_id": factories.product().pk, "variant_id": None, "quantity": 1}

    for _ in range(2):
        assert len(statements(carts.add_item, user_id=alice.pk, **mug)) == 5 + AROUND


@pytest.mark.parametrize("count", [1, 9])
def test_checkout_takes_ten(alice, statements, count):
    fill(alice, count)
    address = factories.address(alice).pk

    made = statements(orders.place_order, user=alice, shipping_address_id=address, billing_address_id=address)

    told, stock = ["INSERT", "INSERT"], ["WITH", "INSERT"]
    assert made == ["BEGIN", "SELECT", "INSERT", "WITH", *["INSERT"] * 3, *told, *stock, "COMMIT"]
    assert len(made) == 10 + AROUND


@pytest.mark.parametrize(
    ("fields", "is_alert_out", "more"),
    [
        ({"quantity": 1}, True, 6),
        ({"variants": (variant("MUG-S", quantity=1), variant("MUG-M", quantity=1))}, True, 2),
        ({"quantity": 3, "low_stock_threshold": 2}, False, 3),
    ],
    ids=["sold out", "one variant sold out", "low"],
)
def test_a_checkout_after_which_little_is_left_takes_a_few_more(
    alice, statements, fields, is_alert_out, more
):
    mug = create("MUG", **fields)
    put(alice, mug, variant=mug.variants.first())
    Stock.objects.update(low_alerted=is_alert_out)
    address = factories.address(alice).pk

    made = statements(orders.place_order, user=alice, shipping_address_id=address, billing_address_id=address)

    assert len(made) == 10 + AROUND + more
