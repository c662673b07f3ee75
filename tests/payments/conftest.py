"""Stripe as a sandbox that the real SDK talks to, and an order of Alice's that waits for payment."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import stripe as sdk
from django.conf import settings as django_settings
from django.utils import timezone

from backend.cart import queries as carts
from backend.cart.models import CartItem
from backend.devstack.stripe_sandbox import api, errors, server
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import actions
from backend.payments.models import Payment, Refund
from tests import factories
from tests.caller import Caller

pytest.register_assert_rewrite("tests.payments.machine")
DECLINED = "pm_card_visa_chargeDeclined"
ALL = "5504.97"


class Stripe:
    """The sandbox, with what a test asks of it."""

    def __init__(self, sandbox: server.Sandbox) -> None:
        self.sandbox = sandbox
        self.faults = sandbox.faults

    def pay(self, payment: Payment, card: str = "pm_card_visa") -> None:
        """As the customer does in the browser; a declined card is declined."""
        assert self.try_to_pay(payment, card) == (card != DECLINED)

    def try_to_pay(self, payment: Payment, card: str = "pm_card_visa") -> bool:
        """Whether Stripe went along."""
        try:
            self.sandbox.pay(payment.intent_id, payment_method=card)
        except errors.Refused:
            return False
        return True

    def call(self, path: str, form: str = "") -> dict[str, Any]:
        """POST as somebody in Stripe's dashboard, or another program with our key, does."""
        headers = {"Authorization": f"Bearer {self.sandbox.api_key}"}
        reply = self.sandbox.api.answer(api.Request("POST", path, form, headers))
        assert reply.status == 200, reply.body
        answer: dict[str, Any] = json.loads(reply.body)
        return answer

    def intents(self) -> list[dict[str, Any]]:
        return self.sandbox.store.all_of("payment_intent")

    def intent(self, payment: Payment) -> dict[str, Any]:
        return self.sandbox.store.find("payment_intent", payment.intent_id)

    def refunds(self) -> list[int]:
        """What was sent back, in cents, newest first."""
        return [refund["amount"] for refund in self.sandbox.store.all_of("refund")]


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Sandbox]:
    with server.start(
        folder=tmp_path_factory.mktemp("stripe"),
        webhook_url=None,
        secret=django_settings.STRIPE_WEBHOOK_SECRET,
        api_key=django_settings.STRIPE_SECRET_KEY,
    ) as sandbox:
        yield sandbox


@pytest.fixture
def stripe(running_sandbox: server.Sandbox, settings: Any) -> Stripe:
    running_sandbox.reset()
    settings.STRIPE_API_BASE = running_sandbox.url
    return Stripe(running_sandbox)


def place(user: Any, product: Any, quantity: int = 2) -> Order:
    """An order of the user's, waiting for payment: two mugs are 5504.97."""
    now = timezone.now()
    cart = carts.cart_of(user_id=user.pk, now=now)
    CartItem.objects.create(
        cart=cart, product=product, sku=product.sku, quantity=quantity, price_when_added=product.price
    )
    address = factories.address(user)
    return orders.place_order(
        user=user, shipping_address_id=address.pk, billing_address_id=address.pk, now=now
    )


@pytest.fixture
def mug(db: None) -> Any:
    return factories.product(sku="MUG", name="Mug", slug="mug", price="2499.99", quantity=5)


@pytest.fixture
def order(alice: Any, mug: Any) -> Order:
    return place(alice, mug)


@pytest.fixture
def payment(stripe: Stripe, order: Order, as_alice: Caller) -> Payment:
    """An intent for the order, made and not paid."""
    answer = as_alice.post("payments/create-intent/", {"order_id": str(order.pk)})
    assert answer.status_code == 200, answer.content
    return Payment.objects.get(intent_id=answer.json()["payment_intent_id"])


@pytest.fixture
def deliver(stripe: Stripe, as_guest: Caller, settle: Any) -> Any:
    """Post the webhooks that are due, in order or by the given one, and do the jobs they start."""

    def run(reverse: bool = False) -> None:
        hooks = stripe.sandbox.take_webhooks()
        for hook in reversed(hooks) if reverse else hooks:
            answer = as_guest.post("payments/webhook/", hook.body, Stripe_Signature=hook.signature)
            assert answer.status_code == 200, answer.content
        settle()

    return run


@pytest.fixture
def paid(stripe: Stripe, payment: Payment, deliver: Any) -> Payment:
    """The order's payment, paid and heard of."""
    stripe.pay(payment)
    deliver()
    payment.refresh_from_db()
    assert payment.status == "completed"
    return payment


def history(order: Order) -> list[tuple[str, str]]:
    return list(order.history.values_list("status", "note"))


@pytest.fixture
def refund(order: Order, staff: Any) -> Callable[..., Refund]:
    def ask(amount: str | None = None) -> Refund:
        wanted = amount and Decimal(amount)
        return actions.request_refund(
            order_id=order.pk, amount=wanted, actor=staff, reason="Broken", now=timezone.now()
        )

    return ask


def shown(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return (order.payment_status, str(order.refunded_amount))


@pytest.fixture
def retries_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0.05)


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status
