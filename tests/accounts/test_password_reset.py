"""POST /auth/password/reset/ and its confirm/"""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from backend.accounts import mail_tokens
from backend.accounts.models import MailToken
from backend.outbox.models import Event, Job
from tests import factories
from tests.accounts.bodies import INVALID_TOKEN, NEW_PASSWORD, PASSWORD, invalid, mailed_token

pytestmark = pytest.mark.django_db
ASKED = {"message": "If the account exists, we have sent an email with a link to choose a new password."}
WRONG = invalid(token=["This link is invalid, has expired or was used before."])


def confirm(caller, token, password=NEW_PASSWORD, again=None):
    body = {"token": token, "new_password": password, "new_password_confirm": again or password}
    return caller.post("auth/password/reset/confirm/", body)


def token_for(user, now=None):
    return mail_tokens.issue_reset(email=user.email, now=now or timezone.now()).secret


def test_the_mailed_link_sets_a_password_and_ends_every_session(as_guest, as_alice, alice, settle):
    asked = as_guest.post("auth/password/reset/", {"email": "ALICE@shopwire.example"})
    settle()

    answer = confirm(as_guest, mailed_token())

    assert (asked.status_code, asked.json()) == (200, ASKED)
    assert answer.status_code == 200
    assert answer.json() == {"message": "Password reset successfully. Sign in with the new password."}
    assert as_alice.get("auth/me/").json() == INVALID_TOKEN
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    event = Event.objects.get()
    assert event.data == {"user_id": str(alice.pk), "session_id": None}


def test_asking_never_tells_whether_the_account_exists(as_guest, alice, settle):
    factories.user("gone@shopwire.example", is_active=False)

    answers = [
        as_guest.post("auth/password/reset/", {"email": email})
        for email in ("nobody@shopwire.example", "gone@shopwire.example", alice.email)
    ]
    rows = list(Event.objects.values_list("topic", "event"))
    settle()

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, ASKED)] * 3
    assert rows == [("internal", "account.reset_asked")] * 3
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_the_secret_is_in_the_mail_and_nowhere_else(as_guest, alice, settle):
    as_guest.post("auth/password/reset/", {"email": alice.email})
    settle()

    secret = mailed_token()
    rows = [*MailToken.objects.values_list(), *Event.objects.values_list(), *Job.objects.values_list()]
    assert secret not in str(rows)


def test_asking_again_ends_the_link_before(as_guest, alice):
    first, second = token_for(alice), token_for(alice)

    assert confirm(as_guest, first).json() == WRONG
    assert confirm(as_guest, second).status_code == 200


def test_a_link_is_good_once(as_guest, alice):
    token = token_for(alice)
    confirm(as_guest, token)

    again = confirm(as_guest, token, "Third-pass-3!")

    assert (again.status_code, again.json()) == (400, WRONG)
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)


def test_after_an_hour_it_is_too_late(as_guest, alice):
    answer = confirm(as_guest, token_for(alice, now=timezone.now() - timedelta(hours=1, seconds=1)))

    assert (answer.status_code, answer.json()) == (400, WRONG)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_token_for_the_email_sets_no_password(as_guest):
    user = factories.user(is_verified=False)
    token = mail_tokens.issue_verification(email=user.email, now=timezone.now()).secret

    assert confirm(as_guest, token).json() == WRONG


def test_a_weak_password_leaves_the_link_good(as_guest, alice):
    token = token_for(alice)

    refused = confirm(as_guest, token, "weakling")

    weak = ["Password must contain an upper-case letter, a digit, a symbol."]
    assert (refused.status_code, refused.json()) == (400, invalid(new_password=weak))
    assert confirm(as_guest, token).status_code == 200


def test_the_password_must_be_repeated(as_guest, alice):
    answer = confirm(as_guest, token_for(alice), again="Third-pass-3!")

    assert answer.json() == invalid(new_password_confirm=["Passwords must match."])
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_wrong_token_is_refused(as_guest, db):
    answer = confirm(as_guest, "wrong")

    assert (answer.status_code, answer.json()) == (400, WRONG)


def test_asking_wants_an_email(as_guest, db):
    answer = as_guest.post("auth/password/reset/", {})

    assert (answer.status_code, answer.json()) == (400, invalid(email=["Field required"]))
