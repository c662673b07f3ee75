"""POST /auth/register/"""

import pytest
from django.core import mail

from backend.accounts.models import User
from backend.outbox.models import Event
from tests.accounts.bodies import REGISTER, invalid

pytestmark = pytest.mark.django_db


def test_an_account_is_opened_and_a_link_is_mailed(as_guest, settle):
    answer = as_guest.post("auth/register/", REGISTER)
    settle()

    user = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "message": "User registered successfully. Please check your email to verify your account.",
        "user": {
            "id": str(user.pk),
            "email": "new@example.com",
            "first_name": "John",
            "last_name": "Doe",
        },
    }
    assert (user.phone_number, user.is_verified, user.is_staff) == ("+1234567890", False, False)
    assert [message.to for message in mail.outbox] == [["new@example.com"]]


def test_names_and_phone_may_be_left_out(as_guest):
    body = {key: REGISTER[key] for key in ("email", "password", "password_confirm")}

    answer = as_guest.post("auth/register/", body)

    assert answer.status_code == 201
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.phone_number) == ("", "", "")


def test_the_email_is_kept_in_lower_case(as_guest):
    answer = as_guest.post("auth/register/", {**REGISTER, "email": " New@Example.COM "})

    assert answer.json()["user"]["email"] == "new@example.com"
    assert User.objects.get().email == "new@example.com"


def test_a_taken_email_is_a_conflict_in_any_case(as_guest, alice):
    answer = as_guest.post("auth/register/", {**REGISTER, "email": "ALICE@shopwire.example"})

    assert answer.status_code == 409
    assert answer.json() == {
        "error": "This email is already registered",
        "code": "conflict",
        "details": {"email": ["This email is already registered."]},
    }
    assert User.objects.count() == 1
    assert not Event.objects.exists()


def test_nobody_makes_themselves_staff(as_guest):
    as_guest.post("auth/register/", {**REGISTER, "is_staff": True, "is_verified": True, "is_superuser": True})

    user = User.objects.get()
    assert (user.is_staff, user.is_verified, user.is_superuser) == (False, False, False)


def test_every_reason_against_a_password_is_told(as_guest):
    answer = as_guest.post("auth/register/", {**REGISTER, "password": "x7q", "password_confirm": "x7q"})

    assert answer.status_code == 400
    assert answer.json() == invalid(
        password=[
            "This password is too short. It must contain at least 8 characters.",
            "Password must contain an upper-case letter, a symbol.",
        ]
    )
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    ["securepass123!", "SECUREPASS123!", "SecurePassword!", "SecurePass1234", "Short1!", "New@example.com1"],
)
def test_a_weak_password_is_refused(as_guest, password):
    answer = as_guest.post("auth/register/", {**REGISTER, "password": password, "password_confirm": password})

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["password"]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("email", "not-an-email", "Enter a valid email address."),
        ("email", "\u017ftaff@example.com", "Enter a valid email address."),
        ("email", "a@b.example\nBcc: c@d.example", "Enter a valid email address."),
        ("email", 5, "Input should be a valid string"),
        ("email", "a" * 250 + "@b.example", "String should have at most 254 characters"),
        ("password_confirm", "SecurePass124!", "Passwords must match."),
        ("password_confirm", None, "Input should be a valid string"),
        ("first_name", "J" * 101, "String should have at most 100 characters"),
        ("first_name", "John\nDoe", "Use one line of text."),
        ("first_name", 5, "Input should be a valid string"),
        ("phone_number", "call me", "Enter a valid phone number."),
        ("phone_number", "+1" * 15, "String should have at most 20 characters"),
    ],
)
def test_a_wrong_field_is_named(as_guest, field, value, problem):
    answer = as_guest.post("auth/register/", {**REGISTER, field: value})

    assert answer.status_code == 400
    assert answer.json() == invalid(**{field: [problem]})
    assert not User.objects.exists()


def test_missing_fields_are_named(as_guest):
    answer = as_guest.post("auth/register/", {})

    missing = ["Field required"]
    assert answer.json() == invalid(email=missing, password=missing, password_confirm=missing)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"", b'{"email": "a\\u0000@b.example"}', b"\xff"])
def test_a_malformed_body_is_refused(as_guest, body):
    answer = as_guest.post("auth/register/", body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "validation_error"


def test_an_old_token_does_not_get_in_the_way(as_guest):
    answer = as_guest.post("auth/register/", REGISTER, Authorization="Bearer nonsense")

    assert answer.status_code == 201
