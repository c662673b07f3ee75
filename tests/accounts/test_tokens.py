"""What passes for an access token, and what does not."""

import base64
import json
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from backend.accounts import tokens
from tests.accounts.bodies import INVALID_TOKEN

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-4000-8000-000000000000"
HOUR = timedelta(hours=1)


def claims_of(caller):
    return jwt.decode(caller.token, settings.SECRET_KEY, algorithms=["HS256"])


def signed(claims, key=None, algorithm="HS256"):
    return jwt.encode(claims, key or settings.SECRET_KEY, algorithm=algorithm)


def look(caller, token):
    """The status and body of a look at the profile with the token."""
    answer = caller.get("auth/me/", Authorization=f"Bearer {token}")
    return answer.status_code, answer.json()


def test_an_access_token_carries_what_the_contract_names(as_staff, staff):
    claims = claims_of(as_staff)

    assert claims["exp"] - claims["iat"] == 3600
    UUID(claims.pop("jti"))
    del claims["exp"], claims["iat"]
    assert claims == {
        "token_type": "access",
        "user_id": str(staff.pk),
        "username": "staff@shopwire.example",
        "permissions": ["staff"],
        "sid": str(as_staff.session.pk),
    }


def test_a_customer_has_no_permissions_and_staff_comes_from_the_database(as_alice):
    claims = claims_of(as_alice)
    forged_rights = signed({**claims, "permissions": ["staff"]})

    assert claims["permissions"] == []
    answer = as_alice.get("staff/users/", Authorization=f"Bearer {forged_rights}")
    assert answer.status_code == 403


def test_no_algorithm_is_no_signature(as_alice):
    def part(data):
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    claims = claims_of(as_alice)
    for name in ("none", "None", "NONE", "nOnE"):
        token = f"{part({'alg': name, 'typ': 'JWT'})}.{part(claims)}."
        assert look(as_alice, token) == (401, INVALID_TOKEN)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithms_are_refused(as_alice, algorithm):
    key = settings.SECRET_KEY * 2
    token = signed(claims_of(as_alice), key=key, algorithm=algorithm)

    assert look(as_alice, token) == (401, INVALID_TOKEN)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_other_algorithms_are_refused_with_the_right_secret_too(as_alice):
    token = signed(claims_of(as_alice), algorithm="HS512")

    assert look(as_alice, token) == (401, INVALID_TOKEN)


def test_another_secret_is_refused(as_alice):
    token = signed(claims_of(as_alice), key="x" * 64)

    assert look(as_alice, token) == (401, INVALID_TOKEN)


def test_a_refresh_token_is_no_access_token(as_alice, alice):
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())

    assert look(as_alice, refresh) == (401, INVALID_TOKEN)


def test_a_changed_token_is_refused(as_alice):
    head, body, signature = as_alice.token.split(".")
    other = "A" if body[10] != "A" else "B"

    assert look(as_alice, f"{head}.{body[:10]}{other}{body[11:]}.{signature}") == (401, INVALID_TOKEN)
    assert look(as_alice, f"{head}.{body}.{signature[::-1]}") == (401, INVALID_TOKEN)
    assert look(as_alice, f"{head}.{body}.") == (401, INVALID_TOKEN)


def test_a_token_that_was_good_is_looked_at_again(alice, as_alice, settings):
    """Its signature is remembered; its time and the secret are those of now."""
    now = timezone.now()
    token = tokens.access_token(user=alice, session=as_alice.session, now=now)
    assert tokens.verify(token=token, kind="access", now=now).user_id == alice.pk

    with pytest.raises(tokens.ExpiredToken):
        tokens.verify(token=token, kind="access", now=now + HOUR)
    with pytest.raises(tokens.InvalidToken):
        tokens.verify(token=token, kind="refresh", now=now)
    settings.SECRET_KEY = "another-secret-" + "x" * 40
    with pytest.raises(tokens.InvalidToken):
        tokens.verify(token=token, kind="access", now=now)


def test_an_expired_token_is_refused_and_known_as_ours(as_alice, alice):
    past = timezone.now() - HOUR - timedelta(seconds=1)
    token = tokens.access_token(user=alice, session=as_alice.session, now=past)

    assert look(as_alice, token) == (401, INVALID_TOKEN)
    with pytest.raises(tokens.ExpiredToken):
        tokens.verify(token=token, kind="access", now=timezone.now())


@pytest.mark.parametrize("claim", ["exp", "jti", "sid", "user_id", "token_type"])
def test_a_token_without_a_claim_is_refused(as_alice, claim):
    claims = claims_of(as_alice)
    del claims[claim]

    assert look(as_alice, signed(claims)) == (401, INVALID_TOKEN)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("user_id", NOBODY),
        ("user_id", "x"),
        ("user_id", 5),
        ("user_id", None),
        ("sid", NOBODY),
        ("sid", ["x"]),
        ("exp", "tomorrow"),
        ("exp", 10**30),
        ("exp", 10**17),
        ("exp", -1),
        ("exp", None),
        ("token_type", "Access"),
        ("token_type", None),
        ("jti", 5),
    ],
)
def test_a_token_with_an_odd_claim_is_refused(as_alice, claim, value):
    assert look(as_alice, signed({**claims_of(as_alice), claim: value})) == (401, INVALID_TOKEN)


def test_a_token_of_another_users_session_is_refused(as_alice, as_bob):
    mixed = {**claims_of(as_alice), "sid": str(as_bob.session.pk)}

    assert look(as_alice, signed(mixed)) == (401, INVALID_TOKEN)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Token x",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer x y",
        "Bearer " + "x" * 60_000,
    ],
)
def test_an_odd_header_is_refused(as_guest, header):
    answer = as_guest.get("auth/me/", Authorization=header)

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
