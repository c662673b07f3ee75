"""GET and PUT /auth/me/"""

import pytest

from backend.core import clock
from tests.accounts.bodies import NOT_AUTHENTICATED, PASSWORD, invalid

pytestmark = pytest.mark.django_db


def test_the_profile_is_the_callers_own(as_alice, alice):
    answer = as_alice.get("auth/me/")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(alice.pk),
        "email": "alice@shopwire.example",
        "first_name": "Alice",
        "last_name": "Archer",
        "phone_number": "",
        "is_verified": True,
        "created_at": clock.text(alice.created_at),
    }


def test_names_and_phone_change(as_alice, alice):
    body = {"first_name": "Jane", "last_name": "Smith", "phone_number": "+0987654321"}

    answer = as_alice.put("auth/me/", body)

    assert answer.status_code == 200
    assert answer.json() == {
        **as_alice.get("auth/me/").json(),
        "first_name": "Jane",
        "last_name": "Smith",
        "phone_number": "+0987654321",
    }


def test_what_is_left_out_stays(as_alice):
    answer = as_alice.put("auth/me/", {"last_name": "Ames"}).json()

    assert (answer["first_name"], answer["last_name"]) == ("Alice", "Ames")


def test_the_email_and_rights_can_not_be_changed(as_alice, alice):
    answer = as_alice.put("auth/me/", {"email": "x@y.example", "is_staff": True, "is_verified": False})

    assert answer.json()["email"] == "alice@shopwire.example"
    alice.refresh_from_db()
    assert (alice.email, alice.is_staff, alice.is_verified) == ("alice@shopwire.example", False, True)
    assert alice.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"first_name": 5}, {"first_name": ["Input should be a valid string"]}),
        ({"last_name": "x" * 101}, {"last_name": ["String should have at most 100 characters"]}),
        ({"phone_number": "call me"}, {"phone_number": ["Enter a valid phone number."]}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(as_alice, body, details):
    before = as_alice.get("auth/me/").json()

    answer = as_alice.put("auth/me/", {"first_name": "Jane", **body})

    assert (answer.status_code, answer.json()) == (400, invalid(**details))
    assert as_alice.get("auth/me/").json() == before


@pytest.mark.parametrize("method", ["get", "put"])
def test_guests_have_no_profile(as_guest, method):
    answer = getattr(as_guest, method)("auth/me/")

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)
