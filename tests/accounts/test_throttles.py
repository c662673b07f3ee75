"""How often one may try: exactly as often as the contract says, also all at once."""

import threading

import pytest
from django.db import connection

from backend.accounts.models import User
from backend.outbox.models import Event
from tests import factories
from tests.accounts.bodies import NEW_PASSWORD, PASSWORD, REGISTER
from tests.caller import Caller

LIMITS = {"login": "5/15m", "register": "3/h", "user": "off", "anon": "off"}


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.THROTTLES = LIMITS
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]


def login(email="alice@shopwire.example", password="Wrong-pass-1!", address="10.0.0.1"):
    body = {"email": email, "password": password}
    return Caller().post("auth/login/", body, X_Forwarded_For=address)


def all_at_once(count, call):
    """The statuses of `count` calls, each from a thread of its own, let go together."""
    barrier, statuses = threading.Barrier(count), []

    def run(number):
        barrier.wait()
        statuses.append(call(number).status_code)
        connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_logins_at_once_five_get_through(alice):
    assert all_at_once(20, lambda _: login()) == [401] * 5 + [429] * 15


@pytest.mark.django_db(transaction=True)
def test_of_twenty_logins_from_twenty_addresses_five_reach_the_account(alice):
    assert all_at_once(20, lambda n: login(address=f"10.0.0.{n}")) == [401] * 5 + [429] * 15


@pytest.mark.django_db
def test_a_right_password_counts_like_a_wrong_one(alice):
    statuses = [login(password=PASSWORD).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]


@pytest.mark.django_db
def test_the_answer_says_when_to_come_back(alice):
    for _ in range(5):
        login()

    answer = login(password=PASSWORD)

    body = answer.json()
    assert answer.status_code == 429
    assert 890 <= body["retry_after"] <= 900
    assert body == {
        "error": f"Request throttled. Retry after {body['retry_after']} seconds.",
        "code": "throttled",
        "details": None,
        "retry_after": body["retry_after"],
    }
    assert answer.headers["Retry-After"] == str(body["retry_after"])


@pytest.mark.django_db
def test_an_address_is_counted_over_all_emails(alice):
    for number in range(5):
        login(email=f"guess{number}@shopwire.example")

    assert login().status_code == 429
    assert login(address="10.0.0.2").status_code == 401


@pytest.mark.django_db
def test_the_case_of_an_email_makes_no_new_one(alice):
    for number in range(5):
        login(address=f"10.0.0.{number}")

    assert login(email="ALICE@shopwire.example", address="10.0.0.9").status_code == 429


@pytest.mark.django_db
def test_a_throttled_address_does_not_lock_others_out(alice):
    for number in range(5):
        login(email=f"guess{number}@shopwire.example")
    for _ in range(9):
        assert login().status_code == 429

    assert login(password=PASSWORD, address="10.0.0.2").status_code == 200


@pytest.mark.django_db
def test_a_forged_hop_before_the_proxy_changes_nothing(alice):
    for number in range(5):
        login(email=f"guess{number}@shopwire.example", address=f"1.1.1.{number}, 10.0.0.1")

    assert login(address="9.9.9.9, 10.0.0.1").status_code == 429


@pytest.mark.django_db
def test_three_registrations_an_hour():
    answers = [Caller().post("auth/register/", {**REGISTER, "email": f"n{n}@example.com"}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[3].json()["code"] == "throttled"
    assert User.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["auth/password/reset/", "auth/verify-email/resend/"])
def test_nobody_is_flooded_with_mail(path):
    statuses = [
        Caller().post(path, {"email": "a@b.example"}, X_Forwarded_For=f"10.0.0.{n}").status_code
        for n in range(6)
    ]

    assert statuses == [200] * 5 + [429]
    assert Event.objects.count() == 5


@pytest.mark.django_db
def test_a_stolen_token_does_not_try_passwords_for_ever():
    thief = Caller(factories.user())
    body = {"old_password": "Guess-1!", "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}

    statuses = [thief.post("auth/password/change/", body).status_code for _ in range(6)]

    assert statuses == [400] * 5 + [429]


@pytest.mark.django_db
def test_refreshes_count_as_requests_of_guests(settings):
    settings.THROTTLES = {**LIMITS, "anon": "2/m"}

    statuses = [Caller().post("auth/refresh/", {"refresh": "x"}).status_code for _ in range(3)]

    assert statuses == [401, 401, 429]
