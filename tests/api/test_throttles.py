"""How often anyone may ask anything (signing in and registering: tests/accounts)."""

import pytest

from tests.api.operations import assert_refused

LIMITS = {"login": "off", "register": "off", "user": "3/m", "anon": "2/m"}


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.THROTTLES = LIMITS


def statuses(caller, times, path="products/categories/", **headers):
    return [caller.get(path, **headers).status_code for _ in range(times)]


def test_a_guest_is_told_when_to_come_back(as_guest):
    statuses(as_guest, 2)

    answer = as_guest.get("products/categories/")

    error = assert_refused(answer, 429)
    wait = error["retry_after"]
    assert 0 < wait <= 60
    assert answer.headers["Retry-After"] == str(wait)
    assert error == {
        "error": f"Request throttled. Retry after {wait} seconds.",
        "code": "throttled",
        "details": None,
        "retry_after": wait,
    }


def test_each_user_has_an_allowance_of_their_own(as_alice, as_bob, as_guest):
    assert statuses(as_alice, 4) == [200, 200, 200, 429]
    assert statuses(as_bob, 4) == [200, 200, 200, 429]
    assert statuses(as_guest, 3) == [200, 200, 429]


def test_a_refused_request_counts_for_nobody_else(as_alice, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]

    assert statuses(as_alice, 3, X_Forwarded_For="192.0.2.1") == [200, 200, 200]
    assert statuses(as_alice, 1, X_Forwarded_For="192.0.2.2") == [429]


def test_a_bad_token_counts_as_a_guest(as_guest):
    bad = {"Authorization": "Bearer nonsense"}

    assert statuses(as_guest, 3, **bad) == [401, 401, 429]
    assert statuses(as_guest, 1) == [429]


def test_guests_are_told_apart_by_their_address(as_guest, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]

    assert statuses(as_guest, 3, X_Forwarded_For="192.0.2.1") == [200, 200, 429]
    assert statuses(as_guest, 1, X_Forwarded_For="192.0.2.2") == [200]


def test_a_guest_who_makes_up_a_proxy_stays_the_same_guest(as_guest):
    made_up = [as_guest.get("products/", X_Forwarded_For=f"192.0.2.{number}") for number in range(3)]

    assert [answer.status_code for answer in made_up] == [200, 200, 429]


@pytest.mark.parametrize("path", ["payments/webhook/", "shipping/webhook/"])
def test_webhooks_are_not_throttled(as_guest, path):
    assert {as_guest.post(path, {}).status_code for _ in range(10)} == {400}


def test_health_is_not_throttled(as_guest):
    assert {as_guest.get("/healthz").status_code for _ in range(10)} == {200}


def test_off_is_off(as_guest, settings):
    settings.THROTTLES = dict.fromkeys(LIMITS, "off")

    assert set(statuses(as_guest, 30)) == {200}
