"""A product's SKUs are nobody else's and never change; stock is counted and variants are matched by them."""

import pytest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Product, Variant
from backend.core.errors import Conflict, Invalid
from backend.inventory.models import Stock
from tests.catalog.drafting import create, update, variant

pytestmark = pytest.mark.django_db


def sold_under(slug):
    """The SKUs that stock is counted of under the product's slug."""
    return dict(Stock.objects.filter(product=slug).order_by("sku").values_list("sku", "on_hand"))


def test_a_product_with_variants_is_counted_under_theirs():
    create(quantity=7, variants=(variant("LAMP-R", quantity=2), variant("LAMP-G", quantity=3)))

    assert sold_under("lamp") == {"LAMP-G": 3, "LAMP-R": 2}


@pytest.mark.parametrize("taken", ["LAMP", "LAMP-R"])
@pytest.mark.parametrize("as_variant", [False, True])
def test_an_sku_is_unique_across_products_and_variants(taken, as_variant):
    create(variants=(variant("LAMP-R"),))

    with pytest.raises(Conflict) as refused:
        create("DESK", variants=(variant(taken),)) if as_variant else create(taken, slug="other")

    assert refused.value.details["sku"]
    assert Product.objects.count() == 1
    assert not Stock.objects.filter(sku="DESK").exists()


def test_variants_are_matched_by_sku_and_missing_ones_go_off_sale():
    create(variants=(variant("LAMP-R", quantity=2), variant("LAMP-G", quantity=3)))
    red = Variant.objects.get(sku="LAMP-R")

    update("lamp", variants=(variant("LAMP-R", name="Ruby", quantity=50), variant("LAMP-B", quantity=4)))

    assert sold_under("lamp") == {"LAMP-B": 4, "LAMP-R": 2}
    assert list(Variant.objects.filter(is_active=True).values_list("sku", "name")) == [
        ("LAMP-R", "Ruby"),
        ("LAMP-B", "Lamp-B"),
    ]
    assert Variant.objects.get(sku="LAMP-R").pk == red.pk


def test_a_variant_that_comes_back_has_its_old_stock():
    create(variants=(variant("LAMP-R", quantity=2),))
    update("lamp", quantity=6)
    assert sold_under("lamp") == {"LAMP": 6}

    update("lamp", variants=(variant("LAMP-R", quantity=99),))

    assert sold_under("lamp") == {"LAMP-R": 2}


def test_a_new_slug_takes_the_stock_along():
    create(quantity=4)

    update("lamp", slug="light")

    assert (sold_under("lamp"), sold_under("light")) == ({}, {"LAMP": 4})


def test_the_sku_of_a_product_never_changes():
    create(quantity=4)

    with pytest.raises(Invalid) as refused:
        update("lamp", sku="OTHER")

    assert refused.value.details == {"sku": ["The SKU of a product never changes."]}
    assert Product.objects.get().sku == "LAMP"


def test_named_fields_change_and_no_others():
    create(quantity=4, weight="2.1", variants=(variant("LAMP-R", quantity=2),))

    product = actions.change_product(
        slug="lamp", changes={"is_featured": True}, actor_id=None, now=timezone.now()
    )

    assert (product.is_featured, product.weight, product.name) == (True, "2.1", "Lamp")
    assert sold_under("lamp") == {"LAMP-R": 2}
