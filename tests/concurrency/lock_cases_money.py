"""What payments lock: the order first, then its payments, and stock last. Stripe is asked in between."""

from functools import partial

from backend.orders import actions as orders
from backend.payments import actions, arbiter, closing, gateway, inbox, opening, refunds
from backend.payments.models import Payment
from tests.concurrency.stall import STOCK, Act, Stall, case
from tests.payments.conftest import DECLINED


def arbitrate(stall: Stall, payment: Payment) -> Act:
    return partial(arbiter.apply_payment_state, intent_id=payment.intent_id, now=stall.now)


@case("payments.actions.create_intent", ["order", "payment"])
def the_first(stall: Stall) -> Act:
    return partial(actions.create_intent, order_id=stall.order().pk, user=stall.alice, now=stall.now)


@case("payments.opening.open_payment", ["order", "payment"])
def for_an_order(stall: Stall) -> Act:
    return partial(opening.open_payment, order=stall.order(), number=1, now=stall.now)


@case("payments.opening.open_payment", ["order", "payment"])
def for_an_order_just_cancelled(stall: Stall) -> Act:
    order = stall.order()
    orders.cancel_order(order_id=order.pk, user=stall.alice, note="", now=stall.now)
    return partial(opening.open_payment, order=order, number=1, now=stall.now)


@case("payments.actions.confirm", ["order", "payment", *STOCK])
def paid_by_confirm(stall: Stall) -> Act:
    payment = stall.settled_at_stripe()
    ids = {"order_id": payment.order_id, "intent_id": payment.intent_id}
    return partial(actions.confirm, **ids, user=stall.alice, now=stall.now)


@case("payments.inbox.process", ["order", "payment", *STOCK])
def paid_by_webhook(stall: Stall) -> Act:
    stall.settled_at_stripe()
    for hook in stall.stripe.sandbox.take_webhooks():
        inbox.receive(payload=hook.body, signature=hook.signature, now=stall.now)
    event = inbox.StripeEvent.objects.get(type="payment_intent.succeeded")
    return partial(inbox.process, event_id=event.pk, now=stall.now)


@case("payments.arbiter.apply_payment_state", ["order", "payment", *STOCK])
def paid_by_the_reconciler(stall: Stall) -> Act:
    return arbitrate(stall, stall.settled_at_stripe())


@case("payments.arbiter.apply_payment_state", ["order", "payment"])
def a_declined_card(stall: Stall) -> Act:
    payment = stall.payment()
    stall.stripe.pay(payment, DECLINED)
    return arbitrate(stall, payment)


@case("payments.arbiter.apply_payment_state", ["order", "payment", *STOCK])
def paid_and_sent_back_before_we_heard(stall: Stall) -> Act:
    payment = stall.settled_at_stripe()
    stall.stripe.call("/v1/refunds", f"payment_intent={payment.intent_id}&amount=100")
    return arbitrate(stall, payment)


@case("payments.arbiter.apply_payment_state", ["order", "payment"])
def money_for_a_cancelled_order(stall: Stall) -> Act:
    payment = stall.settled_at_stripe()
    orders.cancel_order(order_id=payment.order_id, user=stall.alice, note="", now=stall.now)
    return arbitrate(stall, payment)


@case("payments.arbiter.apply_payment_state", ["order", "payment", *STOCK])
def money_under_an_intent_we_lost(stall: Stall) -> Act:
    payment = stall.settled_at_stripe()
    Payment.objects.update(intent_id="another", status="cancelled")
    return arbitrate(stall, payment)


@case("payments.arbiter.apply_payment_state", ["order", "payment"])
def a_refund_made_at_stripe(stall: Stall) -> Act:
    payment = stall.paid()
    stall.stripe.call("/v1/refunds", f"payment_intent={payment.intent_id}&amount=100")
    return arbitrate(stall, payment)


@case("payments.actions.request_refund", ["order", "payment"])
def all_of_it(stall: Stall) -> Act:
    ask = {"amount": None, "actor": stall.staff, "reason": ""}
    return partial(actions.request_refund, order_id=stall.paid().order_id, **ask, now=stall.now)


@case("payments.refunds.send_refund", ["order", "payment"])
def that_stripe_sends(stall: Stall) -> Act:
    return partial(refunds.send_refund, refund_id=stall.refund().pk, now=stall.now)


@case("payments.refunds.send_refund", ["order", "payment"], ["order", "payment"])
def that_stripe_refuses(stall: Stall) -> Act:
    refund = stall.refund()
    stall.stripe.call("/v1/refunds", f"payment_intent={refund.payment.intent_id}")
    return partial(refunds.send_refund, refund_id=refund.pk, now=stall.now)


@case("payments.refunds.send_refund", ["order", "payment"])
def that_fails_at_the_bank(stall: Stall) -> Act:
    refund = stall.refund()
    stall.stripe.faults.set(refunds="fail")
    return partial(refunds.send_refund, refund_id=refund.pk, now=stall.now)


@case("payments.closing.call_off", ["order", "payment"])
def an_open_intent(stall: Stall) -> Act:
    return partial(closing.call_off, intent_id=stall.payment().intent_id, now=stall.now)


@case("payments.closing.expire_order", ["order", "payment"], ["order", *STOCK])
def with_an_open_intent(stall: Stall) -> Act:
    order = stall.late_order()
    intent = {"amount": 100, "currency": "usd", "key": "k", "metadata": {}}
    Payment.objects.create(
        order=order,
        intent_id=gateway.create_intent(**intent).id,
        amount=order.total_amount,
        currency="usd",
        created_at=stall.now,
        updated_at=stall.now,
    )
    return partial(closing.expire_order, order_id=order.pk, now=stall.now)


@case("payments.closing.settle_cancelled_order", ["order", "payment"], ["order", "payment"])
def with_an_intent_that_is_open(stall: Stall) -> Act:
    payment = stall.payment()
    orders.cancel_order(order_id=payment.order_id, user=stall.alice, note="", now=stall.now)
    return partial(closing.settle_cancelled_order, order_id=payment.order_id, now=stall.now)


@case("payments.closing.settle_cancelled_order", ["order", "payment"])
def with_money(stall: Stall) -> Act:
    payment = stall.paid()
    orders.cancel_order(order_id=payment.order_id, user=stall.staff, note="", now=stall.now)
    return partial(closing.settle_cancelled_order, order_id=payment.order_id, now=stall.now)
