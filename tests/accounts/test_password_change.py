"""POST /auth/password/change/"""

import pytest
from django.utils import timezone

from backend.accounts import actions
from backend.core.errors import Conflict
from backend.outbox.models import Event
from tests.accounts.bodies import INVALID_TOKEN, NEW_PASSWORD, NOT_AUTHENTICATED, PASSWORD, invalid
from tests.caller import Caller

pytestmark = pytest.mark.django_db
BODY = {"old_password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}


def test_the_new_password_counts_and_every_session_ends(as_alice, alice):
    phone = Caller(alice)

    answer = as_alice.post("auth/password/change/", BODY)

    assert answer.status_code == 200
    assert answer.json() == {"message": "Password changed successfully. Sign in with the new password."}
    assert as_alice.get("auth/me/").json() == INVALID_TOKEN
    assert phone.get("auth/me/").json() == INVALID_TOKEN
    logins = [
        Caller().post("auth/login/", {"email": alice.email, "password": p}) for p in (PASSWORD, NEW_PASSWORD)
    ]
    assert [login.status_code for login in logins] == [401, 200]
    event = Event.objects.get()
    assert (event.topic, event.event) == (f"user:{alice.pk}", "session.ended")
    assert event.data == {"user_id": str(alice.pk), "session_id": None}


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"old_password": "Wrong-pass-1!"}, {"old_password": ["This is not your password."]}),
        ({"new_password_confirm": "Third-pass-3!"}, {"new_password_confirm": ["Passwords must match."]}),
        (
            {"new_password": "weakling", "new_password_confirm": "weakling"},
            {"new_password": ["Password must contain an upper-case letter, a digit, a symbol."]},
        ),
        ({"old_password": 1}, {"old_password": ["Input should be a valid string"]}),
    ],
)
def test_a_refused_change_changes_nothing(as_alice, alice, change, details):
    before = alice.password

    answer = as_alice.post("auth/password/change/", {**BODY, **change})

    assert (answer.status_code, answer.json()) == (400, invalid(**details))
    alice.refresh_from_db()
    assert alice.password == before
    assert as_alice.get("auth/me/").status_code == 200
    assert not Event.objects.exists()


def test_guests_have_no_password(as_guest):
    answer = as_guest.post("auth/password/change/", BODY)

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)


def test_of_two_changes_at_once_the_second_is_told(alice, monkeypatch):
    lock = actions.queries.lock_user

    def another_comes_first(user_id):
        alice.set_password("Third-pass-3!")
        alice.save()
        return lock(user_id)

    monkeypatch.setattr(actions.queries, "lock_user", another_comes_first)

    with pytest.raises(Conflict):
        actions.change_password(
            user_id=alice.pk, old_password=PASSWORD, new_password=NEW_PASSWORD, now=timezone.now()
        )
    alice.refresh_from_db()
    assert not alice.check_password(NEW_PASSWORD)
