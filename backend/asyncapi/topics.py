"""Every topic: where it is heard, by whom, what its snapshot is, and which events change it."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.cart import Cart
from api.order_schemas import Order, OrderSummary
from api.staff_alerts import AlertOut
from api.staff_orders import StaffSummary
from backend.alerts import actions as alerts
from backend.inventory import events as inventory
from backend.orders import audit as stock_audit
from backend.orders import events as orders
from backend.orders import states
from backend.outbox import wire
from backend.payments import audit as money_audit

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SOME_ID = "5f1c1a8e-6a0b-4a43-9c7c-0d4c7d2f8b10"


class Stock(BaseModel):
    """What can be bought of an SKU."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sku": "MBPRO-16-512",
                "product": "macbook-pro-16",
                "quantity": 9,
                "is_in_stock": True,
            }
        }
    )

    sku: str
    product: str
    quantity: int
    is_in_stock: bool


@dataclass(frozen=True)
class Told:
    """Events whose `data` has one shape."""

    name: str
    events: tuple[str, ...]
    shape: type[BaseModel]


@dataclass(frozen=True)
class Topic:
    """`name` is its key in the document, `topic` shows how its own name is made, `pattern` what fits it."""

    name: str
    topic: str
    pattern: str
    example: str
    address: str
    who: str
    says: str
    shape: type[BaseModel]
    is_list: bool
    told: tuple[Told, ...]

    @property
    def is_stream(self) -> bool:
        """Whether it skips no version; of the others only the newest counts."""
        return wire.kind(self.topic) in wire.STREAM_KINDS

    @property
    def events(self) -> set[str]:
        """The names of all its events."""
        return {event for told in self.told for event in told.events}


def _moves() -> tuple[str, ...]:
    """An order's events: one for each state that it can come to, and what happens between."""
    reached = [f"order.{status}" for status in states.ALLOWED if status != states.Status.PENDING]
    return ("order.created", *reached, "order.expiring", "order.refunded")


def example(shape: type[BaseModel]) -> Any:
    """One value of the shape, as REST's docs show it."""
    extra: Any = shape.model_config["json_schema_extra"]
    return extra["example"]


CART = Topic(
    name="cart",
    topic="cart:{cart id}",
    pattern=f"^cart:{UUID}$",
    example=f"cart:{example(Cart)['id']}",
    address="/ws/cart/",
    who="a signed-in user",
    says="The caller's cart, now and at every change on any device.",
    shape=Cart,
    is_list=False,
    told=(
        Told(
            "cart",
            (
                "cart.item_added",
                "cart.item_updated",
                "cart.item_removed",
                "cart.cleared",
                "cart.checked_out",
            ),
            Cart,
        ),
    ),
)
ORDER = Topic(
    name="order",
    topic="order:{order id}",
    pattern=f"^order:{UUID}$",
    example=f"order:{example(Order)['id']}",
    address="/ws/orders/{order_id}/",
    who="its owner, and staff",
    says="One order, now and at every change. `order.payment` tells how the money stands.",
    shape=Order,
    is_list=False,
    told=(Told("order", (*_moves(), "order.payment"), Order),),
)
ORDERS = Topic(
    name="orders",
    topic="orders:{user id}",
    pattern=f"^orders:{UUID}$",
    example=f"orders:{SOME_ID}",
    address="/ws/orders/",
    who="a signed-in user",
    says="The caller's orders: the newest 50, then each change.",
    shape=OrderSummary,
    is_list=True,
    told=(Told("orders", _moves(), OrderSummary),),
)
ALL_ORDERS = Topic(
    name="allOrders",
    topic=orders.ALL,
    pattern=f"^{orders.ALL}$",
    example=orders.ALL,
    address="/ws/orders/",
    who="staff, with `?scope=all`",
    says="Everybody's orders: the newest 50, then each change.",
    shape=StaffSummary,
    is_list=True,
    told=(Told("allOrders", _moves(), StaffSummary),),
)
STOCK = Topic(
    name="stock",
    topic=inventory.topic("{sku}"),
    pattern=f"^{inventory.topic('.+')}$",
    example=inventory.topic("MBPRO-16-512"),
    address="/ws/stock/",
    who="anyone",
    says="What can be bought of up to 100 SKUs: one snapshot for each, then changes, at most four a second.",
    shape=Stock,
    is_list=False,
    told=(Told("stock", ("stock.changed",), Stock),),
)
STAFF = Topic(
    name="staff",
    topic=alerts.FEED,
    pattern=f"^{alerts.FEED}$",
    example=alerts.FEED,
    address="/ws/staff/",
    who="staff",
    says="What staff must look at: the newest 50 open alerts, then each alert, and each new order.",
    shape=AlertOut,
    is_list=True,
    told=(
        Told(
            "staffAlert",
            (
                "stock.low",
                "payment.attention",
                stock_audit.STOCK.event,
                money_audit.MONEY.event,
                "alert.acknowledged",
            ),
            AlertOut,
        ),
        Told("staffOrder", ("order.created",), StaffSummary),
    ),
)
ALL = (CART, ORDERS, ALL_ORDERS, ORDER, STOCK, STAFF)
