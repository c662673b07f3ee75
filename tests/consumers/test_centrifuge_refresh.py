"""The apps' socket: a token that ends is asked for anew, and the end of its sign-in is the socket's."""

from django.utils import timezone

from backend.accounts import actions, tokens
from tests.caller import Caller
from tests.consumers.apps import token_of


def test_an_expired_token_asks_for_a_new_one_and_the_rest_is_ignored(apps, as_alice, alice):
    app = apps.raw()
    old = token_of(as_alice, alice, seconds_left=-5)
    app.say({"id": 1, "connect": {"token": old}}, {"id": 2, "subscribe": {"channel": f"orders:{alice.pk}"}})

    assert app.hear() == {"id": 1, "error": {"code": 109, "message": "token expired"}}
    assert app.is_silent()


def test_a_refresh_keeps_the_connection_beyond_its_token(apps, as_alice, alice):
    app = apps.open(token=token_of(as_alice, alice, seconds_left=60))

    reply = app.ask("refresh", token=as_alice.token)

    assert reply.pop("ttl") > 3500
    assert reply == {"expires": True}


def test_a_refresh_by_somebody_else_is_final(apps, alice, bob):
    for token in (Caller(bob).token, "nonsense"):
        app = apps.open(alice)
        app.say({"id": 9, "refresh": {"token": token}})
        assert app.farewell() == 3500


def test_a_guest_has_nothing_to_refresh(apps, alice):
    app = apps.open()
    app.say({"id": 9, "refresh": {"token": Caller(alice).token}})

    assert app.farewell() == 3500


def test_a_refresh_with_an_old_token_fails(apps, as_alice, alice):
    old = token_of(as_alice, alice, seconds_left=-1)

    assert apps.open(alice).ask("refresh", token=old) == {"error": {"code": 109, "message": "token expired"}}


def test_a_sign_out_ends_the_sockets_of_that_sign_in(apps, as_alice, alice, tell):
    here, there = apps.open(token=as_alice.token), apps.open(alice)

    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())
    actions.sign_out(user_id=alice.pk, refresh_token=refresh, now=timezone.now())
    tell()

    assert here.farewell() == 3503
    assert there.is_silent()
