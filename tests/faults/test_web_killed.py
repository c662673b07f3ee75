"""kill -9 of the web process at the four places where it hurts."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from signal import SIGCONT, SIGSTOP

import httpx
import psutil
import pytest

from tests.faults.listener import Listener
from tests.faults.shop import wait

pytestmark = pytest.mark.slow
LANTERN = "SELECT 1 FROM inventory_stock WHERE sku LIKE '%LANTERN%' FOR UPDATE"


@pytest.fixture
def aside():
    """A thread for the request that is not going to be answered."""
    with ThreadPoolExecutor(1) as threads:
        yield threads.submit


@pytest.fixture
def redis(shop):
    """Stands still when told: who pokes the relay after a commit then waits a second for it."""
    process = psutil.Process(shop.stack.news.pid)
    yield process
    process.send_signal(SIGCONT)


def died(request):
    return isinstance(request.exception(20), httpx.TransportError)


def test_killed_before_the_commit_nothing_is_ordered_and_the_key_is_free_at_once(shop, alice, aside):
    alice.fill_cart()
    key, before = str(uuid.uuid4()), alice.cart()
    with shop.holding(LANTERN) as hold:
        request = aside(alice.check_out, key)
        hold.wait_for_victim()
        hold.kill("web")
        assert died(request)
    shop.wait_for_web()
    assert alice.cart() == before

    again = alice.check_out(key)

    assert again.status_code == 201, again.text
    assert alice.cart()["items"] == []
    assert alice.check_out(key).json() == again.json()


def test_killed_after_the_commit_the_key_brings_the_same_order_and_no_second_one(shop, alice, aside, redis):
    alice.fill_cart()
    key, orders = str(uuid.uuid4()), "SELECT id::text FROM orders_order"
    known = set(shop.rows(orders))
    with shop.holding(LANTERN) as hold:
        request = aside(alice.check_out, key)
        hold.wait_for_victim()
        redis.send_signal(SIGSTOP)
    assert wait(lambda: set(shop.rows(orders)) > known)
    shop.kill("web")
    redis.send_signal(SIGCONT)
    assert died(request)
    shop.wait_for_web()

    without_key, with_key = alice.check_out(), alice.check_out(key)

    assert (without_key.status_code, without_key.json()["code"]) == (400, "cart_empty")
    assert (with_key.status_code, with_key.headers["Idempotency-Replayed"]) == (200, "true")
    assert set(shop.rows(orders)) - known == {with_key.json()["id"]}


def test_killed_between_stripes_answer_and_ours_the_intent_is_the_same_one(shop, alice, aside):
    alice.fill_cart()
    order = alice.check_out().json()
    shop.misbehave(hold=True)
    request = aside(alice.intent_for, order["id"])
    shop.wait_for_held()
    with shop.holding("SELECT 1 FROM orders_order WHERE id = %s FOR UPDATE", order["id"]) as hold:
        shop.behave()
        hold.wait_for_victim()
        assert len(intents_of(shop, order)) == 1
        hold.kill("web")
        assert died(request)
    shop.wait_for_web()
    assert shop.rows("SELECT 1 FROM payments_payment WHERE order_id = %s", order["id"]) == []

    again = alice.intent_for(order["id"]).json()

    assert intents_of(shop, order) == [again["payment_intent_id"]]


def test_killed_with_an_event_stored_and_unanswered_stripes_repeat_changes_nothing(shop, alice, redis):
    order = alice.order()
    with shop.holding("LOCK TABLE payments_stripeevent IN SHARE MODE") as hold:
        alice.pay(order["intent"])
        hold.wait_for_victim()
        redis.send_signal(SIGSTOP)
    succeeded = "SELECT event_id FROM payments_stripeevent WHERE payload->'data'->'object'->>'id' = %s"
    assert wait(lambda: shop.rows(succeeded, order["intent"]))
    shop.kill("web")
    redis.send_signal(SIGCONT)
    shop.wait_for_web()

    shop.wait_until_settled()

    assert alice.statuses(order) == ["pending", "processing"]
    assert shop.rows("SELECT max(version) FROM orders_order WHERE id = %s", order["id"]) == [3]


def test_a_users_sockets_may_all_come_back_when_their_process_has_died(shop, alice):
    token = alice.http.headers["Authorization"]
    before = [Listener(shop, "cart/", token) for _ in range(10)]
    for one in before:
        assert one.wait_for(lambda frame: frame["type"] == "snapshot")

    shop.kill("web")
    shop.wait_for_web()
    after = [Listener(shop, "cart/", token) for _ in range(10)]
    for one in after:
        assert one.wait_for(lambda frame: frame["type"] == "snapshot"), one.code
    after.append(Listener(shop, "cart/", token))

    assert wait(lambda: after[10].code == 3504)
    for one in before + after:
        one.close()


def intents_of(shop, order):
    """At Stripe."""
    all_of_them = shop.stripe_has("payment_intent")
    return [one["id"] for one in all_of_them if one["metadata"].get("order_id") == order["id"]]
