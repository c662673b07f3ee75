"""Where Stripe says nothing, or never ends, the shop gives up in time, and the buyer may ask again."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from backend.devstack import ports
from backend.payments import patience
from backend.payments.models import Payment
from tests.payments.trouble import AWAY, ask, impatience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("retries_soon")]


@contextmanager
def nobody():
    yield ports.find_free()


@contextmanager
def somebody_who_never_answers():
    with socket.create_server(("127.0.0.1", 0), backlog=9) as server:
        yield server.getsockname()[1]


@contextmanager
def a_full_house():
    """Connections are not taken in any more: those behind it get no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        guests = [socket.socket() for _ in range(3)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(server.getsockname())
        yield server.getsockname()[1]
        for guest in guests:
            guest.close()


@pytest.mark.parametrize("place", [nobody, somebody_who_never_answers, a_full_house])
def test_at_an_address_where_nobody_answers(as_alice, order, stripe, settings, place):
    right = settings.STRIPE_API_BASE
    with impatience(), place() as port:
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{port}"
        refused = ask(as_alice, order)
    settings.STRIPE_API_BASE = right

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert not Payment.objects.exists()
    assert ask(as_alice, order).status_code == 200


def test_a_request_that_gave_up_holds_its_key_at_stripe_only_as_long_as_it_runs(as_alice, order, stripe):
    with impatience():
        stripe.faults.set(hold=True)
        first, second = ask(as_alice, order), ask(as_alice, order)
        stripe.faults.reset()

    assert (first.status_code, second.status_code) == (502, 502)
    assert ask(as_alice, order).status_code == 200
    assert len(stripe.intents()) == 1


def test_an_answer_that_never_ends_is_not_waited_for(as_alice, order, stripe):
    """The SDK's own timeouts count from byte to byte: this answer would take it some 90 seconds."""
    started = time.monotonic()

    with impatience():
        stripe.faults.set(drip=0.06)
        refused = ask(as_alice, order)
        stripe.faults.reset()

    assert refused.status_code == 502
    assert time.monotonic() - started < 15


def test_where_too_many_wait_already_nobody_joins_the_queue(as_alice, order, stripe, monkeypatch):
    monkeypatch.setattr(patience, "_places", threading.BoundedSemaphore(1))
    with patience._places:
        refused = ask(as_alice, order)

    assert (refused.status_code, refused.json()) == (502, AWAY)
    assert (stripe.intents(), ask(as_alice, order).status_code) == ([], 200)
