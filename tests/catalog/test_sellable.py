"""What a cart line buys, at which price, and what it can't buy."""

from decimal import Decimal
from uuid import uuid4

import pytest

from backend.catalog.models import Product, Variant
from backend.catalog.sellable import Sellable, sellable
from backend.core.errors import Invalid, Missing
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    return create(track_inventory=False)


@pytest.fixture
def desk():
    return create(
        "DESK", variants=(variant("D-1", name="Oak"), variant("D-2", name="Ash", price=Decimal("12.00")))
    )


def test_a_product_without_variants_is_sold_itself(lamp):
    assert sellable(product_id=lamp.pk, variant_id=None) == Sellable(
        product_id=lamp.pk,
        product_name="Lamp",
        product_slug="lamp",
        variant_id=None,
        variant_name=None,
        sku="LAMP",
        price=Decimal("10.00"),
        is_tracked=False,
        available=0,
    )


def test_a_variant_is_sold_at_its_price_or_the_products(desk):
    oak, ash = Variant.objects.order_by("sku")

    sold = [sellable(product_id=desk.pk, variant_id=row.pk) for row in (oak, ash)]

    assert [(item.sku, item.variant_name, item.price) for item in sold] == [
        ("D-1", "Oak", Decimal("10.00")),
        ("D-2", "Ash", Decimal("12.00")),
    ]


def test_a_variant_must_be_named(desk):
    with pytest.raises(Invalid) as refused:
        sellable(product_id=desk.pk, variant_id=None)

    assert list(refused.value.details) == ["variant_id"]


def test_what_is_unknown_or_off_sale_is_missing(lamp, desk):
    oak = Variant.objects.get(sku="D-1")
    for product_id, variant_id in [(uuid4(), None), (lamp.pk, oak.pk), (desk.pk, uuid4())]:
        with pytest.raises(Missing):
            sellable(product_id=product_id, variant_id=variant_id)

    Variant.objects.filter(sku="D-1").update(is_active=False)
    with pytest.raises(Missing):
        sellable(product_id=desk.pk, variant_id=oak.pk)
    Product.objects.update(is_active=False)
    with pytest.raises(Missing):
        sellable(product_id=lamp.pk, variant_id=None)
