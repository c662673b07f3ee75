"""Signing in to the admin, and changing one's password there."""

import pytest
from django.test import Client

from backend.accounts.models import Session
from backend.outbox.models import Event
from tests.caller import Caller

pytestmark = pytest.mark.django_db
PASSWORD = "Secret-pass-1!"


def sign_in(client, email="boss@shopwire.example", password=PASSWORD):
    return client.post("/admin/login/?next=/admin/", {"username": email, "password": password})


def test_signing_in_takes_e_mail_in_any_case_and_password(boss):
    client = Client()

    answer = sign_in(client, email="Boss@Shopwire.example")

    assert (answer.status_code, answer.url) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("boss@shopwire.example", "wrong"), ("alice@shopwire.example", PASSWORD)]
)
def test_a_wrong_password_and_a_customer_stay_outside(boss, alice, email, password):
    client = Client()

    assert sign_in(client, email, password).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_guessing_is_limited_as_it_is_for_the_api(boss, settings):
    settings.THROTTLES = {**settings.THROTTLES, "login": "2/15m"}
    client = Client()
    for _ in range(2):
        sign_in(client, password="wrong")

    answer = sign_in(client)

    assert (answer.status_code, b"Request throttled" in answer.content) == (200, True)
    assert client.get("/admin/").status_code == 302
    login = {"email": "boss@shopwire.example", "password": PASSWORD}
    assert Caller().post("auth/login/", login).status_code == 429


def test_a_new_password_ends_every_session(desk, boss):
    caller = Caller(boss)

    fresh = {"old_password": PASSWORD, "new_password1": "Another-pass-2!", "new_password2": "Another-pass-2!"}
    answer = desk.client.post("/admin/password_change/", fresh)

    boss.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, "/admin/password_change/done/")
    assert boss.check_password("Another-pass-2!")
    assert Session.objects.filter(ended_at=None).count() == 0
    assert Event.objects.get(event="session.ended").data == {"user_id": str(boss.pk), "session_id": None}
    assert caller.get("cart/").status_code == 401
    assert desk.client.get("/admin/").status_code == 200


def test_a_plain_password_is_refused(desk, boss):
    plain = {"old_password": PASSWORD, "new_password1": "alllowercase", "new_password2": "alllowercase"}

    answer = desk.client.post("/admin/password_change/", plain)

    boss.refresh_from_db()
    assert (answer.status_code, boss.check_password(PASSWORD)) == (200, True)
    assert b"Password must contain" in answer.content
