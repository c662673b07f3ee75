"""A cart's lines say what they buy, at today's price, and whether it can still be bought."""

from decimal import Decimal

import pytest
from django.utils import timezone

from backend.cart import lines
from backend.cart import queries as carts
from backend.catalog.models import Product, Variant
from backend.catalog.sellable import sellable
from backend.core import roundtrips
from backend.core.errors import ShopError
from tests import factories
from tests.cart.lines import put

pytestmark = pytest.mark.django_db


def is_sold(line):
    try:
        item = sellable(product_id=line.product_id, variant_id=line.variant_id)
    except ShopError:
        return False
    return (item.sku, item.price) == (line.sku, line.price)


@pytest.fixture
def cart(alice):
    """Of a lamp, an oak desk, an ash desk at its own price, and a mug; by SKU."""
    desk = factories.product(sku="DESK", price="90.00")
    variants = [
        factories.variant(desk, sku="OAK", quantity=2),
        factories.variant(desk, sku="ASH", price="99.00"),
    ]
    put(alice, factories.product(sku="LAMP"), quantity=3)
    put(alice, factories.product(sku="MUG"))
    for variant in variants:
        put(alice, desk, variant=variant)
    return carts.cart_of(user_id=alice.pk, now=timezone.now()).pk


def by_sku(cart):
    return {line.sku: line for line in lines.of([cart])}


def test_all_are_read_by_one_query(cart, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = by_sku(cart)

    assert {
        sku: (line.price, line.subtotal, line.variant_name, line.is_sold) for sku, line in found.items()
    } == {
        "LAMP": (Decimal("10.00"), Decimal("30.00"), None, True),
        "MUG": (Decimal("10.00"), Decimal("10.00"), None, True),
        "OAK": (Decimal("90.00"), Decimal("90.00"), "Oak", True),
        "ASH": (Decimal("99.00"), Decimal("99.00"), "Ash", True),
    }


def test_what_is_sold_is_what_could_be_put_in_now(cart):
    Product.objects.filter(sku="LAMP").update(is_active=False)
    Variant.objects.filter(sku="OAK").update(is_active=False)
    factories.variant(Product.objects.get(sku="MUG"), sku="MUG-XL")

    found = by_sku(cart)

    assert {sku for sku, line in found.items() if line.is_sold} == {"ASH"}
    assert [line.is_sold for line in found.values()] == [is_sold(line) for line in found.values()]


def take_out(user):
    [answer] = roundtrips.ask(lines.taking_out(user.pk))
    return lines.read(answer)


def test_what_is_taken_out_is_what_was_in(alice, cart):
    before = lines.of([cart])

    assert take_out(alice) == before
    assert (take_out(alice), lines.of([cart])) == ([], [])
