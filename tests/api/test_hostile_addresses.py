"""Paths, queries and methods that lead nowhere."""

from itertools import groupby
from operator import attrgetter

import pytest

from tests.api.operations import ALL, NOWHERE, assert_refused, call

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


def test_an_unknown_id_is_a_404(as_staff):
    for operation in WITH_PARAMETERS:
        body = BODIES.get(str(operation), {})

        answer = as_staff._call(operation.method, operation.filled(NOWHERE), body, {})

        assert assert_refused(answer, 404)["code"] == "not_found"


def test_an_odd_segment_is_refused(as_staff):
    for operation in WITH_PARAMETERS:
        for segment in ODD_SEGMENTS:
            body = BODIES.get(str(operation), {})

            answer = as_staff._call(operation.method, operation.filled(segment), body, {})

            assert_refused(answer, 400, 404)


def test_a_page_that_is_none_is_a_400(as_staff):
    for operation in LISTS:
        for name, values in {
            "page": ["0", "-1", "x", "1.5", "", "9" * 30, "%00"],
            "page_size": ["0", "-1", "101", "x", "9" * 5000],
        }.items():
            for value in values:
                error = assert_refused(call(as_staff, operation, f"{operation.filled()}?{name}={value}"), 400)

                assert list(error["details"]) == [name]


def test_a_page_past_the_last_is_a_404(as_staff):
    for operation in [one for one in LISTS if "{" not in one.path]:
        assert_refused(call(as_staff, operation, f"{operation.path}?page=1000"), 404)


def test_odd_text_in_a_query_is_no_fault(as_staff):
    for operation in QUERIES:
        for parameter in operation.parameters("query"):
            for text in ODD_TEXTS:
                answer = call(as_staff, operation, f"{operation.filled()}?{parameter['name']}={text}")

                if answer.status_code != 200:
                    assert_refused(answer, 400, 404)


def test_a_choice_that_does_not_exist_is_a_400(as_staff):
    for operation in QUERIES:
        for parameter in operation.parameters("query"):
            if "enum" in str(parameter["schema"]):
                path = f"{operation.filled()}?{parameter['name']}=nonsense"
                error = assert_refused(call(as_staff, operation, path), 400)

                assert list(error["details"]) == [parameter["name"]]


def test_another_method_is_a_405_that_names_the_right_ones(as_staff):
    for path, operations in groupby(sorted(ALL, key=attrgetter("path")), key=attrgetter("path")):
        allowed = {one.method: one for one in operations}

        for method in METHODS - set(allowed):
            answer = call(as_staff, next(iter(allowed.values())), method=method)

            assert assert_refused(answer, 405)["code"] == "method_not_allowed", path
            assert set(allowed) <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("path", ["", "nowhere/", "products/a/b/c/", "%00/", "auth/%FF/"])
def test_an_unknown_path_is_a_404(path, as_staff):
    assert_refused(as_staff.get(path), 400, 404)


@pytest.mark.parametrize("is_debug", [False, True])
def test_a_forgotten_slash_is_no_fault(as_staff, settings, is_debug):
    settings.DEBUG = is_debug

    for operation in ALL:
        answer = call(as_staff, operation, operation.filled().removesuffix("/"))

        if answer.status_code != 301:
            assert_refused(answer, 404)


def test_more_parameters_than_anybody_reads_are_named_as_what_they_are(as_guest):
    answer = as_guest.get("products/?" + "&".join(f"a{number}=1" for number in range(1500)))

    assert assert_refused(answer, 400)["details"] == {"query": ["There are more than 1000 parameters."]}
