"""OpenAPI describes what the guide and the contract name: every path, with examples and error shapes."""

from pathlib import Path

import pytest

from tests.api.operations import ALL, SCHEMA, Operation, resolved

TESTS = Path(__file__).resolve().parents[1]
# Each operation of guide and contract, and the file that tests its whole answer and its rights.
TESTED = {
    "POST auth/register/": "accounts/test_register.py",
    "POST auth/login/": "accounts/test_login.py",
    "POST auth/logout/": "accounts/test_logout.py",
    "POST auth/refresh/": "accounts/test_refresh.py",
    "POST auth/ws-ticket/": "accounts/test_ws_ticket.py",
    "GET auth/me/": "accounts/test_profile.py",
    "PUT auth/me/": "accounts/test_profile.py",
    "GET auth/me/addresses/": "accounts/test_addresses.py",
    "POST auth/me/addresses/": "accounts/test_addresses.py",
    "PUT auth/me/addresses/{address_id}/": "accounts/test_addresses.py",
    "DELETE auth/me/addresses/{address_id}/": "accounts/test_addresses.py",
    "POST auth/password/change/": "accounts/test_password_change.py",
    "POST auth/password/reset/": "accounts/test_password_reset.py",
    "POST auth/password/reset/confirm/": "accounts/test_password_reset.py",
    "POST auth/verify-email/": "accounts/test_verification.py",
    "POST auth/verify-email/resend/": "accounts/test_verification.py",
    "GET products/categories/": "catalog/test_categories.py",
    "GET products/": "catalog/test_product_list.py",
    "POST products/": "catalog/test_products_staff.py",
    "GET products/{slug}/": "catalog/test_product_detail.py",
    "PUT products/{slug}/": "catalog/test_products_staff.py",
    "PATCH products/{slug}/": "catalog/test_products_staff.py",
    "DELETE products/{slug}/": "catalog/test_products_staff.py",
    "GET products/{slug}/reviews/": "reviews/test_reviews.py",
    "POST products/{slug}/reviews/": "reviews/test_reviews.py",
    "POST products/{slug}/wishlist/": "catalog/test_wishlist.py",
    "GET products/wishlist/me/": "catalog/test_wishlist.py",
    "GET cart/": "cart/test_cart_api.py",
    "POST cart/items/": "cart/test_cart_api.py",
    "PUT cart/items/{item_id}/": "cart/test_cart_api.py",
    "DELETE cart/items/{item_id}/": "cart/test_cart_api.py",
    "POST cart/clear/": "cart/test_cart_api.py",
    "GET orders/": "orders/test_orders_api.py",
    "POST orders/": "orders/test_checkout_api.py",
    "GET orders/{order_id}/": "orders/test_orders_api.py",
    "POST orders/{order_id}/cancel/": "orders/test_orders_api.py",
    "POST payments/create-intent/": "payments/test_create_intent.py",
    "POST payments/confirm/": "payments/test_confirm.py",
    "POST payments/webhook/": "payments/test_webhook.py",
    "POST shipping/webhook/": "staff/test_shipping.py",
    "GET staff/orders/": "staff/test_orders.py",
    "POST staff/orders/{order_id}/ship/": "staff/test_orders.py",
    "POST staff/orders/{order_id}/deliver/": "staff/test_orders.py",
    "POST staff/orders/{order_id}/return/": "staff/test_orders.py",
    "POST staff/orders/{order_id}/refund/": "payments/test_refunds.py",
    "GET staff/stock/": "staff/test_stock.py",
    "POST staff/stock/{sku}/adjust/": "staff/test_stock.py",
    "GET staff/stock/{sku}/ledger/": "staff/test_stock.py",
    "GET staff/alerts/": "staff/test_alerts.py",
    "POST staff/alerts/{alert_id}/acknowledge/": "staff/test_alerts.py",
    "GET staff/payments/": "staff/test_payments.py",
    "GET staff/users/": "accounts/test_staff_users.py",
    "POST staff/users/{user_id}/deactivate/": "accounts/test_staff_users.py",
    "POST staff/users/{user_id}/activate/": "accounts/test_staff_users.py",
    "POST staff/images/": "storage/test_uploads.py",
}
# What any operation may answer besides its own.
ALWAYS = {"400", "413", "415", "429", "500", "503"}
WITH_RETRY_AFTER = {"429", "503"}
TELLING = ("example", "examples", "const", "enum", "format")


def test_it_is_served(as_guest):
    answer = as_guest.get("/api/schema/")

    assert answer.status_code == 200
    assert answer.json() == SCHEMA
    assert SCHEMA["openapi"].startswith("3.1")


def test_every_path_of_guide_and_contract_is_there_and_no_other():
    assert {str(operation) for operation in ALL} == set(TESTED)


@pytest.mark.parametrize(("operation", "file"), TESTED.items())
def test_every_operation_is_tested_where_the_table_says(operation, file):
    text = (TESTS / file).read_text()
    method, _, path = operation.partition(" ")
    last = path.rstrip("/").rpartition("/")[2]

    assert f".{method.lower()}(" in text or f'"{method}"' in text
    assert last in text or "{" in last


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_it_says_what_it_is_for_and_who_may(operation):
    assert operation.spec["summary"]
    assert operation.spec["tags"]
    refusals = {str(code) for code in operation.spec["responses"]}
    needed = {"Staff": {"401", "403"}, "SignedIn": {"401"}, "LookedUp": {"401"}}.get(operation.gate, set())
    assert refusals >= ALWAYS | needed


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_every_refusal_has_the_errors_shape_and_an_example(operation):
    for code, response in operation.spec["responses"].items():
        if int(code) >= 400:
            for shape in _shapes(_schema_of(response)):
                required = {"error", "code"} | ({"retry_after"} if code in WITH_RETRY_AFTER else set())
                assert required <= set(shape["required"]), (code, shape)
                assert required <= set(shape["example"]), (code, shape)


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_what_it_takes_and_gives_has_an_example(operation):
    assert _untold(operation) == []


def test_every_parameter_is_described_by_name_and_type():
    for operation in ALL:
        for parameter in operation.spec.get("parameters", []):
            assert parameter["name"], operation
            assert resolved(parameter["schema"]), operation


def _schema_of(response: dict) -> dict:
    return response["content"]["application/json"]["schema"]


def _shapes(schema: dict) -> list[dict]:
    return [resolved(one) for one in schema.get("anyOf", [schema])]


def _untold(operation: Operation) -> list[str]:
    """The fields of its body and its success for which a reader finds no example."""
    bodies = [
        content["schema"] for content in operation.spec.get("requestBody", {}).get("content", {}).values()
    ]
    answers = [
        _schema_of(response)
        for code, response in operation.spec["responses"].items()
        if code.startswith("2") and "content" in response
    ]
    return [name for schema in [*bodies, *answers] for name in _without_example(schema, "")]


def _without_example(schema: dict, name: str) -> list[str]:
    shape = resolved(schema)
    if any(word in one for word in TELLING for one in (schema, shape)):
        return []
    if "anyOf" in shape:
        return [found for one in shape["anyOf"] for found in _without_example(one, name)]
    if "properties" in shape:
        return [
            found
            for key, one in shape["properties"].items()
            for found in _without_example(one, f"{name}.{key}" if name else key)
        ]
    if shape.get("type") == "array":
        return _without_example(shape["items"], name)
    return [name] if shape.get("type") == "string" else []
