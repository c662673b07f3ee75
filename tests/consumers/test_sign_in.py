"""Who may open which socket, and how they say who they are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts import actions, tickets, tokens
from consumers import auth
from consumers.request import Request
from tests.caller import Caller

SIGN_IN_FIRST = {"type": "error", "code": "not_authenticated", "error": "Sign in first"}
INVALID = {"type": "error", "code": "invalid_token", "error": "Token is invalid"}
NOT_THIS_ORIGIN = {"type": "error", "code": "permission_denied", "error": "This origin is not allowed"}


def test_a_program_brings_its_token_in_a_header(shop, alice):
    assert shop.listen("orders/", alice).frame()["topic"] == f"orders:{alice.pk}"


def test_a_browser_brings_its_token_as_a_subprotocol(shop, alice):
    ears = shop.listen("orders/", subprotocols=["bearer", Caller(alice).token])

    assert ears.socket.subprotocol == "bearer"
    assert ears.frame()["topic"] == f"orders:{alice.pk}"


def test_a_ticket_is_good_once(shop, as_alice, alice):
    ticket = tickets.issue(user_id=alice.pk, session_id=as_alice.session.pk)

    assert shop.listen(f"orders/?ticket={ticket}").frame()["topic"] == f"orders:{alice.pk}"
    assert shop.listen(f"orders/?ticket={ticket}").end() == (3500, [INVALID])


@pytest.mark.django_db
def test_a_ticket_is_good_for_as_long_as_a_token_would_be(as_alice, alice, settings):
    now, session = timezone.now(), as_alice.session

    for left in (settings.JWT_ACCESS / 2, settings.JWT_ACCESS * 2):
        type(session).objects.update(expires_at=now + left)
        ticket = tickets.issue(user_id=alice.pk, session_id=session.pk)
        claims = auth.claims(Request({}, {"ticket": [ticket]}, [], {}), now=now)
        assert claims.expires_at == now + min(left, settings.JWT_ACCESS)


def test_a_private_socket_needs_somebody(shop, alice):
    token = Caller(alice).token

    for path in ("cart/", "orders/", f"orders/{alice.pk}/", "staff/", f"cart/?token={token}"):
        assert shop.listen(path).end() == (3502, [SIGN_IN_FIRST]), path


def test_a_wrong_token_is_refused(shop, as_alice, alice):
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())

    for token in ("nonsense", refresh, as_alice.token + "x"):
        assert shop.listen("cart/", token=token).end() == (3500, [INVALID])
    assert shop.listen("cart/", subprotocols=["bearer"]).code() == 3500
    assert shop.listen("cart/?ticket=nonsense").code() == 3500


def test_a_token_whose_sign_in_has_ended_is_refused(shop, as_alice):
    type(as_alice.session).objects.update(ended_at=timezone.now())

    assert shop.listen("cart/", token=as_alice.token).end() == (3500, [INVALID])


def test_an_old_token_asks_for_a_new_one(shop, as_alice, alice, settings):
    then = timezone.now() - settings.JWT_ACCESS - timedelta(seconds=2)
    token = tokens.access_token(user=alice, session=as_alice.session, now=then)

    code, frames = shop.listen("cart/", token=token).end()

    assert (code, frames[0]["error"]) == (3005, "Token has expired")


def test_the_end_of_the_token_ends_the_socket(shop, as_alice, alice, settings):
    for seconds in (2, 5, 20):  # a busy machine may look at the shorter ones too late
        then = timezone.now() - settings.JWT_ACCESS + timedelta(seconds=seconds)
        ears = shop.listen("cart/", token=tokens.access_token(user=alice, session=as_alice.session, now=then))
        code, frames = ears.end()
        if frames[0]["type"] == "snapshot":
            break

    assert (code, [frame["type"] for frame in frames]) == (3005, ["snapshot"])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://friend.example.evil.example"])
def test_a_foreign_page_is_refused(shop, alice, origin):
    assert shop.listen("cart/", alice, origin=origin).end() == (3507, [NOT_THIS_ORIGIN])


def test_our_own_page_and_a_friend_are_welcome(shop, alice):
    for origin in (f"http://127.0.0.1:{shop.port}", "https://friend.example"):
        assert shop.listen("cart/", alice, origin=origin).frame()["type"] == "snapshot"


def test_staff_only(shop, alice):
    refused = (3507, [{"type": "error", "code": "permission_denied", "error": "Staff only"}])

    assert shop.listen("staff/", alice).end() == refused
    assert shop.listen("orders/?scope=all", alice).end() == refused
    assert shop.listen("orders/?scope=some", alice).code() == 3501


def test_a_sign_out_closes_the_sockets_of_that_sign_in_only(shop, as_alice, alice, tell):
    here, there = shop.listen("cart/", token=as_alice.token), shop.listen("cart/", alice)
    here.frame(), there.frame()

    now = timezone.now()
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=now)
    actions.sign_out(user_id=alice.pk, refresh_token=refresh, now=now)
    tell()

    assert here.end() == (3503, [])
    assert there.is_silent()


def deactivate(user, staff):
    actions.deactivate(user_id=user.pk, actor=staff, now=timezone.now())


def change_password(user, staff):
    passwords = {"old_password": "Secret-pass-1!", "new_password": "Another-pass-2!"}
    actions.change_password(user_id=user.pk, now=timezone.now(), **passwords)


@pytest.mark.parametrize("end", [deactivate, change_password])
def test_the_end_of_all_sign_ins_closes_all_sockets(shop, apps, alice, bob, staff, tell, end):
    ears, others = (shop.listen("cart/", alice), shop.listen("orders/", alice)), shop.listen("cart/", bob)
    for one in (*ears, others):
        one.frame()
    app, another = apps.open(alice), apps.open(bob)

    end(alice, staff)
    tell()

    assert [one.end() for one in ears] == [(3503, [])] * 2
    assert app.farewell() == 3503
    assert others.is_silent()
    assert another.is_silent()


def test_there_is_nothing_at_other_addresses(shop):
    for path in ("nope/", "cart"):
        code, frames = shop.listen(path).end()
        assert (code, frames[0]["code"]) == (3501, "not_found")
