"""Addresses that are wrong, or somebody else's, or nobody's: what is refused changes nothing."""

import pytest

from backend.accounts import shapes
from backend.accounts.models import Address
from tests import factories
from tests.accounts.bodies import ADDRESS, DENIED, NOT_AUTHENTICATED, invalid
from tests.accounts.bodies import ADDRESSES as PATH

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-4000-8000-000000000000"
UNKNOWN = {"error": "There is no such address", "code": "not_found", "details": None}


def call(caller, method, address_id):
    path = f"{PATH}{address_id}/"
    return caller.put(path, {"city": "Boston"}) if method == "put" else caller.delete(path)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("address_type", "home", "Input should be 'shipping', 'billing' or 'other'"),
        ("full_name", "", "String should have at least 1 character"),
        ("full_name", "  ", "String should have at least 1 character"),
        ("full_name", None, "Input should be a valid string"),
        ("street_address", "x" * 256, "String should have at most 255 characters"),
        ("city", "A\nB", "Use one line of text."),
        ("country", 5, "Input should be a valid string"),
        ("zip_code", "1" * 21, "String should have at most 20 characters"),
        ("phone_number", "none", "Enter a valid phone number."),
        ("is_default", "yes", "Input should be a valid boolean"),
    ],
)
def test_a_wrong_field_is_named(as_alice, field, value, problem):
    answer = as_alice.post(PATH, {**ADDRESS, field: value})

    assert (answer.status_code, answer.json()) == (400, invalid(**{field: [problem]}))
    assert not Address.objects.exists()


def test_missing_fields_are_named(as_alice):
    answer = as_alice.post(PATH, {})

    required = ("address_type", "full_name", "street_address", "city", "country", "zip_code")
    assert answer.json() == invalid(**{field: ["Field required"] for field in required})


@pytest.mark.parametrize(("query", "status"), [("page_size=101", 400), ("page=0", 400), ("page=2", 404)])
def test_a_wrong_page_is_refused(as_alice, query, status):
    assert as_alice.get(f"{PATH}?{query}").status_code == status


def test_a_wrong_change_changes_nothing(as_alice, alice):
    address = factories.address(alice)

    answer = as_alice.put(f"{PATH}{address.pk}/", {"city": "Boston", "country": ""})

    assert answer.json() == invalid(country=["String should have at least 1 character"])
    address.refresh_from_db()
    assert address.city == "New York"


@pytest.mark.parametrize("method", ["put", "delete"])
def test_strangers_and_staff_are_denied(as_bob, as_staff, alice, method):
    address = factories.address(alice)

    for caller in (as_bob, as_staff):
        answer = call(caller, method, address.pk)
        assert (answer.status_code, answer.json()) == (403, DENIED)
    assert shapes.saved_address_json(Address.objects.get()) == shapes.saved_address_json(address)


@pytest.mark.parametrize("method", ["put", "delete"])
def test_an_unknown_address_is_not_found(as_alice, method):
    answer = call(as_alice, method, NOBODY)

    assert (answer.status_code, answer.json()) == (404, UNKNOWN)
    assert call(as_alice, method, "no-uuid").json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", PATH), ("post", PATH), ("put", f"{PATH}{NOBODY}/"), ("delete", f"{PATH}{NOBODY}/")],
)
def test_guests_have_no_addresses(as_guest, method, path):
    answer = getattr(as_guest, method)(path)

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)
