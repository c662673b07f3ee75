"""Staff create, replace, change and take off sale over REST."""

import pytest

from backend.catalog.models import Variant
from backend.inventory.models import Stock
from tests.catalog.drafting import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptops")]


def test_staff_create_a_product(as_staff, staff):
    response = as_staff.post("products/", BODY)

    body = response.json()
    assert response.status_code == 201
    assert body == as_staff.get("products/macbook-pro-16/").json()
    assert body["cost_price"] == "1500.00"
    assert [(row["sku"], row["price"], row["quantity"]) for row in body["variants"]] == [
        ("MB-512", "2399.00", 10)
    ]
    assert body["category"]["name"] == "Laptops"
    assert Stock.objects.get().threshold == 3
    assert Stock.objects.get().ledger.get().actor_id == staff.pk


def test_a_minimal_product_is_enough(as_staff):
    response = as_staff.post("products/", {"name": "Lamp", "sku": "LAMP", "price": 10})

    body = response.json()
    assert response.status_code == 201
    assert {key: value for key, value in body.items() if key not in ("id", "created_at")} == {
        "name": "Lamp",
        "slug": "lamp",
        "description": "",
        "price": "10.00",
        "compare_price": None,
        "cost_price": None,
        "sku": "LAMP",
        "quantity": 0,
        "is_in_stock": False,
        "is_featured": False,
        "weight": None,
        "dimensions": None,
        "discount_percentage": 0,
        "category": None,
        "images": [],
        "variants": [],
        "reviews": [],
        "average_rating": 0.0,
        "review_count": 0,
    }


def test_put_replaces_everything(as_staff):
    as_staff.post("products/", BODY)

    body = {"name": "Mac", "sku": "MBPRO", "price": "1.00", "variants": [{"name": "1T", "sku": "MB-1T"}]}
    response = as_staff.put("products/macbook-pro-16/", body)

    shown = response.json()
    assert response.status_code == 200
    assert shown == as_staff.get("products/macbook-pro-16/").json()
    assert (shown["name"], shown["price"], shown["category"], shown["images"]) == ("Mac", "1.00", None, [])
    assert [row["sku"] for row in shown["variants"]] == ["MB-1T"]
    assert not Variant.objects.get(sku="MB-512").is_active


def test_patch_changes_what_is_named(as_staff):
    before = as_staff.post("products/", BODY).json()

    response = as_staff.patch("products/macbook-pro-16/", {"price": "2399.99", "weight": None})

    assert response.status_code == 200
    assert response.json() == {**before, "price": "2399.99", "weight": None, "discount_percentage": 20}


def test_an_empty_patch_changes_nothing(as_staff):
    before = as_staff.post("products/", BODY).json()

    assert as_staff.patch("products/macbook-pro-16/", {}).json() == before


def test_delete_takes_it_off_sale_and_patch_brings_it_back(as_staff, as_alice):
    as_staff.post("products/", BODY)

    gone = [as_staff.delete("products/macbook-pro-16/") for _ in range(2)]
    hidden = as_alice.get("products/macbook-pro-16/").status_code
    as_staff.patch("products/macbook-pro-16/", {"is_active": True})

    assert [(answer.status_code, answer.content) for answer in gone] == [(204, b"")] * 2
    assert hidden == 404
    assert as_alice.get("products/macbook-pro-16/").status_code == 200
