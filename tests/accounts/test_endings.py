"""Who has signed out, without a query per request: right within five seconds, and never by guessing."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from backend.accounts import actions, endings, queries
from backend.accounts.models import Session
from tests.accounts.bodies import INVALID_TOKEN

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch, _sign_outs_are_heard_at_once):
    monkeypatch.setattr(endings, "HEARD_EVERY", SECOND)


@pytest.fixture
def heard():
    return endings.Endings()


@pytest.fixture
def sign_in(alice):
    return Session.objects.create(user=alice, created_at=NOON, expires_at=NOON + timedelta(days=7))


def end(session, at=NOON):
    Session.objects.filter(pk=session.pk).update(ended_at=at)


def test_an_end_is_heard_after_a_second_and_till_then_nobody_asks(heard, sign_in, django_assert_num_queries):
    assert not heard.includes(sign_in.pk, now=NOON)
    end(sign_in)

    with django_assert_num_queries(0):
        assert not heard.includes(sign_in.pk, now=NOON + 0.9 * SECOND)
    with django_assert_num_queries(1):
        assert heard.includes(sign_in.pk, now=NOON + SECOND)
    with django_assert_num_queries(0):
        assert heard.includes(sign_in.pk, now=NOON + 1.9 * SECOND)


def test_an_end_of_an_hour_ago_is_heard_at_the_first_look(heard, sign_in):
    end(sign_in, at=NOON - timedelta(hours=1))

    assert heard.includes(sign_in.pk, now=NOON)
    assert not heard.includes(uuid4(), now=NOON)


def test_an_end_that_waited_for_its_commit_is_heard(heard, sign_in):
    heard.includes(sign_in.pk, now=NOON)
    end(sign_in, at=NOON - timedelta(seconds=100))

    assert heard.includes(sign_in.pk, now=NOON + SECOND)


def test_ends_are_forgotten_when_no_token_can_live_any_more(heard, sign_in):
    end(sign_in)
    heard.includes(sign_in.pk, now=NOON)

    heard.includes(sign_in.pk, now=NOON + timedelta(days=1, seconds=1))

    assert heard._ended == {}


def test_a_clock_that_is_put_back_makes_nothing_new(heard, sign_in):
    heard.includes(sign_in.pk, now=NOON)
    end(sign_in, at=NOON - timedelta(hours=2))

    assert heard.includes(sign_in.pk, now=NOON - timedelta(hours=2))


def test_without_the_database_nobody_gets_in_by_old_news(heard, sign_in):
    heard.includes(sign_in.pk, now=NOON)

    with patch.object(heard, "_read", side_effect=OperationalError("away")), pytest.raises(OperationalError):
        heard.includes(sign_in.pk, now=NOON + SECOND)


def test_while_one_asks_the_others_go_on_for_four_seconds_and_no_longer(heard, sign_in, monkeypatch):
    monkeypatch.setattr(endings, "PATIENCE_SECONDS", 0.01)
    heard.includes(sign_in.pk, now=NOON)

    with heard._asking:
        assert not heard.includes(sign_in.pk, now=NOON + 3.9 * SECOND)
        with pytest.raises(OperationalError, match="could not be asked in time"):
            heard.includes(sign_in.pk, now=NOON + 4 * SECOND)


def test_who_has_waited_for_another_s_look_goes_by_it(heard, sign_in, django_assert_num_queries):
    end(sign_in)

    class AskedMeanwhile:
        def acquire(self, timeout):
            heard._read(NOON + 0.5 * SECOND)
            return True

        def release(self):
            pass

    heard._asking = AskedMeanwhile()

    with django_assert_num_queries(1):
        assert heard.includes(sign_in.pk, now=NOON)


def test_a_process_that_has_heard_nothing_lets_nobody_in(heard, sign_in, monkeypatch):
    monkeypatch.setattr(endings, "PATIENCE_SECONDS", 0.01)

    with heard._asking, pytest.raises(OperationalError, match="could not be asked in time"):
        heard.includes(sign_in.pk, now=NOON)


def test_what_this_process_has_ended_it_knows_at_once(
    as_alice, alice, staff, django_capture_on_commit_callbacks
):
    assert as_alice.get("cart/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        actions.deactivate(user_id=alice.pk, actor=staff, now=timezone.now())

    assert as_alice.get("cart/").json() == INVALID_TOKEN


def test_what_this_process_has_ended_it_knows_whoever_came_first(heard, sign_in):
    heard.includes(sign_in.pk, now=NOON)
    end(sign_in)
    heard._doubt()

    # A request that read the clock just before the one by which the others go.
    assert heard.includes(sign_in.pk, now=NOON - SECOND / 1000)


def test_a_signed_in_request_asks_the_database_only_for_what_it_shows(as_alice, django_assert_num_queries):
    as_alice.get("cart/")

    with django_assert_num_queries(2):  # the cart, its lines
        assert as_alice.get("cart/").status_code == 200


def test_what_a_token_does_not_tell_of_a_user_is_read_when_it_is_asked_for(as_alice, alice):
    user, sign_in = queries.told_bearer(token=as_alice.token, now=timezone.now())

    assert (user, user.email, user.is_staff, sign_in) == (alice, alice.email, False, as_alice.session.pk)
    assert user.get_deferred_fields() >= {"first_name", "password", "is_superuser"}
    assert user.first_name == "Alice"
