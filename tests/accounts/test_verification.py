"""POST /auth/verify-email/ and its resend/"""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from backend.accounts import mail_tokens
from backend.accounts.models import MailToken
from tests import factories
from tests.accounts.bodies import REGISTER, invalid, mailed_token

pytestmark = pytest.mark.django_db
WRONG = invalid(token=["This link is invalid, has expired or was used before."])
RESENT = {"message": "If the account exists and is not verified yet, we have sent an email."}


@pytest.fixture
def newcomer():
    return factories.user("new@example.com", is_verified=False)


def token_for(user, now=None):
    return mail_tokens.issue_verification(email=user.email, now=now or timezone.now()).secret


def test_the_link_of_the_registration_mail_verifies(as_guest, settle):
    as_guest.post("auth/register/", REGISTER)
    settle()

    answer = as_guest.post("auth/verify-email/", {"token": mailed_token()})

    assert (answer.status_code, answer.json()) == (200, {"message": "Email verified successfully"})
    login = as_guest.post("auth/login/", {key: REGISTER[key] for key in ("email", "password")})
    assert login.json()["user"]["is_verified"] is True


def test_only_the_digest_is_kept(newcomer):
    secret = token_for(newcomer)

    assert secret not in str(MailToken.objects.values_list().get())


def test_a_token_is_good_once(as_guest, newcomer):
    secret = token_for(newcomer)

    answers = [as_guest.post("auth/verify-email/", {"token": secret}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json() == WRONG


def test_after_three_days_it_is_too_late(as_guest, newcomer):
    secret = token_for(newcomer, now=timezone.now() - timedelta(days=3, seconds=1))

    answer = as_guest.post("auth/verify-email/", {"token": secret})

    assert (answer.status_code, answer.json()) == (400, WRONG)
    newcomer.refresh_from_db()
    assert newcomer.is_verified is False


def test_a_token_for_a_password_verifies_nothing(as_guest, newcomer):
    secret = mail_tokens.issue_reset(email=newcomer.email, now=timezone.now()).secret

    answer = as_guest.post("auth/verify-email/", {"token": secret})

    assert (answer.status_code, answer.json()) == (400, WRONG)


def test_a_deactivated_account_is_not_verified(as_guest, newcomer):
    secret = token_for(newcomer)
    newcomer.is_active = False
    newcomer.save()

    answer = as_guest.post("auth/verify-email/", {"token": secret})

    assert (answer.status_code, answer.json()) == (400, WRONG)


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"token": "wrong"}, WRONG["details"]),
        ({}, {"token": ["Field required"]}),
        ({"token": ""}, {"token": ["String should have at least 1 character"]}),
        ({"token": 5}, {"token": ["Input should be a valid string"]}),
        ({"token": "x" * 201}, {"token": ["String should have at most 200 characters"]}),
    ],
)
def test_a_wrong_token_is_named(as_guest, db, body, details):
    answer = as_guest.post("auth/verify-email/", body)

    assert (answer.status_code, answer.json()) == (400, invalid(**details))


def test_asking_again_sends_a_new_link_and_ends_the_old_one(as_guest, newcomer, settle):
    old = token_for(newcomer)

    answer = as_guest.post("auth/verify-email/resend/", {"email": "New@example.com"})
    settle()

    assert (answer.status_code, answer.json()) == (200, RESENT)
    assert as_guest.post("auth/verify-email/", {"token": old}).json() == WRONG
    assert as_guest.post("auth/verify-email/", {"token": mailed_token()}).status_code == 200


@pytest.mark.parametrize("email", ["nobody@example.com", "alice@shopwire.example"])
def test_who_is_unknown_or_verified_gets_no_mail_but_the_same_answer(as_guest, alice, settle, email):
    answer = as_guest.post("auth/verify-email/resend/", {"email": email})
    settle()

    assert (answer.status_code, answer.json()) == (200, RESENT)
    assert mail.outbox == []
    assert not MailToken.objects.exists()


def test_resend_wants_an_email(as_guest, db):
    answer = as_guest.post("auth/verify-email/resend/", {"email": "x"})

    assert (answer.status_code, answer.json()) == (400, invalid(email=["Enter a valid email address."]))
