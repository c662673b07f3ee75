"""GET /staff/users/, POST /staff/users/{id}/deactivate/ and activate/"""

import pytest

from backend.accounts import shapes
from backend.core import clock
from backend.outbox.models import Event
from tests import factories
from tests.accounts.bodies import DENIED, INVALID_TOKEN, NOT_AUTHENTICATED, PASSWORD
from tests.caller import Caller

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-4000-8000-000000000000"
UNKNOWN = {"error": "There is no such user", "code": "not_found", "details": None}
REFUSED = {"error": "You can't deactivate this account", "code": "permission_denied", "details": None}


def emails(answer):
    return [row["email"] for row in answer.json()["results"]]


def test_staff_see_everybody_by_email(as_staff, alice, bob, staff):
    answer = as_staff.get("staff/users/")

    assert answer.status_code == 200
    assert answer.json() == {
        "count": 3,
        "next": None,
        "previous": None,
        "results": [shapes.staff_user_json(user) for user in (alice, bob, staff)],
    }


def test_a_row_has_no_more_than_staff_need(as_staff, alice):
    row = as_staff.get("staff/users/?search=alice").json()["results"][0]

    assert row == {
        "id": str(alice.pk),
        "email": "alice@shopwire.example",
        "first_name": "Alice",
        "last_name": "Archer",
        "phone_number": "",
        "is_verified": True,
        "created_at": clock.text(alice.created_at),
        "is_active": True,
        "is_staff": False,
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [("ALICE", ["alice"]), ("baker+bob", ["bob"]), ("baker+alice", []), ("%25", []), ("shopwire", None)],
)
def test_every_word_of_a_search_must_be_found(as_staff, alice, bob, search, found):
    found = ["alice", "bob", "staff"] if found is None else found

    answer = as_staff.get(f"staff/users/?search={search}")

    assert emails(answer) == [f"{name}@shopwire.example" for name in found]


def test_a_page_takes_a_fixed_number_of_queries(as_staff, django_assert_num_queries):
    for _ in range(3):
        factories.user()

    with django_assert_num_queries(3):  # sign-in, count, page
        as_staff.get("staff/users/")


def test_a_search_has_its_bounds(as_staff):
    answer = as_staff.get(f"staff/users/?search={'x' * 201}")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["search"])


def test_a_deactivated_user_is_out_at_once(as_staff, as_alice, alice):
    answer = as_staff.post(f"staff/users/{alice.pk}/deactivate/")

    assert answer.status_code == 200
    assert answer.json() == {**shapes.staff_user_json(alice), "is_active": False}
    assert as_alice.get("auth/me/").json() == INVALID_TOKEN
    assert Caller().post("auth/login/", {"email": alice.email, "password": PASSWORD}).status_code == 401
    event = Event.objects.get()
    assert (event.topic, event.event) == (f"user:{alice.pk}", "session.ended")
    assert event.data == {"user_id": str(alice.pk), "session_id": None}


def test_twice_is_as_good_as_once(as_staff, alice):
    answers = [as_staff.post(f"staff/users/{alice.pk}/deactivate/") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Event.objects.count() == 1


def test_an_activated_user_signs_in_anew(as_staff, as_alice, alice):
    as_staff.post(f"staff/users/{alice.pk}/deactivate/")

    answer = as_staff.post(f"staff/users/{alice.pk}/activate/")

    assert (answer.status_code, answer.json()) == (200, shapes.staff_user_json(alice))
    assert as_alice.get("auth/me/").json() == INVALID_TOKEN
    assert Caller().post("auth/login/", {"email": alice.email, "password": PASSWORD}).status_code == 200


def test_nobody_locks_themselves_out(as_staff, staff):
    answer = as_staff.post(f"staff/users/{staff.pk}/deactivate/")

    assert (answer.status_code, answer.json()) == (403, REFUSED)
    assert as_staff.get("auth/me/").status_code == 200


def test_a_superuser_is_locked_out_by_superusers_only(as_staff):
    owner = factories.user(is_staff=True, is_superuser=True)
    other = factories.user(is_staff=True, is_superuser=True)

    by_staff = as_staff.post(f"staff/users/{owner.pk}/deactivate/")
    by_owner = Caller(other).post(f"staff/users/{owner.pk}/deactivate/")

    assert (by_staff.status_code, by_staff.json()) == (403, REFUSED)
    assert by_owner.status_code == 200


@pytest.mark.parametrize("action", ["deactivate", "activate"])
def test_an_unknown_user_is_not_found(as_staff, action):
    answer = as_staff.post(f"staff/users/{NOBODY}/{action}/")

    assert (answer.status_code, answer.json()) == (404, UNKNOWN)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "staff/users/"),
        ("post", f"staff/users/{NOBODY}/deactivate/"),
        ("post", f"staff/users/{NOBODY}/activate/"),
    ],
)
def test_it_is_for_staff(as_guest, as_alice, method, path):
    guest, customer = getattr(as_guest, method)(path), getattr(as_alice, method)(path)

    assert (guest.status_code, guest.json()) == (401, NOT_AUTHENTICATED)
    assert (customer.status_code, customer.json()) == (403, DENIED)
