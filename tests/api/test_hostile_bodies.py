"""Bodies that no endpoint can use: always the contract's error, never a 500, nothing changed."""

import json

import pytest

from tests.api.operations import ALL, NOWHERE, WITH_BODY, assert_refused, call, resolved

pytestmark = pytest.mark.usefixtures("unchanged")

TEN_MEGABYTES = b'{"name": "' + b"x" * (10 * 1024 * 1024) + b'"}'
UNREADABLE = {
    "cut off": b'{"email": "a',
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"3",
    "true": b"true",
    "trailing garbage": b'{"email": "a"} x',
    "two documents": b"{}{}",
    "invalid UTF-8": b'{"email": "\xff\xfe"}',
    "UTF-16": '{"email": "a"}'.encode("utf-16"),
    "a NUL byte": b'{"email": "\x00"}',
    "an escaped NUL": rb'{"email": "a\u0000b"}',
    "a NUL in a key": rb'{"a\u0000": 1}',
    "a lone surrogate": rb'{"email": "\ud800"}',
    "a deep NUL": rb'{"email": {"a": [{"b": "\u0000"}]}}',
    "NaN": b'{"email": NaN}',
    "infinity": b'{"email": -Infinity}',
    "nested lists": b"[" * 200_000,
    "nested objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a number of 5,000 digits": b'{"email": ' + b"9" * 5000 + b"}",
    "single quotes": b"{'email': 'a'}",
    "a form": b"email=a&password=b",
}
OTHER_TYPES = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
    "nonsense",
]
BAD_VALUES = {
    "integer": ["1", 1.5, True, [], {}, "x" * 10_000],
    "number": ["x", True, [], {}],
    "string": [3, 1.5, True, [], {}],
    "boolean": ["perhaps", 2, [], {}],
    "array": ["x", 3, True, {}],
    "object": ["x", 3, True, []],
}
ABSURD = [-(10**30), -(2**63) - 1, 2**31 * 10**9, 10**30, 1e300]


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_an_unreadable_body_is_a_400(operation, as_staff):
    for body in UNREADABLE.values():
        error = assert_refused(call(as_staff, operation, body=body), 400)

        assert error["code"] == "validation_error", body[:80]


def test_an_empty_body_is_a_400_where_a_field_is_required(as_staff):
    for operation in WITH_BODY:
        is_required = bool(operation.body_schema.get("required"))

        for body in (b"", b"null", b" "):
            assert_refused(call(as_staff, operation, body=body), *([400] if is_required else [400, 404]))


def _values_of_wrong_types(field):
    choices = [resolved(one) for one in field.get("anyOf", [field])]
    kinds = {one.get("type") for one in choices}
    wrong = [value for kind in kinds - {"null", None} for value in BAD_VALUES[kind]]
    return [value for value in wrong if not any(_fits(value, kind) for kind in kinds)]


def _fits(value, kind):
    allowed = {
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "array": list,
        "object": dict,
    }
    is_flag = isinstance(value, bool)
    return kind in allowed and isinstance(value, allowed[kind]) and is_flag == (kind == "boolean")


def test_a_field_of_the_wrong_type_is_named(as_staff):
    for operation in WITH_BODY:
        for name, field in operation.body_schema["properties"].items():
            for value in _values_of_wrong_types(field):
                error = assert_refused(call(as_staff, operation, body=json.dumps({name: value})), 400)

                named = {key.split(".")[0] for key in error["details"]}
                assert name in named, (name, value, error)


def test_an_absurd_number_is_refused_everywhere(as_staff):
    for operation in WITH_BODY:
        for name in operation.body_schema["properties"]:
            for value in ABSURD:
                error = assert_refused(call(as_staff, operation, body=json.dumps({name: value})), 400)

                assert name in {key.split(".")[0] for key in error["details"]}, (name, value, error)


@pytest.mark.parametrize("quantity", [0, -1, -(2**31), 2**31, 10**9, 10**12])
def test_a_quantity_is_positive_and_sane(quantity, as_alice):
    for answer in (
        as_alice.post("cart/items/", {"product_id": NOWHERE, "quantity": quantity}),
        as_alice.put(f"cart/items/{NOWHERE}/", {"quantity": quantity}),
    ):
        error = assert_refused(answer, 400)

        assert list(error["details"]) == ["quantity"]


def test_ten_megabytes_are_a_413(as_staff):
    for operation in [one for one in ALL if one.method != "GET"]:
        error = assert_refused(call(as_staff, operation, body=TEN_MEGABYTES), 413)

        assert error == {"error": "The request is too large", "code": "payload_too_large", "details": None}


def test_another_content_type_is_a_415(as_staff):
    for operation in [one for one in ALL if one.takes_json]:
        for kind in OTHER_TYPES:
            error = assert_refused(call(as_staff, operation, body=b"{}", content_type=kind), 415)

            assert error["code"] == "unsupported_media_type"


def test_a_picture_comes_as_a_form(as_staff):
    error = assert_refused(as_staff.post("staff/images/", {}), 415)

    assert error["code"] == "unsupported_media_type"


@pytest.mark.not_over_http("each server refuses it itself, as no HTTP, before the shop hears of it")
def test_a_length_that_is_no_number_is_a_400(as_staff):
    for operation in [one for one in ALL if one.takes_json]:
        for length in ("abc", "-5", "1e3", "٣"):
            assert_refused(call(as_staff, operation, body=b"{}", CONTENT_LENGTH=length), 400)


def test_a_body_shorter_than_its_length_is_a_400(as_staff):
    for operation in WITH_BODY:
        assert_refused(call(as_staff, operation, body=b'{"email": "a"}', CONTENT_LENGTH="7"), 400)


def test_a_webhook_with_any_of_these_bodies_is_not_signed(as_guest, unchanged):
    for path in ("payments/webhook/", "shipping/webhook/"):
        for body in UNREADABLE.values():
            error = assert_refused(as_guest.post(path, body), 400)

            assert error["code"] == "invalid_signature"
