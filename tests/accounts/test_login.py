"""POST /auth/login/"""

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.utils import timezone

from backend.accounts import actions, tokens
from backend.accounts.models import Session
from tests import factories
from tests.accounts.bodies import PASSWORD, invalid

pytestmark = pytest.mark.django_db
REFUSED = {"error": "Invalid email or password", "code": "invalid_credentials", "details": None}


def test_the_right_password_opens_a_session(as_guest, alice):
    answer = as_guest.post("auth/login/", {"email": "Alice@shopwire.example", "password": PASSWORD})

    body = answer.json()
    session = Session.objects.get()
    assert answer.status_code == 200
    assert set(body) == {"message", "tokens", "user"}
    assert body["message"] == "Login successful"
    assert body["user"] == {
        "id": str(alice.pk),
        "email": "alice@shopwire.example",
        "first_name": "Alice",
        "last_name": "Archer",
        "is_verified": True,
    }
    assert set(body["tokens"]) == {"refresh", "access"}
    for kind in ("access", "refresh"):
        claims = tokens.verify(token=body["tokens"][kind], kind=kind, now=timezone.now())
        assert (claims.user_id, claims.session_id) == (alice.pk, session.pk)


def test_the_access_token_opens_the_profile(as_guest, alice):
    login = as_guest.post("auth/login/", {"email": alice.email, "password": PASSWORD}).json()

    answer = as_guest.get("auth/me/", Authorization=f"Bearer {login['tokens']['access']}")

    assert answer.json()["email"] == alice.email


def test_an_account_that_is_not_verified_may_sign_in(as_guest):
    user = factories.user(is_verified=False)

    answer = as_guest.post("auth/login/", {"email": user.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json()["user"]["is_verified"] is False


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@shopwire.example", "Wrong-pass-1!"), ("nobody@shopwire.example", PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_email_look_the_same(as_guest, alice, email, password):
    answer = as_guest.post("auth/login/", {"email": email, "password": password})

    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not Session.objects.exists()


def test_a_deactivated_account_stays_out(as_guest):
    user = factories.user(is_active=False)

    answer = as_guest.post("auth/login/", {"email": user.email, "password": PASSWORD})

    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert not Session.objects.exists()


def test_an_unknown_email_costs_as_much_hashing_as_a_known_one(as_guest, alice, monkeypatch):
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))

    as_guest.post("auth/login/", {"email": alice.email, "password": "Wrong-pass-1!"})
    known = len(hashed)
    as_guest.post("auth/login/", {"email": "nobody@shopwire.example", "password": "Wrong-pass-1!"})

    assert (known, len(hashed) - known) == (1, 1)


def test_a_password_that_changed_during_the_check_opens_nothing(alice, monkeypatch):
    """The old password is checked, then changed elsewhere, then the session would be opened."""
    actions_lock = actions.queries.lock_user

    def change_first(user_id):
        alice.set_password("Another-pass-3!")
        alice.save()
        return actions_lock(user_id)

    monkeypatch.setattr(actions.queries, "lock_user", change_first)

    with pytest.raises(actions.WrongCredentials):
        actions.sign_in(email=alice.email, password=PASSWORD, now=timezone.now())
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, {"email": ["Field required"], "password": ["Field required"]}),
        ({"email": "x", "password": PASSWORD}, {"email": ["Enter a valid email address."]}),
        ({"email": "a@b.example", "password": 1}, {"password": ["Input should be a valid string"]}),
        (
            {"email": "a@b.example", "password": "x" * 129},
            {"password": ["String should have at most 128 characters"]},
        ),
    ],
)
def test_a_wrong_body_is_refused(as_guest, body, details):
    answer = as_guest.post("auth/login/", body)

    assert (answer.status_code, answer.json()) == (400, invalid(**details))


def test_get_is_no_way_in(as_guest):
    answer = as_guest.get("auth/login/")

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


def test_passwords_are_kept_by_bcrypt(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
    long = "Longer-than-seventy-two-bytes-" * 4 + "1!"
    user = factories.user()
    user.set_password(long)

    assert user.password.startswith("bcrypt_sha256$$2b$12$")
    assert user.check_password(long)
    assert not user.check_password(long[:-1])


def test_bcrypt_is_what_the_settings_name():
    from_file = (settings.BASE_DIR / "backend/config/settings.py").read_text()

    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]' in from_file
