"""The same answers from every server that may carry REST: Daphne, uvicorn, Granian, nginx before the two."""

import re
import socket
import time
from contextlib import ExitStack

import httpx
import pytest
from django.utils import timezone

from backend.accounts import tokens
from backend.devstack import processes
from backend.orders.models import Order
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_what_can_be_read_is_read_and_its_headers_alone_too(guest):
    factories.product(sku="MUG", slug="mug")
    site = guest.base_url

    shown = guest.get("products/mug/")
    headers = guest.head("products/mug/")
    missing = guest.get("products/nothing/")

    assert (shown.status_code, shown.json()["slug"]) == (200, "mug")
    assert (headers.status_code, headers.content) == (200, b"")
    assert headers.headers["Content-Length"] == str(len(shown.content))
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert guest.post("products/categories/", json={}).headers["Allow"] == "GET, HEAD"
    assert [guest.get(site.join(f"/api/{page}/")).status_code for page in ("docs", "schema")] == [200, 200]


def test_who_has_it_already_gets_no_body_and_goes_on(guest):
    whole = guest.get("products/")

    again = guest.get("products/", headers={"If-None-Match": whole.headers["ETag"]})

    assert (again.status_code, again.content, "Content-Length" in again.headers) == (304, b"", False)
    assert guest.get("products/").content == whole.content


def test_a_friends_page_may_ask(guest):
    asked = {"Origin": "https://friend.example", "Access-Control-Request-Method": "POST"}

    preflight = guest.options("cart/items/", headers=asked)

    assert (preflight.status_code, preflight.content) == (200, b"")
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://friend.example"


def test_requests_in_one_go_are_answered_in_order(port):
    paths = ("/api/v1/products/categories/", "/api/v1/nowhere/", "/api/v1/cart/")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(
            b"".join(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode() for path in paths)
        )
        heard = b""
        while len(found := re.findall(rb"HTTP/1.1 (\d+) ", heard)) < len(paths):
            part = wire.recv(65536)
            assert part, heard
            heard += part

    assert found == [b"200", b"404", b"401"]


def test_a_checkout_is_done_once(buyer, alice):
    mug = factories.product(sku="MUG", quantity=5)
    home = str(factories.address(alice).pk)
    body = {"shipping_address_id": home, "billing_address_id": home}
    key = {"Idempotency-Key": "one"}

    added = buyer.post("cart/items/", json={"product_id": str(mug.pk), "quantity": 2})
    first = buyer.post("orders/", json=body, headers=key)
    again = buyer.post("orders/", json=body, headers=key)
    other = buyer.post("orders/", json=body | {"billing_address_id": str(alice.pk)}, headers=key)

    assert (added.status_code, first.status_code, again.status_code) == (201, 201, 200)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert (Order.objects.count(), buyer.get("cart/").json()["items"]) == (1, [])


def test_clients_are_told_apart_behind_a_proxy(guest):
    def sign_in(number, address):
        body = {"email": f"nobody-{number}@shopwire.example", "password": "x"}
        return guest.post("auth/login/", json=body, headers={"X-Forwarded-For": f"9.9.9.9, {address}"})

    ours = [sign_in(number, "203.0.113.7") for number in range(3)]
    theirs = sign_in(3, "203.0.113.8")

    assert [answer.status_code for answer in ours] == [401, 401, 429]
    assert "Retry-After" in ours[2].headers
    assert theirs.status_code == 401


def test_a_sign_out_is_heard_in_every_process_within_five_seconds(buyer, alice, as_alice):
    assert buyer.get("cart/").status_code == 200
    refresh = tokens.refresh_token(user=alice, session=as_alice.session, now=timezone.now())

    assert buyer.post("auth/logout/", json={"refresh": refresh}).status_code == 200
    ended_at, let_in_at = time.monotonic(), [0.0]

    def is_refused():
        # By a new connection, so that the other worker is asked too.
        asked_at, url = time.monotonic(), buyer.base_url.join("cart/")
        status = httpx.get(url, headers=dict(buyer.headers), timeout=20).status_code
        assert status in (200, 401)
        if status == 200:
            let_in_at.append(asked_at)
        return status == 401

    assert processes.wait_until(lambda: all(is_refused() for _ in range(8)), seconds=30)
    assert let_in_at[-1] < ended_at + 5


def test_who_does_not_read_delays_nobody(port, guest):
    for number in range(30):
        factories.product(sku=f"MUG-{number}", slug=f"mug-{number}", description="x" * 20_000)
    request = b"GET /api/v1/products/?page_size=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(12):
            wire = stack.enter_context(socket.socket())
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect(("127.0.0.1", port))
            wire.sendall(request)
        asked_at = time.monotonic()
        answers = [guest.get("products/").status_code for _ in range(10)]

    assert answers == [200] * 10
    assert time.monotonic() - asked_at < 10
