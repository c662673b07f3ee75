"""POST /auth/logout/"""

import pytest
from django.utils import timezone

from backend.accounts import tokens
from backend.accounts.models import Session
from backend.outbox.models import Event
from tests.accounts.bodies import INVALID_TOKEN, NOT_AUTHENTICATED
from tests.caller import Caller

pytestmark = pytest.mark.django_db


def refresh_of(caller, user):
    return tokens.refresh_token(user=user, session=caller.session, now=timezone.now())


def test_both_tokens_are_dead_at_once_and_the_sockets_hear(as_alice, alice):
    refresh = refresh_of(as_alice, alice)

    answer = as_alice.post("auth/logout/", {"refresh": refresh})

    assert (answer.status_code, answer.json()) == (200, {"message": "Logout successful"})
    assert as_alice.get("auth/me/").json() == INVALID_TOKEN
    assert Caller().post("auth/refresh/", {"refresh": refresh}).json() == INVALID_TOKEN
    event = Event.objects.get()
    assert (event.topic, event.event) == (f"user:{alice.pk}", "session.ended")
    assert event.data == {"user_id": str(alice.pk), "session_id": str(as_alice.session.pk)}


def test_another_device_stays_signed_in(as_alice, alice):
    phone = Caller(alice)

    phone.post("auth/logout/", {"refresh": refresh_of(phone, alice)})

    assert as_alice.get("auth/me/").status_code == 200
    assert phone.get("auth/me/").status_code == 401


def test_one_device_may_sign_out_another_once(as_alice, alice):
    phone = Caller(alice)
    refresh = refresh_of(phone, alice)

    first = as_alice.post("auth/logout/", {"refresh": refresh})
    second = as_alice.post("auth/logout/", {"refresh": refresh})

    assert (first.status_code, second.status_code) == (200, 401)
    assert Event.objects.count() == 1


def test_somebody_elses_refresh_token_is_refused(as_alice, as_bob, bob):
    answer = as_alice.post("auth/logout/", {"refresh": refresh_of(as_bob, bob)})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)
    assert not Session.objects.filter(ended_at__isnull=False).exists()
    assert not Event.objects.exists()


def test_the_access_token_will_not_do(as_alice):
    answer = as_alice.post("auth/logout/", {"refresh": as_alice.token})

    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)
    assert as_alice.get("auth/me/").status_code == 200


def test_guests_have_nothing_to_end(as_guest):
    answer = as_guest.post("auth/logout/", {"refresh": "x"})

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)
