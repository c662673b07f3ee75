"""kill -9 of the relay between its steps, and of beat while a sweep is due."""

from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults.listener import Listener
from tests.faults.shop import wait

pytestmark = pytest.mark.slow


def test_killed_between_telling_and_forgetting_no_frame_is_missing_or_out_of_order(shop, alice):
    listener = Listener(shop, "cart/", alice.http.headers["Authorization"])
    assert listener.wait_for(lambda frame: frame["type"] == "snapshot")
    first = listener.versions[0]
    shop.signal("relay", SIGSTOP)
    for _ in range(3):
        alice.fill_cart()
    with shop.holding("SELECT 1 FROM outbox_event FOR UPDATE") as hold:
        shop.signal("relay", SIGCONT)
        hold.wait_for_victim(doing="DELETE FROM outbox_event")
        assert listener.wait_for(lambda frame: frame["version"] == first + 3)
        hold.kill("relay")
    assert shop.rows("SELECT count(*) FROM outbox_event") == [3]  # they will be told again
    alice.fill_cart()

    shop.wait_until_settled()

    assert listener.wait_for(lambda frame: frame["version"] == first + 4)
    assert listener.versions == list(range(first, first + 5))
    assert listener.frames[-1]["data"] == alice.cart()
    listener.close()


def test_killed_between_events_and_jobs_the_jobs_are_started_once(shop, alice):
    order = alice.order()
    shop.wait_until_settled()
    shop.signal("relay", SIGSTOP)
    alice.pay(order["intent"])
    assert wait(lambda: shop.rows("SELECT 1 FROM outbox_event WHERE event = 'stripe.event_received'"))
    with shop.holding("LOCK TABLE outbox_job IN SHARE MODE") as hold:
        shop.signal("relay", SIGCONT)
        hold.wait_for_victim(doing="DELETE FROM outbox_event")  # behind the jobs, in the same text
        hold.kill("relay")

    shop.wait_until_settled()

    assert alice.statuses(order) == ["pending", "processing"]


def test_beat_killed_while_orders_expire_each_ends_once_and_its_intent_with_it(shop, alice):
    orders = [alice.order() for _ in range(2)]
    shop.wait_until_settled()
    shop.kill("beat")
    for order in orders:
        shop.write("UPDATE orders_order SET expires_at = now() WHERE id = %s", order["id"])

    assert wait(lambda: all(alice.look(order)["status"] == "cancelled" for order in orders), seconds=60)
    shop.wait_until_settled()

    assert [alice.statuses(order) for order in orders] == [["pending", "cancelled"]] * 2
    at_stripe = {intent["id"]: intent["status"] for intent in shop.stripe_has("payment_intent")}
    assert [at_stripe[order["intent"]] for order in orders] == ["canceled"] * 2
