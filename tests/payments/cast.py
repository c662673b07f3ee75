"""Who and what a living shop consists of, and the books that it and Stripe keep."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from backend.core import money
from backend.payments import states
from backend.payments.models import Payment
from tests import factories
from tests.payments.conftest import Stripe


class Clock:
    """Stands still until it is moved; tasks read it as they read Django's."""

    def __init__(self) -> None:
        self.at = timezone.now()

    def now(self) -> datetime:
        return self.at


class Cast:
    """Who buys and who serves, and what there is to buy: little, so that they get in each other's way."""

    def __init__(self) -> None:
        self.buyers = [factories.user(), factories.user()]
        self.addresses = {buyer.pk: factories.address(buyer).pk for buyer in self.buyers}
        self.staff = factories.user(is_staff=True)
        tee = factories.product(sku="TEE", price="19.99", quantity=0)
        small = factories.variant(tee, sku="TEE-S", quantity=4, price="17.50")
        self.things: list[tuple[UUID, UUID | None]] = [
            (factories.product(sku="MUG", price="12.49", quantity=6).pk, None),
            (factories.product(sku="CUP", price="2499.99", quantity=3).pk, None),
            (tee.pk, small.pk),
            (factories.product(sku="EBOOK", price="0.99", quantity=0, track_inventory=False).pk, None),
        ]


def stripes_books(stripe: Stripe) -> dict[str, tuple[int, int]]:
    """By intent that was paid: the cents that came, and those that went back, as Stripe has them."""
    back = {charge["id"]: charge["amount_refunded"] for charge in stripe.sandbox.store.all_of("charge")}
    return {
        intent["id"]: (intent["amount_received"], back[intent["latest_charge"]])
        for intent in stripe.intents()
        if intent["status"] == "succeeded"
    }


def our_books() -> dict[str, tuple[int, int]]:
    """The same as we have them."""
    paid = Payment.objects.filter(status__in=states.PAID)
    return {one.intent_id: (money.to_minor(one.amount), money.to_minor(one.refunded_amount)) for one in paid}
