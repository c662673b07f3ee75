"""Tokens that open nothing, on every door."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from backend.accounts import tokens
from tests.api.operations import ALL, assert_refused, call

LOCKED = [one for one in ALL if one.gate in ("SignedIn", "LookedUp", "Staff")]
LOOKED_UP = [one for one in LOCKED if one.gate != "SignedIn"]
OPEN = [one for one in ALL if one.gate == "" and 401 in map(int, one.spec["responses"])]
# They sign people in: whatever token is shown, often an old one, is not looked at.
NEWCOMERS = ("auth/login/", "auth/refresh/")


@pytest.fixture
def forged(as_alice, alice):
    """Headers with tokens that are Alice's in all but one respect."""
    good = jwt.decode(as_alice.token, settings.SECRET_KEY, algorithms=["HS256"])
    late = timezone.now() - timedelta(days=1)
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())
    made = {
        "refresh as access": refresh,
        "no algorithm": jwt.encode(good, None, algorithm="none"),
        "another algorithm": jwt.encode(good, settings.SECRET_KEY * 2, algorithm="HS512"),
        "another key": jwt.encode(good, "x" * 64, algorithm="HS256"),
        "expired": jwt.encode(
            {**good, "iat": late, "exp": late + timedelta(hours=1)}, settings.SECRET_KEY, algorithm="HS256"
        ),
        "without an end": jwt.encode(
            {key: value for key, value in good.items() if key != "exp"}, settings.SECRET_KEY, "HS256"
        ),
        "user_id is no id": jwt.encode({**good, "user_id": ["x"]}, settings.SECRET_KEY, "HS256"),
        "sid is no id": jwt.encode({**good, "sid": "\x00"}, settings.SECRET_KEY, "HS256"),
        "cut off": as_alice.token[:-4],
        "garbage": "garbage",
        "long": "x" * 5000,
    }
    return {f"Bearer {token}": name for name, token in made.items()} | {
        "Basic YWxpY2U6eA==": "another scheme",
        "Bearer": "no token",
        as_alice.token: "no scheme",
    }


def test_without_a_token_it_is_a_401(as_guest, unchanged):
    for operation in LOCKED:
        answer = call(as_guest, operation)

        assert assert_refused(answer, 401)["code"] == "not_authenticated"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_the_wrong_kind_is_a_401(as_guest, forged, unchanged):
    for operation in [*LOCKED, *(one for one in OPEN if one.path not in NEWCOMERS)]:
        for header, kind in forged.items():
            answer = call(as_guest, operation, headers={"Authorization": header})

            assert assert_refused(answer, 401)["code"] == "invalid_token", kind


def test_a_signed_token_of_nobody_shows_no_profile_and_serves_no_staff(as_guest, as_alice, unchanged):
    claims = jwt.decode(as_alice.token, settings.SECRET_KEY, algorithms=["HS256"])
    nobody = {**claims, "user_id": "00000000-0000-4000-8000-00000000dead"}
    header = f"Bearer {jwt.encode(nobody, settings.SECRET_KEY, 'HS256')}"

    for operation in LOOKED_UP:
        answer = call(as_guest, operation, headers={"Authorization": header})

        assert assert_refused(answer, 401)["code"] == "invalid_token"


def test_a_customer_is_not_staff(as_alice, unchanged):
    for operation in [one for one in ALL if one.gate == "Staff"]:
        assert assert_refused(call(as_alice, operation), 403)["code"] == "permission_denied"


def test_the_schema_names_the_gate_of_every_private_path():
    public = {str(one) for one in ALL if one.gate == ""}

    assert public == {
        "GET products/",
        "GET products/categories/",
        "GET products/{slug}/",
        "GET products/{slug}/reviews/",
        "POST auth/login/",
        "POST auth/password/reset/",
        "POST auth/password/reset/confirm/",
        "POST auth/refresh/",
        "POST auth/register/",
        "POST auth/verify-email/",
        "POST auth/verify-email/resend/",
        "POST payments/webhook/",
    }
