"""A real web process while Stripe is slow or silent: nobody waits for ever, and the shop goes on."""

import json
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.devstack import processes
from backend.payments import patience
from backend.payments.models import Payment
from tests import factories, live
from tests.payments.conftest import place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BUYERS = 30
LONGEST_SECONDS = 15


def call(url, path, *, token="", body=None):
    """(status, JSON) of the answer, and the seconds it took."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"{url}/api/v1/{path}", body and json.dumps(body).encode(), headers)
    started = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, text = refused.code, refused.read()
    return status, json.loads(text), time.monotonic() - started


@pytest.fixture
def orders(alice):
    mug = factories.product(sku="MUG", slug="mug", price="20.00", quantity=2 * BUYERS)
    return [place(alice, mug, quantity=1) for _ in range(BUYERS)]


def test_while_thirty_wait_for_stripe_others_look_and_buy(tmp_path, orders, bob, as_alice, as_bob, stripe):
    address = str(factories.address(bob).pk)
    stripe.faults.set(hold=True)

    def pay(order):
        return call(url, "payments/create-intent/", token=as_alice.token, body={"order_id": str(order.pk)})

    def buy():
        item = {"product_id": str(orders[0].items.get().product_id), "quantity": 1}
        addresses = {"shipping_address_id": address, "billing_address_id": address}
        return [
            call(url, "products/?ordering=-price&page_size=7"),
            call(url, "cart/items/", token=as_bob.token, body=item),
            call(url, "orders/", token=as_bob.token, body=addresses),
        ]

    with (
        live.web(log=tmp_path / "web.log", STRIPE_API_BASE=stripe.sandbox.url) as url,
        ThreadPoolExecutor(BUYERS) as buyers,
    ):
        waiting = [buyers.submit(pay, order) for order in orders]
        is_full = processes.wait_until(lambda: stripe.faults.held >= patience.CALLS_AT_ONCE, seconds=30)
        bought = buy()
        are_waiting = sum(not payer.done() for payer in waiting)
        stripe.faults.reset()
        paid = [payer.result() for payer in waiting]

    assert is_full
    assert [status for status, _, _ in bought] == [200, 201, 201]
    assert are_waiting > BUYERS / 2
    assert max(seconds for _, _, seconds in bought) < 5
    assert {status for status, _, _ in paid} <= {200, 502}
    assert max(seconds for _, _, seconds in paid) < LONGEST_SECONDS


def test_of_a_stripe_that_never_answers_each_request_is_told_in_time(
    tmp_path, order, payment, mug, as_alice, alice
):
    other = place(alice, mug)
    unpaid = {"order_id": str(other.pk)}
    paid = {"order_id": str(order.pk), "payment_intent_id": payment.intent_id}

    with (
        socket.create_server(("127.0.0.1", 0), backlog=9) as nobody,
        live.web(
            log=tmp_path / "web.log", STRIPE_API_BASE=f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ) as url,
        ThreadPoolExecutor(2) as buyers,
    ):
        opening = buyers.submit(call, url, "payments/create-intent/", token=as_alice.token, body=unpaid)
        confirming = buyers.submit(call, url, "payments/confirm/", token=as_alice.token, body=paid)
        answers = [opening.result(), confirming.result()]

    assert [(status, body["code"]) for status, body, _ in answers] == [
        (502, "payment_provider_unavailable")
    ] * 2
    assert max(seconds for _, _, seconds in answers) < LONGEST_SECONDS
    assert Payment.objects.values_list("status", flat=True).get() == "pending"
