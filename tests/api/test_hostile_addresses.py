"""Paths, queries and methods that lead nowhere."""

import pytest

from tests.api.operations import ALL, NOWHERE, SCHEMA, assert_refused, call

pytestmark = pytest.mark.usefixtures("unchanged")

WITH_PARAMETERS = [one for one in ALL if "{" in one.path]
LISTS = [one for one in ALL if any(parameter["name"] == "page" for parameter in one.parameters("query"))]
QUERIES = [one for one in ALL if list(one.parameters("query"))]
# Sent with a body that would do, so that only the path is wrong.
BODIES = {
    "PUT cart/items/{item_id}/": {"quantity": 1},
    "POST products/{slug}/reviews/": {"rating": 5, "title": "Good", "comment": "Really"},
    "POST staff/orders/{order_id}/ship/": {"tracking_number": "1Z", "carrier": "UPS"},
    "POST staff/stock/{sku}/adjust/": {"delta": 1, "reason": "Found one"},
    "PUT products/{slug}/": {
        "name": "Pan",
        "description": "Iron",
        "price": "9.00",
        "sku": "PAN",
        "category": "nowhere",
    },
}
ODD_SEGMENTS = [
    "%00",
    "a%00b",
    "%FF%FE",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "x" * 5000,
    "%F0%9F%8D%B5",
    "' OR 1=1 --",
    "-1",
]
ODD_TEXTS = ["%00", "%ED%A0%80", "%FF", "x" * 5000, "%F0%9F%8D%B5", "'%3B--", "%25", "_", "%5C", ":*%26|!("]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"}


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
def test_an_unknown_id_is_a_404(operation, as_staff):
    body = BODIES.get(str(operation), {})

    answer = as_staff._call(operation.method, operation.filled(NOWHERE), body, {})

    assert assert_refused(answer, 404)["code"] == "not_found"


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
def test_an_odd_segment_is_refused(operation, as_staff):
    for segment in ODD_SEGMENTS:
        body = BODIES.get(str(operation), {})

        answer = as_staff._call(operation.method, operation.filled(segment), body, {})

        assert_refused(answer, 400, 404)


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_page_that_is_none_is_a_400(operation, as_staff):
    for name, values in {
        "page": ["0", "-1", "x", "1.5", "", "9" * 30, "%00"],
        "page_size": ["0", "-1", "101", "x", "9" * 5000],
    }.items():
        for value in values:
            error = assert_refused(call(as_staff, operation, f"{operation.filled()}?{name}={value}"), 400)

            assert list(error["details"]) == [name]


@pytest.mark.parametrize("operation", [one for one in LISTS if "{" not in one.path], ids=str)
def test_a_page_past_the_last_is_a_404(operation, as_staff):
    assert_refused(call(as_staff, operation, f"{operation.path}?page=1000"), 404)


@pytest.mark.parametrize("operation", QUERIES, ids=str)
def test_odd_text_in_a_query_is_no_fault(operation, as_staff):
    for parameter in operation.parameters("query"):
        for text in ODD_TEXTS:
            answer = call(as_staff, operation, f"{operation.filled()}?{parameter['name']}={text}")

            if answer.status_code != 200:
                assert_refused(answer, 400, 404)


@pytest.mark.parametrize("operation", QUERIES, ids=str)
def test_a_choice_that_does_not_exist_is_a_400(operation, as_staff):
    for parameter in operation.parameters("query"):
        if "enum" in str(parameter["schema"]):
            path = f"{operation.filled()}?{parameter['name']}=nonsense"
            error = assert_refused(call(as_staff, operation, path), 400)

            assert list(error["details"]) == [parameter["name"]]


@pytest.mark.parametrize("path", list(SCHEMA["paths"]))
def test_another_method_is_a_405_that_names_the_right_ones(path, as_staff):
    operations = [one for one in ALL if f"/api/v1/{one.path}" == path]
    allowed = {one.method for one in operations}

    for method in METHODS - allowed:
        answer = call(as_staff, operations[0], method=method)
        error = assert_refused(answer, 405)

        assert error["code"] == "method_not_allowed"
        assert allowed <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("path", ["", "nowhere/", "products/a/b/c/", "%00/", "auth/%FF/"])
def test_an_unknown_path_is_a_404(path, as_staff):
    assert_refused(as_staff.get(path), 400, 404)


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_a_forgotten_slash_is_no_fault(operation, as_staff):
    answer = call(as_staff, operation, operation.filled().removesuffix("/"))

    if answer.status_code != 301:
        assert_refused(answer, 404)
