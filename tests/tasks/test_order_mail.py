"""The mails of an order's life: one each, to its owner."""

import pytest
from django.core import mail
from django.utils import timezone

from backend.orders import actions as orders
from backend.orders.models import Order
from tasks import orders as tasks
from tests.tasks.conftest import pay

pytestmark = pytest.mark.django_db
LINES = """\
2 x Mug <b>"big"</b> & Söhne: 25.00 USD

Subtotal: 25.00 USD
Tax: 2.50 USD
Shipping: 5.00 USD
Total: 32.50 USD
"""


def ship(order, staff):
    orders.ship_order(
        order_id=order.pk, tracking_number="TR<1>", carrier="UPS & Co", actor=staff, now=timezone.now()
    )


def subjects():
    return [message.subject for message in mail.outbox]


def test_an_unpaid_order_is_not_confirmed(order, settle):
    settle()

    assert mail.outbox == []


def test_a_paid_order_is_confirmed(order, settle):
    pay(order)
    settle()

    (message,) = mail.outbox
    assert message.to == ["alice@shopwire.example"]
    assert message.subject == f"Order {order.order_number}: thank you, it is paid"
    assert message.body.startswith("Hello Alice,\n\nThank you for your order.")
    assert LINES in message.body
    assert "Alice <script>\n123 Main St, 4B\nNew York, NY 10001\nUSA" in message.body


def test_html_shows_the_items_as_a_table_and_escapes_every_word(order, settle):
    pay(order)
    settle()

    html = mail.outbox[0].alternatives[0].content
    assert "Mug &lt;b&gt;&quot;big&quot;&lt;/b&gt; &amp; Söhne" in html
    assert "Alice &lt;script&gt;" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert '<th scope="col"' in html
    assert '<html lang="en">' in html
    for amount in ("25.00 USD", "2.50 USD", "5.00 USD", "32.50 USD"):
        assert f">{amount}</td>" in html


def test_a_shipped_order_names_carrier_and_number(order, staff, settle):
    pay(order)
    ship(order, staff)
    settle()

    message = mail.outbox[-1]
    assert subjects()[1:] == [f"Order {order.order_number} is on its way"]
    assert "Your order has been shipped with UPS & Co.\nTracking number: TR<1>" in message.body
    assert "UPS &amp; Co" in message.alternatives[0].content
    assert "TR&lt;1&gt;" in message.alternatives[0].content


def test_a_delivered_order(order, staff, settle):
    pay(order)
    ship(order, staff)
    orders.deliver_order(order_id=order.pk, actor=staff, now=timezone.now())
    settle()

    assert subjects()[2:] == [f"Order {order.order_number} has been delivered"]
    assert "Your order has been delivered." in mail.outbox[-1].body
    assert LINES in mail.outbox[-1].body


def test_an_unpaid_order_that_is_cancelled_says_why_and_that_nothing_was_charged(order, settle):
    orders.expire(order_id=order.pk, now=order.expires_at)
    tasks.mail_cancelled.run(order_id=str(order.pk))

    (message,) = mail.outbox
    assert message.subject == f"Order {order.order_number} has been cancelled"
    assert "cancelled (Payment window expired).\nYou have not been charged." in message.body


def test_a_paid_order_that_is_cancelled_tells_of_the_money(order, alice):
    pay(order)
    orders.cancel_order(order_id=order.pk, user=alice, note="Changed my mind", now=timezone.now())
    tasks.mail_cancelled.run(order_id=str(order.pk))

    (message,) = mail.outbox
    assert "cancelled (Changed my mind).\nWhat you have paid is on its way back" in message.body


def test_each_refund_is_told_with_the_sum_so_far(order, settle):
    pay(order)
    pay(order, status="partially_refunded", refunded="10.00")
    settle()
    pay(order, status="refunded", refunded="32.50")
    settle()

    assert subjects()[1:] == [f"Order {order.order_number}: your refund"] * 2
    assert "Refunded so far: 10.00 USD of 32.50 USD." in mail.outbox[1].body
    assert "Refunded so far: 32.50 USD of 32.50 USD." in mail.outbox[2].body
    ids = {message.message()["Message-ID"] for message in mail.outbox}
    assert len(ids) == 3


def test_a_failed_payment_is_no_refund(order, settle):
    pay(order)
    pay(order, event="order.payment")
    settle()

    assert len(mail.outbox) == 1


def test_a_task_that_runs_twice_sends_the_same_mail(order):
    pay(order)

    for _ in range(2):
        tasks.mail_confirmation.run(order_id=str(order.pk))

    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 1
    assert mail.outbox[0].body == mail.outbox[1].body


def test_somebody_without_a_name_is_greeted_too(order, alice):
    alice.first_name = ""
    alice.save()
    pay(order)

    tasks.mail_confirmation.run(order_id=str(order.pk))

    assert mail.outbox[0].body.startswith("Hello,\n")


def test_a_discount_stands_in_the_sums(order):
    Order.objects.filter(pk=order.pk).update(discount="3.00")
    tasks.mail_confirmation.run(order_id=str(order.pk))

    assert "Discount: -3.00 USD\n" in mail.outbox[0].body
