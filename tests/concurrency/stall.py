"""Alice's order of five SKUs in an awkward order, and how far it has got: what the lock tests act upon."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from backend.accounts.models import User
from backend.catalog.models import Product
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import actions as payments
from backend.payments import arbiter
from backend.payments.models import Payment, Refund
from tests import factories
from tests.cart.lines import put
from tests.payments.conftest import Stripe

# As PostgreSQL and Python sort them by their characters, whatever the language.
SKUS = ["DESK-10", "DESK-2", "MUG-10", "MUG-9", "a-lamp"]
STOCK = [f"stock {sku}" for sku in SKUS]


@dataclass
class Stall:
    """Each step returns what it made; each includes those before it."""

    alice: User
    staff: User
    stripe: Stripe

    @property
    def now(self) -> datetime:
        return timezone.now()

    def fill_cart(self) -> list[Any]:
        """The lines; a sixth is of what nobody counts."""
        mug9 = factories.product(sku="MUG-9")
        desk = factories.product(sku="DESK")
        lamp = factories.product(sku="a-lamp")
        gift = factories.product(sku="GIFT-CARD", track_inventory=False)
        mug10 = factories.product(sku="MUG-10")
        desks = [factories.variant(desk, sku=sku) for sku in ("DESK-2", "DESK-10")]
        lines = [put(self.alice, product) for product in (mug9, lamp, gift, mug10)]
        return lines + [put(self.alice, desk, variant=variant, quantity=2) for variant in desks]

    def checkout(self) -> dict[str, Any]:
        """With a full cart: what place_order is given."""
        self.fill_cart()
        address = factories.address(self.alice).pk
        ids = {"shipping_address_id": address, "billing_address_id": address}
        return {"user": self.alice, **ids, "now": self.now}

    def order(self) -> Order:
        return orders.place_order(**self.checkout())

    def late_order(self) -> Order:
        """Its payment window is over."""
        order = self.order()
        Order.objects.filter(pk=order.pk).update(expires_at=self.now - timedelta(minutes=1))
        return order

    def payment(self, order: Order | None = None) -> Payment:
        order = order or self.order()
        return payments.create_intent(order_id=order.pk, user=self.alice, now=self.now)

    def settled_at_stripe(self, order: Order | None = None) -> Payment:
        """Paid, and we have not heard of it."""
        payment = self.payment(order)
        self.stripe.pay(payment)
        return payment

    def paid(self) -> Payment:
        payment = self.settled_at_stripe()
        arbiter.apply_payment_state(intent_id=payment.intent_id, now=self.now)
        return payment

    def refund(self) -> Refund:
        return payments.request_refund(
            order_id=self.paid().order_id, amount=None, actor=self.staff, reason="", now=self.now
        )

    def shipped(self) -> Order:
        return orders.ship_order(
            order_id=self.paid().order_id,
            tracking_number="1Z9",
            carrier="UPS",
            actor=self.staff,
            now=self.now,
        )

    def desk(self) -> Product:
        """Sold in two variants, no more under its own SKU."""
        self.fill_cart()
        return Product.objects.get(sku="DESK")


type Act = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One way through an action, and what each of its transactions locks."""

    action: str
    prepare: Callable[[Stall], Act]
    locked: tuple[list[str], ...]

    @property
    def name(self) -> str:
        return f"{self.action} {self.prepare.__name__}"


def case(action: str, *locked: list[str]) -> Callable[[Callable[[Stall], Act]], Callable[[Stall], Act]]:
    """Declare the case that this function prepares; the action itself is called by what it returns."""

    def declare(prepare: Callable[[Stall], Act]) -> Callable[[Stall], Act]:
        CASES.append(Case(action, prepare, locked))
        return prepare

    return declare


CASES: list[Case] = []
