"""Who has bought a product, and what they say of it."""

from django.utils import timezone

from backend.orders.models import Order, OrderItem

BODY = {"rating": 5, "title": "Excellent lamp!", "comment": "So bright."}


def bought(user, product, status="delivered"):
    """An order of the product, straight in the tables."""
    now = timezone.now()
    amounts = dict.fromkeys(("subtotal", "tax", "shipping_cost", "discount", "total_amount"), 0)
    order = Order.objects.create(
        order_number=f"ORD-{Order.objects.count()}",
        user=user,
        status=status,
        currency="usd",
        item_count=1,
        shipping_address={},
        billing_address={},
        expires_at=now,
        updated_at=now,
        **amounts,
    )
    OrderItem.objects.create(
        order=order,
        product_id=product.pk,
        product_name=product.name,
        product_sku=product.sku,
        price=1,
        quantity=1,
        subtotal=1,
        is_tracked=True,
    )
