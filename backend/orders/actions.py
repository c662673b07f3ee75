"""An order's life. Each action is one transaction that locks cart, order, stock by SKU, and tells the outbox.

place_order -> mark_paid (or cancel_order, expire) -> ship_order -> deliver_order -> return_order
"""

from datetime import datetime
from uuid import UUID

from backend.accounts import queries as accounts
from backend.accounts.models import User
from backend.core import rows, transactions
from backend.inventory import actions as inventory
from backend.orders import checkout, events, queries, states
from backend.orders.facts import PaymentFacts
from backend.orders.models import Order, StatusChange
from backend.outbox import actions as outbox

Status = Order.Status
EXPIRED = "Payment window expired"
# What may change of an order once it is placed.
_CHANGING = (
    *("status", "version", "updated_at", "expiring_told_at"),
    *("payment_status", "payment_amount", "refunded_amount"),
    *("tracking_number", "carrier", "shipped_at", "delivered_at"),
)


@transactions.retried
def place_order(*, user: User, shipping_address_id: UUID, billing_address_id: UUID, now: datetime) -> Order:
    """Turn the user's cart into an order that waits for payment, and hold its units: all or nothing.

    Locks the cart, then stock by SKU, last. Raises CartEmpty, Missing or Denied for an address that is not
    the user's, Invalid for a line no longer sold, StockUnavailable. Sent twice, the second finds no cart.
    Five round trips, whatever the cart holds: the addresses; the cart's lock, version and lines, taken out;
    the order; items, history, events and feeds with all stock and its ledger; its events. A product that
    sells out takes six more, a SKU that runs low two.
    """
    shipping, billing = accounts.addresses_by_id(
        user_id=user.pk, address_ids=[shipping_address_id, billing_address_id]
    )
    with outbox.together():
        lines = checkout.take_lines(user=user, now=now)
        order = checkout.write_order(user=user, lines=lines, shipping=shipping, billing=billing, now=now)
        _note(order=order, note="Order created", actor=None, now=now)
        events.order_moved(order=order, event="order.created", now=now)
    inventory.hold(units=checkout.units(order), order_id=order.pk, actor_id=user.pk, now=now)
    return order


def mark_paid(*, order: Order, payment: PaymentFacts, now: datetime) -> None:
    """The money is there: pending becomes processing, the hold a sale. The caller has locked the order.

    Locks stock by SKU. Raises InvalidTransition when the order no longer waits.
    """
    _take_facts(order, payment)
    note = "Payment confirmed. Order processing started."
    with outbox.together():
        _move(order=order, to=Status.PROCESSING, note=note, actor=None, now=now)
        inventory.sell(units=checkout.units(order), order_id=order.pk, actor_id=order.user_id, now=now)


def payment_changed(*, order: Order, payment: PaymentFacts, event: str, now: datetime) -> None:
    """Payments tell how the money stands; the status stays. The caller has locked the order.

    `order.refunded` is told to the feeds too; other events, such as `order.payment`, to its topic only.
    """
    _take_facts(order, payment)
    _save(order=order, now=now)
    tell = events.order_moved if event == "order.refunded" else events.order_told
    tell(order=order, event=event, now=now)


@transactions.retried
def cancel_order(*, order_id: UUID, user: User | None, note: str, now: datetime) -> Order:
    """Call the order off: held units are free again, sold ones back on the shelf; a task sees to the money.

    `user` None is the shop itself. Locks the order, then stock. Raises Missing, Denied for somebody else's
    order, InvalidTransition once it has left.
    """
    order = queries.lock_order(order_id=order_id)
    queries.check_owner(order=order, user=user)
    give_back = inventory.release if order.status == Status.PENDING else inventory.restock
    _move(order=order, to=Status.CANCELLED, note=note, actor=user, now=now)
    actor_id = user.pk if user else None
    give_back(units=checkout.units(order), order_id=order.pk, actor_id=actor_id, now=now)
    return order


@transactions.retried
def expire(*, order_id: UUID, now: datetime) -> bool:
    """Cancel the order if it still waits and its payment window is over; the caller has cancelled its intent.

    Locks the order, then stock. Returns whether it did.
    """
    order = queries.lock_order(order_id=order_id)
    if order.status != Status.PENDING or order.expires_at > now:
        return False
    cancel_order(order_id=order_id, user=None, note=EXPIRED, now=now)
    return True


@transactions.retried
def tell_expiring(*, order_id: UUID, now: datetime) -> bool:
    """Tell once that the payment window is about to end. Locks the order. Returns whether it did."""
    order = queries.lock_order(order_id=order_id)
    if order.status != Status.PENDING or order.expiring_told_at:
        return False
    order.expiring_told_at = now
    _save(order=order, now=now)
    events.order_moved(order=order, event="order.expiring", now=now)
    return True


@transactions.retried
def ship_order(*, order_id: UUID, tracking_number: str, carrier: str, actor: User, now: datetime) -> Order:
    """It is on its way. Locks the order. Raises Missing, InvalidTransition."""
    order = queries.lock_order(order_id=order_id)
    order.tracking_number, order.carrier, order.shipped_at = tracking_number, carrier, now
    note = f"Shipped with {carrier}, tracking number {tracking_number}"
    _move(order=order, to=Status.SHIPPED, note=note, actor=actor, now=now)
    return order


@transactions.retried
def deliver_order(
    *, order_id: UUID, actor: User | None, now: datetime, delivered_at: datetime | None = None
) -> Order:
    """It has arrived, at `delivered_at` if the carrier says so, else now. Locks the order.

    Raises Missing, InvalidTransition.
    """
    order = queries.lock_order(order_id=order_id)
    order.delivered_at = delivered_at or now
    _move(order=order, to=Status.DELIVERED, note="Delivered", actor=actor, now=now)
    return order


@transactions.retried
def return_order(*, order_id: UUID, actor: User, now: datetime) -> Order:
    """The goods are back on the shelf; a refund is a decision of its own. Locks the order, then stock.

    Raises Missing, InvalidTransition.
    """
    order = queries.lock_order(order_id=order_id)
    _move(order=order, to=Status.RETURNED, note="Returned", actor=actor, now=now)
    inventory.take_back(units=checkout.units(order), order_id=order.pk, actor_id=actor.pk, now=now)
    return order


def _move(*, order: Order, to: Status, note: str, actor: User | None, now: datetime) -> None:
    """One step of the table: state, version, history and event together."""
    states.check(order=order, to=to)
    order.status = to
    _save(order=order, now=now)
    _note(order=order, note=note, actor=actor, now=now)
    events.order_moved(order=order, event=f"order.{to}", now=now)


def _save(*, order: Order, now: datetime) -> None:
    order.version += 1
    order.updated_at = now
    rows.update(order, *_CHANGING)


def _note(*, order: Order, note: str, actor: User | None, now: datetime) -> None:
    """Write a line of the order's history."""
    change = StatusChange(order=order, status=order.status, note=note, created_by=actor, created_at=now)
    rows.insert([change])
    rows.attach(order, history=[*order.history.all(), change])


def _take_facts(order: Order, payment: PaymentFacts) -> None:
    order.payment_status = payment.status
    order.payment_amount = payment.amount
    order.refunded_amount = payment.refunded_amount
