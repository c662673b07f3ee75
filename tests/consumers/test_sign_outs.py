"""Who has signed out loses the sockets, although no relay tells of it: the shop looks, and often enough."""

from django.utils import timezone

from backend.accounts import actions as accounts
from backend.accounts import tokens
from backend.outbox.models import Event
from consumers import rounds
from tests import factories
from tests.caller import Caller

LIMIT_SECONDS = 5


def test_the_look_comes_round_within_five_seconds():
    assert rounds.SIGN_OUT_SECONDS < LIMIT_SECONDS


def test_a_sign_out_that_nobody_tells_is_found(shop, apps, alice, bob, staff):
    carol, now = factories.user(), timezone.now()
    here, there = Caller(alice), Caller(alice)
    callers = [here, Caller(bob), Caller(carol)]
    ears = [shop.listen("orders/", token=caller.token) for caller in callers]
    talkers = [apps.open(token=caller.token) for caller in callers]
    others = shop.listen("orders/", token=there.token), apps.open(token=there.token)
    for one in (*ears, others[0]):
        one.frame()

    refresh = tokens.refresh_token(user=alice, session=here.session, now=now)
    accounts.sign_out(user_id=alice.pk, refresh_token=refresh, now=now)
    accounts.change_password(
        user_id=bob.pk, old_password="Secret-pass-1!", new_password="Other-pass-2!", now=now
    )
    accounts.deactivate(user_id=carol.pk, actor=staff, now=now)

    assert [one.end() for one in ears] == [(3503, [])] * 3
    assert [one.farewell() for one in talkers] == [3503] * 3
    assert all(one.is_silent() for one in others)
    assert Event.objects.filter(topic__startswith="user:").count() == 3  # still untold
