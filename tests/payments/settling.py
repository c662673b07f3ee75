"""The end of a living shop: the post gets through, time runs out, and what must be true then."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from backend.core import audits
from backend.core.audits import Finding
from backend.inventory.models import Stock
from backend.orders.audit import STOCK
from backend.orders.models import Order, StatusChange
from backend.payments.audit import MONEY
from backend.payments.models import Payment
from tests.payments.cast import our_books, stripes_books
from tests.payments.living import LivingShop


def findings(now: datetime) -> list[Finding]:
    """What the audits find, in the caller's transaction."""
    return [finding for audit in (STOCK, MONEY) for finding in audits.look(audit, now=now).findings]


def settle(shop: LivingShop) -> None:
    """Three rounds: money may come late for what ended in the first, and its refund fail in the second."""
    shop.stripe.faults.reset()
    for _ in range(3):
        shop.settle_refunds("succeeded")
        shop.pass_time(timedelta(minutes=31))
        shop.expire_orders()
        shop.reconcile()
        shop.catch_up()
        _staff_send_back_what_failed(shop)
    connection.check_constraints()
    assert findings(shop.clock.at + timedelta(days=1)) == []
    assert our_books() == stripes_books(shop.stripe)
    assert not Order.objects.filter(status="pending").exists()
    assert not Stock.objects.filter(held__gt=0).exists()
    _nothing_is_kept_or_told_twice()


def _staff_send_back_what_failed(shop: LivingShop) -> None:
    """A refund that the bank handed back is a person's to repeat."""
    listed = Payment.objects.filter(attention__isnull=False, refunds__status="failed").distinct()
    for payment in listed.filter(Q(is_taken=False) | Q(order__status="cancelled")).order_by("created_at"):
        shop.refund(payment.order_id, None, payment_id=payment.pk)
    shop.catch_up()


def _nothing_is_kept_or_told_twice() -> None:
    kept = Payment.objects.filter(status__in=["completed", "partially_refunded"])
    assert not kept.filter(Q(is_taken=False) | Q(order__status="cancelled")).exists()
    steps = StatusChange.objects.values("order", "status").annotate(times=Count("id"))
    assert not steps.filter(times__gt=1).exists()
