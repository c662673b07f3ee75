"""What the clock starts: tell of ending payment windows, count for lists anew, prune what is over."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.catalog import anew
from backend.core import idempotency
from backend.orders import actions as orders
from backend.orders import carrier, queries
from backend.payments import inbox

TOLD_BEFORE = timedelta(minutes=2)


@shared_task(name="orders.tell_expiring")
def tell_expiring() -> None:
    """Tell each waiting order once that its payment window ends in two minutes.

    One whose window ended while beat was away is told of its end alone.
    """
    now = timezone.now()
    for order_id in queries.expiring(now=now, within=TOLD_BEFORE):
        orders.tell_expiring(order_id=order_id, now=now)


@shared_task(name="shelf.fold")
def fold_shelf() -> None:
    """Leave readers of lists few shifts to add up."""
    anew.fold()


@shared_task(name="housekeeping.prune")
def prune() -> None:
    """Forget idempotency keys of more than a day ago, and sign-ins, mail tokens and messages long over."""
    now = timezone.now()
    idempotency.prune(now=now)
    accounts.prune(now=now)
    carrier.prune(now=now)
    inbox.prune(now=now)
