"""A lock that somebody keeps: others are told to come again, in time, and are served when it is free."""

import os
import signal
import threading
import time
from contextlib import contextmanager

import pytest

from backend.cart.models import CartItem
from backend.core.models import IdempotencyKey
from backend.devstack import ports, processes
from backend.inventory.models import LedgerEntry
from backend.orders.models import Order
from backend.outbox.models import Event, FeedEntry
from tests import factories, live
from tests.concurrency.buyers import PATIENCE, Buyer, all_at_once, books, check_out_all, mismatches
from tests.concurrency.rivals import rival, wait_until_waiting

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Twice what Daphne gives a request: on a busy machine its own answer may come first, and says 5.
LONGEST_REQUEST = 30
RETRY_AFTER = {"1", "5"}
LET_GO_AFTER = 10  # seconds in which a process that stands still keeps its rows (config/database.py)


@pytest.fixture(scope="module")
def shops(django_db_setup, tmp_path_factory):
    """One process of this file's own, whose log may tell of the locks that it did not get."""
    port = ports.find_free()
    process = live.start(port=port, log=tmp_path_factory.mktemp("web") / "web.log", environment={})
    yield [f"http://127.0.0.1:{port}"]
    processes.stop(process, first=signal.SIGTERM, grace=8)


@contextmanager
def somebody_who_keeps(*rows):
    """Another process that has locked these rows, each a (table, column, value)."""
    with rival() as other:
        for table, column, value in rows:
            other.execute(f"SELECT 1 FROM {table} WHERE {column} = %s FOR UPDATE", [value])
        yield other


def everything():
    """Counts of all that a request could have left."""
    tables = (Order, CartItem, LedgerEntry, Event, FeedEntry, IdempotencyKey)
    return {table.__name__: table.objects.count() for table in tables}


def test_kept_rows_answer_503_in_time_and_the_same_requests_work_afterwards(shops):
    product = factories.product(sku="KEPT", quantity=50)
    keyed, plain, shopper = Buyer(product), Buyer(product), Buyer(product)
    one_more = {"product_id": str(product.pk), "quantity": 1}
    calls = [
        keyed.check_out(Idempotency_Key="again"),
        plain.check_out(),
        shopper.call("POST", "cart/items/", one_more),
    ]
    before = everything()

    cart = ("cart_cart", "user_id", shopper.user.pk)
    with somebody_who_keeps(("inventory_stock", "sku", "KEPT"), cart):
        started = time.monotonic()
        refused = all_at_once(shops, calls)
        took = time.monotonic() - started
        assert everything() == before

    assert [answer.status_code for answer in refused] == [503] * 3
    assert [answer.json()["code"] for answer in refused] == ["unavailable"] * 3
    assert {answer.headers["Retry-After"] for answer in refused} <= RETRY_AFTER
    assert took < LONGEST_REQUEST
    assert [answer.status_code for answer in all_at_once(shops, calls)] == [201, 201, 200]
    assert all_at_once(shops, calls[:1])[0].headers["Idempotency-Replayed"] == "true"
    assert books("KEPT") == ({"on_hand": 50, "held": 2}, {"on_hand": 50, "held": 2})


def test_rows_freed_while_they_are_waited_for_are_no_error_at_all(shops):
    product = factories.product(sku="SOON", quantity=50)
    buyers = [Buyer(product) for _ in range(10)]

    with somebody_who_keeps(("inventory_stock", "sku", "SOON")) as other:
        freeing = threading.Thread(target=free_once_waited_for, args=(other,))
        freeing.start()
        answers = check_out_all(shops, buyers)
        freeing.join(PATIENCE)

    assert {answer.status_code for answer in answers} == {201}


def free_once_waited_for(other):
    wait_until_waiting()
    other.rollback()


@pytest.fixture
def doomed(tmp_path):
    """The address and the process of a web process that will stand still."""
    port = ports.find_free()
    process = live.start(port=port, log=tmp_path / "doomed.log", environment={})
    yield f"http://127.0.0.1:{port}", process
    process.send_signal(signal.SIGCONT)
    processes.stop(process, first=signal.SIGTERM, grace=8)


def test_a_process_that_stands_still_in_a_checkout_loses_its_rows_and_others_get_on(shops, doomed, capsys):
    address, process = doomed
    hot, next_one = factories.product(sku="A-HOT", quantity=50), factories.product(sku="B-NEXT", quantity=50)
    victim, others = Buyer(hot, next_one), [Buyer(hot) for _ in range(4)]
    answers = []
    buying = threading.Thread(target=lambda: answers.extend(check_out_all([address], [victim])))

    with somebody_who_keeps(("inventory_stock", "sku", "B-NEXT")) as other:
        buying.start()
        wait_until_waiting()  # it has A-HOT by now
        os.kill(process.pid, signal.SIGSTOP)
        other.rollback()  # and now has both, and will not commit
    stopped = time.monotonic()
    tries = [check_out_all(shops, others)]
    while not all(answer.status_code == 201 for answer in tries[-1]):
        assert {answer.status_code for answer in tries[-1]} <= {201, 400, 503}
        assert time.monotonic() - stopped < PATIENCE
        others = [buyer for buyer, answer in zip(others, tries[-1], strict=True) if answer.status_code != 201]
        tries.append(check_out_all(shops, others))
    took = time.monotonic() - stopped
    process.send_signal(signal.SIGCONT)
    buying.join(PATIENCE)

    assert took > LET_GO_AFTER / 2, "they did have to wait"
    assert [answer.status_code for answer in answers] == [503]
    assert Order.objects.count() == 4
    assert check_out_all([address], [victim])[0].status_code == 201
    assert books("A-HOT") == ({"on_hand": 50, "held": 5}, {"on_hand": 50, "held": 5})
    assert books("B-NEXT") == ({"on_hand": 50, "held": 1}, {"on_hand": 50, "held": 1})
    assert mismatches() == []
    with capsys.disabled():
        print(f" others got on after {took:.1f} s", end=" ")
