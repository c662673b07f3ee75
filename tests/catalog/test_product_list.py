"""The product list: its whole answer, its order, and its pages."""

from decimal import Decimal

import pytest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.drafts import ImageDraft
from backend.catalog.models import Product, ProductImage
from tests import factories
from tests.catalog.drafting import create, made_at, variant

pytestmark = pytest.mark.django_db


def test_a_product_is_listed_whole(as_guest):
    category = factories.category("laptops", name="Laptops")
    product = create(
        "MBPRO",
        name='MacBook Pro 16"',
        slug="macbook",
        price=Decimal("2499.99"),
        compare_price=Decimal("2999.99"),
        cost_price=Decimal("1500.00"),
        category="laptops",
        is_featured=True,
        images=(ImageDraft(image="products/front.png", alt_text="Front view"),),
        variants=(variant("MB-1", quantity=10), variant("MB-2", quantity=5)),
    )
    actions.record_rating(product_id=product.pk, rating_delta=19, count_delta=4, now=timezone.now())

    assert as_guest.get("products/").json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(product.pk),
                "name": 'MacBook Pro 16"',
                "slug": "macbook",
                "price": "2499.99",
                "compare_price": "2999.99",
                "quantity": 15,
                "is_in_stock": True,
                "is_featured": True,
                "discount_percentage": 17,
                "category": {"id": str(category.pk), "name": "Laptops"},
                "images": [
                    {
                        "id": str(ProductImage.objects.get().pk),
                        "image": "http://testserver/media/products/front.png",
                        "alt_text": "Front view",
                        "is_primary": True,
                    }
                ],
                "average_rating": 4.8,
                "review_count": 4,
            }
        ],
    }


@pytest.mark.usefixtures("shelf")
def test_pages_are_linked_and_end(as_guest):
    second = as_guest.get("products/?ordering=price&page=2&page_size=2").json()

    assert [product["slug"] for product in second["results"]] == ["c", "d"]
    assert second["count"] == 4
    assert second["next"] is None
    assert second["previous"] == "http://testserver/api/v1/products/?ordering=price&page=1&page_size=2"
    missing = as_guest.get("products/?page=3&page_size=2")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_equals_are_ordered_by_id(as_guest):
    now = timezone.now()
    for number in range(6):
        create(f"S{number}", name="Same")
    made_at(now)
    ids = [str(pk) for pk in Product.objects.order_by("id").values_list("pk", flat=True)]

    for ordering in ("", "ordering=price&", "ordering=name&", "ordering=-created_at&", "search=same&"):
        pages = [as_guest.get(f"products/?{ordering}page_size=2&page={page}").json() for page in (1, 2, 3)]
        assert [product["id"] for page in pages for product in page["results"]] == ids


def test_reads_go_to_the_database_of_the_catalogue(as_guest, settings):
    settings.CATALOG_DATABASE = "elsewhere"

    assert [as_guest.get(f"products/{path}").status_code for path in ("", "categories/", "lamp/")] == [
        500
    ] * 3
