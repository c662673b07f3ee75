"""A shop that lives in one test: buyers, staff, and a post that is late, repeats and loses."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.cart import actions as carts
from backend.core.errors import ShopError
from backend.devstack.stripe_sandbox import errors
from backend.inventory import actions as inventory
from backend.orders import actions as orders
from backend.orders import states as order_states
from backend.orders.models import Order
from backend.outbox.models import Event
from backend.payments import actions, inbox
from backend.payments.models import Payment
from tasks import payments as tasks
from tasks import subscriptions
from tasks.app import app
from tests.payments.cast import Cast, Clock, stripes_books
from tests.payments.conftest import Stripe

NEXT = {"processing": "ship", "shipped": "deliver", "delivered": "return"}
LEADS_TO = {"ship": "shipped", "deliver": "delivered", "return": "returned", "cancel": "cancelled"}


class LivingShop:
    """What happens in it. Whatever the shop refuses is refused; any other error is the test's."""

    def __init__(self, *, cast: Cast, clock: Clock, stripe: Stripe) -> None:
        self.cast, self.clock, self.stripe = cast, clock, stripe
        self.orders: list[UUID] = []
        self.hooks: list[Any] = []
        self.jobs: list[tuple[str, dict[str, Any]]] = []
        self.versions: dict[str, int] = {}

    def check_out(self, buyer: User, wishes: Sequence[tuple[int, int]]) -> None:
        """Each wish is the place of a thing and how many of it; a cart that is refused is emptied."""
        address, now = self.cast.addresses[buyer.pk], self.clock.at
        for place, quantity in wishes:
            product_id, variant_id = self.cast.things[place]
            wish = {"product_id": product_id, "variant_id": variant_id, "quantity": quantity}
            with suppress(ShopError):
                carts.add_item(user_id=buyer.pk, now=now, **wish)
        with suppress(ShopError):
            order = orders.place_order(
                user=buyer, shipping_address_id=address, billing_address_id=address, now=now
            )
            self.orders.append(order.pk)
        carts.clear(user_id=buyer.pk, now=now)

    def pay(self, order_id: UUID, card: str) -> None:
        order = Order.objects.select_related("user").get(pk=order_id)
        with suppress(ShopError, errors.Refused):
            payment = actions.create_intent(order_id=order_id, user=order.user, now=self.clock.at)
            self.stripe.sandbox.pay(payment.intent_id, payment_method=card)

    def pay_what_is_open(self, order_id: UUID) -> None:
        """By a form that has been on the screen since before the order ended."""
        payment = Payment.objects.filter(order_id=order_id).order_by("number").last()
        if payment:
            self.stripe.try_to_pay(payment)

    def pay_unasked(self, order_id: UUID, cents: int | None) -> None:
        """Under an intent that we never heard of; None: the order's total."""
        cents = cents or int(Order.objects.get(pk=order_id).total_amount * 100)
        form = f"amount={cents}&currency=usd&payment_method=pm_card_visa&confirm=true"
        self.stripe.call("/v1/payment_intents", f"{form}&metadata[order_id]={order_id}")

    def confirm(self, order_id: UUID) -> None:
        payment = Payment.objects.filter(order_id=order_id).order_by("number").first()
        if payment:
            user = Order.objects.select_related("user").get(pk=order_id).user
            with suppress(ShopError):
                given = {"order_id": order_id, "intent_id": payment.intent_id, "user": user}
                actions.confirm(now=self.clock.at, **given)

    def refund(self, order_id: UUID, amount: Decimal | None, *, payment_id: UUID | None = None) -> None:
        given = {"order_id": order_id, "amount": amount, "payment_id": payment_id}
        with suppress(ShopError):
            actions.request_refund(actor=self.cast.staff, reason="", now=self.clock.at, **given)

    def refund_at_stripe(self, order_id: UUID, cents: int) -> None:
        payment = Payment.objects.filter(order_id=order_id, is_taken=True).first()
        paid, back = stripes_books(self.stripe).get(payment.intent_id, (0, 0)) if payment else (0, 0)
        if payment and paid - back >= cents:
            self.stripe.call("/v1/refunds", f"payment_intent={payment.intent_id}&amount={cents}")

    def settle_refunds(self, status: str) -> None:
        """The bank's answer to all refunds that wait for it."""
        for refund in self.stripe.sandbox.store.all_of("refund"):
            if refund["status"] == "pending":
                self.stripe.sandbox.settle_refund(refund["id"], status=status)

    def move(self, order_id: UUID, step: str) -> None:
        """What the table of moves allows may not be refused."""
        given = {"order_id": order_id, "now": self.clock.at}
        staff, status = self.cast.staff, Order.objects.get(pk=order_id).status
        step = NEXT.get(status, "") if step == "next" else step
        with nullcontext() if LEADS_TO.get(step) in order_states.ALLOWED[status] else suppress(ShopError):
            match step:
                case "ship":
                    orders.ship_order(tracking_number="1Z", carrier="UPS", actor=staff, **given)
                case "deliver":
                    orders.deliver_order(actor=staff, **given)
                case "return":
                    orders.return_order(actor=staff, **given)
                case "cancel":
                    orders.cancel_order(user=staff, note="", **given)

    def adjust(self, sku: str, delta: int) -> None:
        with suppress(ShopError):
            inventory.adjust(sku=sku, delta=delta, note="counted", actor_id=None, now=self.clock.at)

    def pass_time(self, time: timedelta) -> None:
        self.clock.at += time

    def expire_orders(self) -> None:
        tasks.expire_orders()

    def reconcile(self) -> None:
        tasks.reconcile()

    def relay(self) -> None:
        """Events become jobs of payments; each order and SKU has told its versions one by one."""
        events = list(Event.objects.order_by("id"))
        for event in events:
            kind = event.topic.partition(":")[0]
            if kind in ("order", "stock"):
                last = self.versions.get(event.topic, 0 if kind == "order" else 1)
                assert event.version == last + 1, f"{event.topic}: {event.version} after {last}"
                self.versions[event.topic] = event.version
        due = subscriptions.jobs_for(events)
        self.jobs += [(task, given) for task, given in due if task.startswith("payments.")]
        Event.objects.filter(pk__in=[event.pk for event in events]).delete()

    def work(self, place: int, *, is_lost: bool, is_repeated: bool) -> None:
        """One of the jobs, or none of it."""
        task, given = self.jobs[place] if is_repeated else self.jobs.pop(place)
        if not is_lost:
            app.tasks[task].run(**given)

    def hear(self, place: int, *, is_lost: bool, is_repeated: bool) -> None:
        """One of Stripe's events that are under way, or none of it."""
        hook = self.hooks[place] if is_repeated else self.hooks.pop(place)
        if not is_lost:
            inbox.receive(payload=hook.body, signature=hook.signature, now=self.clock.at)

    def collect_hooks(self) -> None:
        self.hooks += self.stripe.sandbox.take_webhooks()

    def catch_up_once(self) -> None:
        """All that is under way arrives; what it leads to is under way then."""
        self.collect_hooks()
        self.relay()
        for _ in range(len(self.hooks)):
            self.hear(0, is_lost=False, is_repeated=False)
        for _ in range(len(self.jobs)):
            self.work(0, is_lost=False, is_repeated=False)

    def catch_up(self) -> None:
        """All that is under way arrives, and all that it leads to."""
        self.catch_up_once()
        while self.hooks or self.jobs or Event.objects.exists():
            self.catch_up_once()
