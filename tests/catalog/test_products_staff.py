"""Staff create, replace, change and take off sale over REST; nobody else may."""

import pytest

from backend.catalog.models import Product, Variant
from backend.inventory.models import Stock
from tests import factories
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db

BODY = {
    "name": 'MacBook Pro 16"',
    "description": "Powerful.",
    "price": "2499.99",
    "compare_price": "2999.99",
    "cost_price": "1500.00",
    "sku": "MBPRO",
    "category": "laptops",
    "quantity": 15,
    "weight": "2.1",
    "dimensions": "35 x 24 x 1.6 cm",
    "is_featured": True,
    "low_stock_threshold": 3,
    "variants": [
        {"name": "512", "sku": "MB-512", "price": "2399.00", "quantity": 10, "attributes": {"ram": "16GB"}}
    ],
    "images": [{"image": "products/1.png", "alt_text": "Front", "is_primary": True, "order": 1}],
}


@pytest.fixture(autouse=True)
def _laptops(db):
    factories.category("laptops", name="Laptops")


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


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "products/"),
        ("put", "products/lamp/"),
        ("patch", "products/lamp/"),
        ("delete", "products/lamp/"),
    ],
)
def test_only_staff_may_write(as_guest, as_alice, method, path):
    create()
    body = () if method == "delete" else ({**BODY, "sku": "LAMP"},)

    answers = [getattr(who, method)(path, *body) for who in (as_guest, as_alice)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "not_authenticated"),
        (403, "permission_denied"),
    ]
    assert Product.objects.get(is_active=True).name == "Lamp"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"sku": ""}, "sku"),
        ({"sku": "A,B"}, "sku"),
        ({"price": "-0.01"}, "price"),
        ({"price": "1.999"}, "price"),
        ({"price": "1e400"}, "price"),
        ({"price": "99999999999.00"}, "price"),
        ({"price": "much"}, "price"),
        ({"price": None}, "price"),
        ({"price": []}, "price"),
        ({"price": True}, "price"),
        ({"compare_price": "NaN"}, "compare_price"),
        ({"category": "unknown"}, "category"),
        ({"quantity": "2"}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 10**12}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"low_stock_threshold": 2**31}, "low_stock_threshold"),
        ({"is_active": "yes"}, "is_active"),
        ({"slug": "no spaces"}, "slug"),
        ({"slug": "categories"}, "slug"),
        ({"weight": 2.1}, "weight"),
        ({"variants": [{"name": "x", "sku": "MBPRO"}]}, "variants"),
        ({"variants": [{"name": "x"}]}, "variants.0.sku"),
        ({"variants": [{"name": "x", "sku": "V", "attributes": {"ram": 16}}]}, "variants.0.attributes.ram"),
        ({"variants": {}}, "variants"),
        ({"images": [{"image": "javascript:alert(1)"}]}, "images"),
        ({"images": [{"image": ""}]}, "images.0.image"),
        ({"images": [{"image": "a.png", "order": 2**40}]}, "images.0.order"),
    ],
)
def test_bodies_that_make_no_sense_are_refused(as_staff, change, field):
    response = as_staff.post("products/", {**BODY, **change})

    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    assert list(response.json()["details"]) == [field]
    assert not Product.objects.exists()
    assert not Stock.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', '{"name": "a\\u0000b"}', b"\xff", '{"price": NaN}']
)
def test_bodies_that_are_no_object_are_refused(as_staff, body):
    response = as_staff.post("products/", body)

    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


@pytest.mark.parametrize(
    ("change", "field"), [({"sku": "LAMP"}, "sku"), ({"sku": "LAMP-R"}, "sku"), ({"slug": "lamp"}, "slug")]
)
def test_what_is_taken_is_a_conflict(as_staff, change, field):
    create(variants=(variant("LAMP-R"),))

    response = as_staff.post("products/", {**BODY, **change})

    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert list(response.json()["details"]) == [field]
    assert Product.objects.count() == 1


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


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_sku_never_changes(as_staff, method):
    as_staff.post("products/", BODY)

    response = getattr(as_staff, method)("products/macbook-pro-16/", {**BODY, "sku": "OTHER"})

    assert response.status_code == 400
    assert response.json()["details"] == {"sku": ["The SKU of a product never changes."]}
    assert Product.objects.get().sku == "MBPRO"


@pytest.mark.parametrize("name", ["name", "price", "is_active", "description", "variants"])
def test_a_field_that_needs_a_value_takes_no_null(as_staff, name):
    before = as_staff.post("products/", BODY).json()

    response = as_staff.patch("products/macbook-pro-16/", {name: None})

    assert list(response.json()["details"]) == [name]
    assert as_staff.get("products/macbook-pro-16/").json() == before


def test_delete_takes_it_off_sale_and_patch_brings_it_back(as_staff, as_alice):
    as_staff.post("products/", BODY)

    gone = [as_staff.delete("products/macbook-pro-16/") for _ in range(2)]
    hidden = as_alice.get("products/macbook-pro-16/").status_code
    as_staff.patch("products/macbook-pro-16/", {"is_active": True})

    assert [(answer.status_code, answer.content) for answer in gone] == [(204, b"")] * 2
    assert hidden == 404
    assert as_alice.get("products/macbook-pro-16/").status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_what_does_not_exist_is_missing(as_staff, method):
    body = () if method == "delete" else (BODY,)

    response = getattr(as_staff, method)("products/unknown/", *body)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
