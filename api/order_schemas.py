"""An order in OpenAPI: the shapes that backend/orders/shapes.py makes."""

from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from api.examples import example

Ordering = Literal["created_at", "-created_at", "total_amount", "-total_amount", "status", "-status"]
ADDRESS: dict[str, Any] = {
    "address_type": "shipping",
    "full_name": "John Doe",
    "phone_number": "+1234567890",
    "street_address": "123 Main St",
    "apartment": None,
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "zip_code": "10001",
}
SUMMARY: dict[str, Any] = {
    "id": "880e8400-e29b-41d4-a716-446655440010",
    "order_number": "ORD-20241202-ABC234",
    "status": "pending",
    "total_amount": "2754.98",
    "item_count": 1,
    "created_at": "2024-12-02T16:00:00.000000Z",
    "updated_at": "2024-12-02T16:00:00.000000Z",
}
ORDER: dict[str, Any] = {
    "id": SUMMARY["id"],
    "order_number": SUMMARY["order_number"],
    "status": "pending",
    "subtotal": "2499.99",
    "tax": "249.99",
    "shipping_cost": "5.00",
    "discount": "0.00",
    "total_amount": "2754.98",
    "items": [
        {
            "id": "990e8400-e29b-41d4-a716-446655440011",
            "product_name": 'MacBook Pro 16"',
            "product_sku": "MBPRO-16-512",
            "variant_name": "16GB RAM - 512GB SSD",
            "price": "2499.99",
            "quantity": 1,
            "subtotal": "2499.99",
        }
    ],
    "shipping_address": ADDRESS,
    "billing_address": {**ADDRESS, "address_type": "billing"},
    "status_history": [{"status": "pending", "note": "Order created", "created_at": SUMMARY["created_at"]}],
    "payment": None,
    "expires_at": "2024-12-02T16:30:00.000000Z",
    "tracking_number": None,
    "shipped_at": None,
    "delivered_at": None,
    "created_at": SUMMARY["created_at"],
}


class OrderLine(Schema):
    id: UUID
    product_name: str
    product_sku: str
    variant_name: str | None
    price: str
    quantity: int
    subtotal: str


class AddressSnapshot(Schema):
    """The address as it was when the order was placed."""

    address_type: str
    full_name: str
    phone_number: str | None
    street_address: str
    apartment: str | None
    city: str
    state: str | None
    country: str
    zip_code: str


class HistoryLine(Schema):
    status: str
    note: str
    created_at: str


class PaymentFacts(Schema):
    """How the money stands."""

    status: str
    amount: str
    refunded_amount: str


class Order(Schema):
    """The whole order; `expires_at` ends its payment window while it is pending."""

    model_config = example(ORDER)

    id: UUID
    order_number: str
    status: str
    subtotal: str
    tax: str
    shipping_cost: str
    discount: str
    total_amount: str
    items: list[OrderLine]
    shipping_address: AddressSnapshot
    billing_address: AddressSnapshot
    status_history: list[HistoryLine]
    payment: PaymentFacts | None
    expires_at: str | None
    tracking_number: str | None
    shipped_at: str | None
    delivered_at: str | None
    created_at: str


class OrderSummary(Schema):
    """An order in a list; `item_count` counts units."""

    model_config = example(SUMMARY)

    id: UUID
    order_number: str
    status: str
    total_amount: str
    item_count: int
    created_at: str
    updated_at: str


class CancelledOrder(Schema):
    id: UUID
    status: str = Field(examples=["cancelled"])
    created_at: str = Field(examples=["2024-12-02T16:00:00.000000Z"])


class Cancelled(Schema):
    """The order is off; a paid one is refunded by a task."""

    message: str = Field(examples=["Order cancelled successfully"])
    order: CancelledOrder
