"""A product's page: its whole answer, its variants and discount, and few queries."""

from decimal import Decimal

import pytest

from backend.catalog.models import ProductImage, Variant
from backend.core import clock
from tests.catalog.drafting import create, reviewed, update, variant

pytestmark = pytest.mark.django_db


def whole(product, review):
    front, back = ProductImage.objects.order_by("order")
    small, large = Variant.objects.order_by("position")
    return {
        "id": str(product.pk),
        "name": 'MacBook Pro 16"',
        "slug": "macbook",
        "description": "Powerful.",
        "price": "2499.99",
        "compare_price": "2999.99",
        "cost_price": None,
        "sku": "MBPRO",
        "quantity": 15,
        "is_in_stock": True,
        "is_featured": False,
        "weight": "2.1",
        "dimensions": "35 x 24 x 1.6 cm",
        "discount_percentage": 17,
        "category": {"id": str(product.category_id), "name": "Laptops"},
        "images": [
            {
                "id": str(front.pk),
                "image": "http://testserver/media/front.png",
                "alt_text": "Front",
                "is_primary": True,
                "order": 1,
            },
            {
                "id": str(back.pk),
                "image": "https://cdn.example/1.jpg",
                "alt_text": "Back",
                "is_primary": False,
                "order": 2,
            },
        ],
        "variants": [
            {
                "id": str(small.pk),
                "name": "512",
                "sku": "MB-512",
                "price": "2499.99",
                "quantity": 10,
                "attributes": {"ram": "16GB"},
            },
            {
                "id": str(large.pk),
                "name": "1T",
                "sku": "MB-1T",
                "price": "2799.00",
                "quantity": 5,
                "attributes": {},
            },
        ],
        "reviews": [
            {
                "id": str(review.pk),
                "user": "Alice A.",
                "rating": 5,
                "title": "Good",
                "comment": "Very.",
                "is_verified_purchase": True,
                "created_at": clock.text(review.created_at),
            }
        ],
        "average_rating": 5.0,
        "review_count": 1,
        "created_at": clock.text(product.created_at),
    }


def test_a_product_is_shown_whole(as_guest, laptop, alice):
    review = reviewed(laptop, alice)

    response = as_guest.get("products/macbook/")

    assert response.status_code == 200
    assert response.json() == whole(laptop, review)
    assert list(response.json()) == list(whole(laptop, review))


@pytest.mark.parametrize("slug", ["unknown", "%F0%9F%99%82", "a'b", "%27%3B--", "x" * 2000])
def test_an_unknown_product_is_missing(as_guest, slug):
    response = as_guest.get(f"products/{slug}/")

    assert response.status_code == 404
    assert response.json() == {"error": "No such product", "code": "not_found", "details": None}


def test_a_variant_off_sale_is_neither_shown_nor_counted(as_guest, laptop):
    update("macbook", sku="MBPRO", variants=(variant("MB-1T"),))

    shown = as_guest.get("products/macbook/").json()

    assert [row["sku"] for row in shown["variants"]] == ["MB-1T"]
    assert (shown["quantity"], shown["compare_price"], shown["discount_percentage"]) == (5, None, 0)


def test_what_is_not_counted_is_always_in_stock(as_guest):
    create(track_inventory=False)

    shown = as_guest.get("products/lamp/").json()

    assert (shown["quantity"], shown["is_in_stock"]) == (0, True)


@pytest.mark.parametrize(
    ("price", "compare_price", "percentage"),
    [
        ("75", None, 0),
        ("75", "75", 0),
        ("75", "50", 0),
        ("75", "100", 25),
        ("87.5", "100", 13),
        ("0", "5", 100),
    ],
)
def test_the_discount_is_rounded_half_up(as_guest, price, compare_price, percentage):
    create(price=Decimal(price), compare_price=compare_price and Decimal(compare_price))

    assert as_guest.get("products/lamp/").json()["discount_percentage"] == percentage


def test_the_number_of_queries_is_fixed(as_guest, as_alice, laptop, alice, bob, django_assert_num_queries):
    reviewed(laptop, alice)
    reviewed(laptop, bob)

    with django_assert_num_queries(2):
        as_guest.get("products/macbook/")
    with django_assert_num_queries(3):
        as_alice.get("products/macbook/")
