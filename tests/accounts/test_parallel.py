"""Accounts under parallel requests, on real connections."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from backend.accounts import actions, addresses, mail_tokens
from backend.accounts.models import Address, MailToken, Session, User
from tests import factories
from tests.accounts.bodies import ADDRESS, NEW_PASSWORD, PASSWORD, REGISTER
from tests.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls):
    """What the calls return or raise, each run on a thread and connection of its own, let go together."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        barrier.wait()
        try:
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - what was raised is the result
            results[place] = error
        connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_email_is_registered_once():
    answers = together(*[lambda: Caller().post("auth/register/", REGISTER)] * 6)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert User.objects.count() == 1


def test_one_default_of_a_type_is_left(alice):
    callers = [Caller(alice) for _ in range(6)]
    body = {**ADDRESS, "is_default": True}

    answers = together(*[lambda c=c: c.post("auth/me/addresses/", body) for c in callers])

    assert [answer.status_code for answer in answers] == [201] * 6
    assert Address.objects.filter(is_default=True).count() == 1


def test_one_default_is_left_when_two_become_it(alice):
    book = [factories.address(alice) for _ in range(4)]
    change = {"is_default": True}

    results = together(
        *[
            lambda row=row: addresses.change_address(user_id=alice.pk, address_id=row.pk, fields=change)
            for row in book
        ]
    )

    assert {type(result) for result in results} == {Address}
    assert Address.objects.filter(is_default=True).count() == 1


def test_a_reset_link_sets_one_password(alice):
    secret = mail_tokens.issue_reset(email=alice.email, now=timezone.now()).secret

    def reset(password):
        return mail_tokens.reset_password(secret=secret, new_password=password, now=timezone.now())

    results = together(*[lambda n=n: reset(f"Fresh-pass-{n}!") for n in range(4)])

    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["WrongMailToken"] * 3
    alice.refresh_from_db()
    assert alice.check_password(f"Fresh-pass-{results.index(None)}!")


def test_of_links_asked_for_at_once_one_works(alice):
    issued = together(*[lambda: mail_tokens.issue_reset(email=alice.email, now=timezone.now())] * 4)

    assert len({token.secret for token in issued}) == 4
    assert MailToken.objects.count() == 1


def test_no_session_outlives_a_password_change_beside_it(alice):
    def sign_in():
        return actions.sign_in(email=alice.email, password=PASSWORD, now=timezone.now())

    def change():
        actions.change_password(
            user_id=alice.pk, old_password=PASSWORD, new_password=NEW_PASSWORD, now=timezone.now()
        )

    together(sign_in, change, sign_in, sign_in)

    assert not Session.objects.filter(ended_at__isnull=True).exists()
