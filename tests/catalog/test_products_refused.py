"""Products that staff write and the shop does not take: what is wrong is named, and nothing changes."""

import pytest

from backend.catalog.models import Product
from backend.inventory.models import Stock
from tests.catalog.drafting import BODY, create, variant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptops")]


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


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_what_does_not_exist_is_missing(as_staff, method):
    body = () if method == "delete" else (BODY,)

    response = getattr(as_staff, method)("products/unknown/", *body)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
