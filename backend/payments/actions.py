"""What buyers and staff ask of payments: an intent to pay by, a look whether it is paid, money back."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from backend.accounts.models import User
from backend.core import money, transactions
from backend.core.errors import Conflict, Denied, Invalid, invalid_field
from backend.orders import queries as orders
from backend.orders import states as order_states
from backend.orders.models import Order
from backend.orders.states import InvalidTransition
from backend.payments import arbiter, books, closing, opening, queries, states
from backend.payments.models import Payment, Refund

# One for each step of an order whose total has changed: end the old intent, open the new one; and to spare.
ROUNDS = 4


class PaymentNotCompleted(Invalid):
    """Stripe has not got the money; `extra` carries its word for how the intent stands."""

    code = "payment_not_completed"
    message = "Payment not completed"

    def __init__(self, intent_status: str) -> None:
        super().__init__()
        self.extra = {"status": intent_status}


def create_intent(*, order_id: UUID, user: User, now: datetime) -> Payment:
    """The payment by which the user can pay the order's total; asked again, also in parallel, the same one.

    One of a former total is ended at Stripe before the next is opened. Looks at the order, asks Stripe, and
    writes in a transaction that locks the order and looks again. Raises Missing, Denied, InvalidTransition
    for an order that does not wait or no longer, ProviderUnavailable (what was not heard of is found again),
    Conflict when the total does not stand still.
    """
    for _ in range(ROUNDS):
        order, payments = _as_it_stands(order_id, user, now)
        payment = _under_way(payments)
        if payment is None:
            payment = opening.open_payment(order=order, number=len(payments) + 1, now=now)
        elif not opening.is_of_total(order=order, payment=payment):
            _call_off(payment, now)
            payment = None
        if payment:
            return payment
    raise Conflict("The order is changing; try again")


def confirm(*, order_id: UUID, intent_id: str, user: User, now: datetime) -> Payment:
    """The order's payment, paid: as we know or as Stripe says now.

    Raises Missing, Denied, PaymentNotCompleted, ProviderUnavailable, and InvalidTransition when the money
    came for an order that could not take it (it is on its way back then).
    """
    order = orders.by_id(order_id)
    _check_own(order, user)
    payment = queries.of_order(order_id=order.pk, intent_id=intent_id)
    if payment.status not in states.PAID:
        verdict = arbiter.apply_payment_state(intent_id=intent_id, now=now)
        if verdict is None or verdict.payment.status not in states.PAID:
            raise PaymentNotCompleted(verdict.intent_status if verdict else "canceled")
        order, payment = verdict.order, verdict.payment
    if not payment.is_taken or order.status == Order.Status.CANCELLED:
        raise InvalidTransition("The order could not take this payment; the money goes back")
    return payment


@transactions.retried
def request_refund(
    *,
    order_id: UUID,
    amount: Decimal | None,
    actor: User,
    reason: str,
    now: datetime,
    payment_id: UUID | None = None,
) -> Refund:
    """Set money of the order aside to go back (None: all that is left); a task sends it after the commit.

    Of one payment alone if it is named; else of the one that the order took, before any other.
    Locks order and payment. Raises Missing, InvalidTransition when nothing is left to refund, Invalid for an
    amount that is no money or more than what is left.
    """
    order = orders.lock_order(order_id=order_id)
    payment, left = _refundable(order, payment_id)
    wanted = left if amount is None else _checked(amount, left)
    return books.reserve(payment=payment, amount=wanted, actor=actor, reason=reason, now=now)


def _check_own(order: Order, user: User) -> None:
    """Staff see every order, but pay none for others."""
    if order.user_id != user.pk:
        raise Denied


def _as_it_stands(order_id: UUID, user: User, now: datetime) -> tuple[Order, list[Payment]]:
    """The user's order, which waits for its payment, and what it has of them.

    Payments first: if one is paid meanwhile, the order is seen to wait no more. Whatever else changes is seen
    when the payment is recorded, under the order's lock.
    """
    payments = queries.payments_of(order_id=order_id)
    order = orders.of_buyer(order_id=order_id)
    _check_own(order, user)
    _check_waits(order, now)
    return order, payments


def _check_waits(order: Order, now: datetime) -> None:
    order_states.check(order=order, to=Order.Status.PROCESSING)
    if now >= order.expires_at:
        raise InvalidTransition("The time to pay this order is over", details={"status": order.status})


def _under_way(payments: list[Payment]) -> Payment | None:
    """The one that can still be paid; none is opened while the order's money has yet to go back."""
    for payment in payments:
        if payment.status in states.OPEN:
            return payment
        if payment.status in states.HOLDS_MONEY:
            raise InvalidTransition("The money that came for this order is on its way back; wait for it")
    return None


def _call_off(payment: Payment, now: datetime) -> None:
    if payment.status == states.Status.PROCESSING:
        raise InvalidTransition("A payment of the former total is at the bank; wait for its answer")
    closing.call_off(intent_id=payment.intent_id, now=now)


def _refundable(order: Order, payment_id: UUID | None) -> tuple[Payment, Decimal]:
    """The payment to refund, locked, and what is left of it: the one that the order took comes first."""
    locked = queries.lock_payments_of(order_id=order.pk)
    payments = [one for one in locked if one.status in states.PAID and payment_id in (None, one.pk)]
    if not payments:
        raise InvalidTransition("This order has not been paid", details={"status": order.status})
    for payment in sorted(payments, key=lambda one: (not one.is_taken, one.number)):
        left = queries.left_to_refund(payment)
        if left > 0:
            return payment, left
    raise InvalidTransition("Nothing of this payment is left to refund")


def _checked(amount: Decimal, left: Decimal) -> Decimal:
    if amount <= 0 or amount != money.cut(amount):
        raise invalid_field("amount", "Use an amount of at least 0.01 with two places.")
    if amount > left:
        raise invalid_field("amount", f"At most {money.text(left)} can be refunded.")
    return money.cut(amount)
