"""kill -9 of the worker at the four places where it hurts."""

from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults import books
from tests.faults.shop import wait

pytestmark = pytest.mark.slow
JOB = "SELECT 1 FROM outbox_job WHERE task = %s FOR UPDATE"
# A dead worker's job is due again after 11 s, a new worker is there in 4; a minute is promised.
SOON = 40


def jobs(shop, task):
    return shop.rows("SELECT attempts FROM outbox_job WHERE task = %s", task)


def mailed(shop, order):
    """How often each Message-ID came."""
    return list(books.mails(shop).get((order["order_number"], "shipped"), {}).values())


def lock_order(shop, order):
    return shop.holding("SELECT 1 FROM orders_order WHERE id = %s FOR UPDATE", order["id"])


def test_killed_before_its_lease_the_job_is_done_by_the_next_worker(shop, alice):
    order = alice.order()
    shop.signal("worker", SIGSTOP)
    alice.pay(order["intent"])
    assert wait(lambda: jobs(shop, "payments.process_event"))
    with shop.holding(JOB, "payments.process_event") as hold:
        shop.signal("worker", SIGCONT)
        hold.wait_for_victim()
        hold.kill("worker")

    assert shop.wait_until_settled() < SOON
    assert alice.statuses(order) == ["pending", "processing"]


def test_killed_between_stripes_answer_and_the_commit_the_order_is_paid_once(shop, alice):
    order = alice.order()
    with lock_order(shop, order) as hold:
        alice.pay(order["intent"])
        hold.wait_for_victim()
        hold.kill("worker")

    assert shop.wait_until_settled() < SOON
    assert alice.statuses(order) == ["pending", "processing"]


def test_killed_between_the_mail_and_its_job_the_repeat_has_the_same_id(shop, alice, staff):
    order = alice.order()
    alice.pay(order["intent"])
    shop.wait_until_settled()
    shop.signal("mailer", SIGSTOP)
    staff.ship(order)
    assert wait(lambda: jobs(shop, "orders.mail_shipped"))
    with shop.holding("LOCK TABLE orders_orderitem IN ACCESS EXCLUSIVE MODE") as reading:
        shop.signal("mailer", SIGCONT)
        reading.wait_for_victim()
        with shop.holding(JOB, "orders.mail_shipped") as hold:
            reading.release()
            hold.wait_for_victim(doing="DELETE FROM outbox_job")
            assert mailed(shop, order) == [1]
            hold.kill("mailer")

    assert shop.wait_until_settled() < SOON
    assert mailed(shop, order) == [2]


def test_killed_between_stripes_refund_and_the_commit_it_is_refunded_once(shop, alice, staff):
    order = alice.order()
    alice.pay(order["intent"])
    shop.wait_until_settled()
    shop.misbehave(hold=True, only="/v1/refunds")
    asked = staff.post(f"staff/orders/{order['id']}/refund/", {"amount": "1.00"})
    assert asked.status_code == 201, asked.text
    shop.wait_for_held()
    with lock_order(shop, order) as hold:
        shop.misbehave(hold=False, webhook_drop=9)  # which would tell the next worker that it went
        hold.wait_for_victim()
        hold.kill("worker")

    assert shop.wait_until_settled() < SOON
    shop.behave()
    at_stripe = [it["amount"] for it in shop.stripe_has("refund") if it["payment_intent"] == order["intent"]]
    assert at_stripe == [100]
    assert alice.look(order)["payment"]["refunded_amount"] == "1.00"
