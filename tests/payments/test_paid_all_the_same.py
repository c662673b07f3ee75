"""Whatever changes in the shop between order and money, the order that was placed is the one that is paid."""

from decimal import Decimal

import pytest
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.accounts.models import Address
from backend.catalog import actions as catalog
from backend.core.errors import Invalid
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders.models import Order
from backend.payments.models import Payment

pytestmark = pytest.mark.django_db


def off_sale(mug, alice, staff):
    catalog.deactivate_product(slug=mug.slug, now=timezone.now())


def dearer(mug, alice, staff):
    type(mug).objects.filter(pk=mug.pk).update(price=Decimal("9999.00"))


def sold_out_but_for_what_is_held(mug, alice, staff):
    inventory.adjust(sku=mug.sku, delta=-3, note="broken", actor_id=staff.pk, now=timezone.now())
    with pytest.raises(Invalid):
        inventory.adjust(sku=mug.sku, delta=-1, note="broken", actor_id=staff.pk, now=timezone.now())


def address_gone(mug, alice, staff):
    Address.objects.filter(user=alice).delete()


def buyer_locked_out(mug, alice, staff):
    accounts.deactivate(user_id=alice.pk, actor=staff, now=timezone.now())


@pytest.mark.parametrize(
    "change", [off_sale, dearer, sold_out_but_for_what_is_held, address_gone, buyer_locked_out]
)
def test_a_payment_under_way_is_taken(order, mug, alice, staff, payment, stripe, deliver, change):
    change(mug, alice, staff)
    stripe.pay(payment)

    deliver()

    order.refresh_from_db()
    assert (order.status, order.total_amount) == ("processing", Decimal("5504.97"))
    assert (Payment.objects.get().status, Payment.objects.get().is_taken) == ("completed", True)
    assert Stock.objects.get(sku="MUG").held == 0
    assert Order.objects.get().shipping_address["city"] == "New York"
