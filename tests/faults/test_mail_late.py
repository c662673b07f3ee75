"""Mails wait for orders, and orders never for mails."""

from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults import books
from tests.faults.shop import wait

pytestmark = pytest.mark.slow
WAITING = "SELECT attempts FROM outbox_job WHERE task = 'orders.mail_confirmation'"


def test_while_no_mail_goes_out_orders_are_paid_and_mailed_later(shop, alice):
    shop.signal("mailer", SIGSTOP)
    try:
        orders = [alice.order() for _ in range(3)]
        for order in orders:
            alice.pay(order["intent"])
        for order in orders:
            assert wait(lambda order=order: alice.look(order)["status"] == "processing")
        assert wait(lambda: len(shop.rows(WAITING)) == 3)
    finally:
        shop.signal("mailer", SIGCONT)
    shop.wait_until_settled()

    for order in orders:
        assert list(books.mails(shop)[order["order_number"], "processing"].values()) == [1]
