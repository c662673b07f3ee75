"""GET, POST /auth/me/addresses/, PUT, DELETE /auth/me/addresses/{id}/"""

import pytest

from backend.accounts import queries, shapes
from backend.accounts.models import Address
from backend.core import clock
from tests import factories
from tests.accounts.bodies import ADDRESS
from tests.accounts.bodies import ADDRESSES as PATH

pytestmark = pytest.mark.django_db


def test_an_address_is_added(as_alice, alice):
    answer = as_alice.post(PATH, ADDRESS)

    row = Address.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        **ADDRESS,
        "id": str(row.pk),
        "apartment": None,
        "created_at": clock.text(row.created_at),
    }
    assert row.user_id == alice.pk


def test_state_phone_and_apartment_may_be_left_out(as_alice):
    body = {key: ADDRESS[key] for key in ADDRESS if key not in ("state", "phone_number", "is_default")}

    answer = as_alice.post(PATH, body).json()

    assert (answer["state"], answer["phone_number"], answer["is_default"]) == ("", "", False)


def test_the_list_is_paged_defaults_first_and_the_callers_own(as_alice, alice, bob):
    old, new = factories.address(alice, is_default=True), factories.address(alice)
    factories.address(bob)

    whole = as_alice.get(PATH).json()
    second = as_alice.get(f"{PATH}?page=2&page_size=1").json()

    assert whole == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [shapes.saved_address_json(old), shapes.saved_address_json(new)],
    }
    assert second == {
        "count": 2,
        "next": None,
        "previous": f"http://testserver/api/v1/{PATH}?page=1&page_size=1",
        "results": [shapes.saved_address_json(new)],
    }


def test_the_list_takes_a_fixed_number_of_queries(as_alice, alice, django_assert_num_queries):
    for _ in range(3):
        factories.address(alice)

    with django_assert_num_queries(3):  # sign-in, count, page
        as_alice.get(PATH)


def test_a_new_default_takes_the_place_of_the_one_of_its_type(as_alice, alice):
    before = factories.address(alice, address_type="billing", is_default=True)
    other_type = factories.address(alice, address_type="shipping", is_default=True)

    made = as_alice.post(PATH, {**ADDRESS, "is_default": True}).json()

    defaults = Address.objects.filter(is_default=True).values_list("id", flat=True)
    assert {str(pk) for pk in defaults} == {str(other_type.pk), made["id"]}
    assert made["id"] != str(before.pk)


def test_a_change_keeps_what_is_left_out(as_alice, alice):
    address = factories.address(alice)

    answer = as_alice.put(f"{PATH}{address.pk}/", {"city": "Boston", "apartment": "4B"})

    assert answer.status_code == 200
    assert answer.json() == {**shapes.saved_address_json(address), "city": "Boston", "apartment": "4B"}
    address.refresh_from_db()
    assert (address.city, address.apartment) == ("Boston", "4B")


def test_a_default_that_changes_its_type_replaces_the_one_there(as_alice, alice):
    shipping = factories.address(alice, is_default=True)
    billing = factories.address(alice, address_type="billing", is_default=True)

    answer = as_alice.put(f"{PATH}{shipping.pk}/", {"address_type": "billing"})

    assert (answer.status_code, answer.json()["is_default"]) == (200, True)
    billing.refresh_from_db()
    assert billing.is_default is False


def test_an_address_is_deleted(as_alice, alice):
    address = factories.address(alice)

    answer = as_alice.delete(f"{PATH}{address.pk}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Address.objects.exists()
    assert as_alice.delete(f"{PATH}{address.pk}/").status_code == 404


def test_an_order_keeps_nine_keys(alice):
    address = factories.address(alice)

    snapshot = shapes.address_json(queries.address_of(user_id=alice.pk, address_id=address.pk))

    assert snapshot == {
        "address_type": "shipping",
        "full_name": "Pat Doe",
        "phone_number": "+1234567890",
        "street_address": "123 Main St",
        "apartment": None,
        "city": "New York",
        "state": "NY",
        "country": "USA",
        "zip_code": "10001",
    }
