"""POST /auth/refresh/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts import actions, tokens
from tests.accounts.bodies import INVALID_TOKEN, invalid

pytestmark = pytest.mark.django_db


def refresh_token(user, opened=None):
    opened = opened or timezone.now()
    session = actions.open_session(user=user, now=opened)
    return tokens.refresh_token(user=user, session=session, now=opened)


def test_a_refresh_token_makes_an_access_token(as_guest, alice):
    answer = as_guest.post("auth/refresh/", {"refresh": refresh_token(alice)})

    assert answer.status_code == 200
    assert set(answer.json()) == {"access"}
    me = as_guest.get("auth/me/", Authorization=f"Bearer {answer.json()['access']}")
    assert me.json()["email"] == alice.email


def test_an_expired_access_token_beside_it_does_not_matter(as_guest, alice):
    answer = as_guest.post("auth/refresh/", {"refresh": refresh_token(alice)}, Authorization="Bearer expired")

    assert answer.status_code == 200


def test_an_access_token_never_outlives_its_session(alice):
    opened = timezone.now() - timedelta(days=6, hours=23, minutes=30)
    session = actions.open_session(user=alice, now=opened)

    access = tokens.access_token(user=alice, session=session, now=timezone.now())

    claims = tokens.verify(token=access, kind="access", now=timezone.now())
    assert claims.expires_at == session.expires_at.replace(microsecond=0)


def test_an_access_token_is_no_refresh_token(as_guest, as_alice):
    answer = as_guest.post("auth/refresh/", {"refresh": as_alice.token})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


def test_after_seven_days_it_is_over(as_guest, alice):
    old = refresh_token(alice, opened=timezone.now() - timedelta(days=7, seconds=1))

    answer = as_guest.post("auth/refresh/", {"refresh": old})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


def test_a_deactivated_user_gets_none(as_guest, alice):
    token = refresh_token(alice)
    alice.is_active = False
    alice.save()

    answer = as_guest.post("auth/refresh/", {"refresh": token})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "é", "x" * 4000])
def test_nonsense_is_refused(as_guest, token):
    answer = as_guest.post("auth/refresh/", {"refresh": token})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "Field required"),
        ({"refresh": 5}, "Input should be a valid string"),
        ({"refresh": "x" * 4097}, "String should have at most 4096 characters"),
    ],
)
def test_a_wrong_body_is_refused(as_guest, body, problem):
    answer = as_guest.post("auth/refresh/", body)

    assert (answer.status_code, answer.json()) == (400, invalid(refresh=[problem]))
