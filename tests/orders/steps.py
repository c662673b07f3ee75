"""The steps of an order's life, as payments and staff take it there."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backend.orders import actions, queries
from backend.orders.facts import PaymentFacts

NOW = timezone.now()


def facts(order, status="completed", refunded="0.00"):
    return PaymentFacts(status=status, amount=order.total_amount, refunded_amount=Decimal(refunded))


def pay(order, now=NOW):
    with transaction.atomic():
        locked = queries.lock_order(order_id=order.pk)
        actions.mark_paid(order=locked, payment=facts(order), now=now)


def ship(order, staff):
    return actions.ship_order(order_id=order.pk, tracking_number="1Z", carrier="UPS", actor=staff, now=NOW)


def deliver(order, staff):
    return actions.deliver_order(order_id=order.pk, actor=staff, now=NOW)


def history(order):
    return list(order.history.values_list("status", "note"))
