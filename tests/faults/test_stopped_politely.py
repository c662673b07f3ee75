"""SIGTERM to each process while it is busy, as by a deploy: nothing is lost, and no sweep has to find it."""

from concurrent.futures import ThreadPoolExecutor
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest

from tests.faults.listener import Listener
from tests.faults.shop import wait
from tests.faults.test_web_killed import LANTERN

pytestmark = pytest.mark.slow


def test_a_worker_finishes_what_it_holds_and_hands_back_the_rest(shop, alice):
    orders = [alice.order() for _ in range(5)]
    shop.wait_until_settled()
    shop.misbehave(hold=True)
    for order in orders:
        alice.pay(order["intent"])
    jobs = "SELECT attempts FROM outbox_job ORDER BY attempts"
    # Two run, the others are in the worker's hands or in the queue.
    assert wait(lambda: shop.rows(jobs)[-2:] == [1, 1] and len(shop.rows(jobs)) >= 5)
    old = shop.processes("worker")[0]
    shop.signal("worker", SIGTERM)
    shop.behave()
    assert wait(lambda: not old.is_running())

    most = [0]
    assert wait(lambda: most.append(max(shop.rows(jobs), default=0)) or not shop.rows(jobs), seconds=60)
    assert max(most) <= 1  # no lease ran out, none was taken twice; the rest may be done too fast to be seen
    assert [alice.statuses(order) for order in orders] == [["pending", "processing"]] * 5


def test_the_web_process_answers_what_it_has_begun_and_sends_sockets_away(shop, alice):
    listener = Listener(shop, "cart/", alice.http.headers["Authorization"])
    assert listener.wait_for(lambda frame: frame["type"] == "snapshot")
    alice.fill_cart()
    with ThreadPoolExecutor(1) as aside:
        with shop.holding(LANTERN) as hold:
            request = aside.submit(alice.check_out)
            hold.wait_for_victim()
            shop.signal("web", SIGTERM)
            assert wait(lambda: listener.code == 3001)
        assert request.result(20).status_code == 201
    listener.close()


def test_a_relay_that_is_stopped_leaves_nothing_untold(shop, alice):
    listener = Listener(shop, "cart/", alice.http.headers["Authorization"])
    assert listener.wait_for(lambda frame: frame["type"] == "snapshot")
    first = listener.versions[0]
    shop.signal("relay", SIGSTOP)
    for _ in range(3):
        alice.fill_cart()
    shop.signal("relay", SIGTERM)
    shop.signal("relay", SIGCONT)

    assert listener.wait_for(lambda frame: frame["version"] == first + 3)
    assert listener.versions == list(range(first, first + 4))
    listener.close()
