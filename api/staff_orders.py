"""Staff serve the orders: /api/v1/staff/orders/."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from api import auth
from api.order_schemas import SUMMARY, Order, Ordering, OrderSummary, PaymentFacts
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.orders import actions as orders
from backend.orders import queries, shapes

router = Router(tags=["staff"], auth=auth.staff)

Label = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=100, pattern=r"\S")
]


class StaffOrdersQuery(PageQuery):
    """Days are in UTC, both included; `search` looks at order number and e-mail."""

    status: Literal["pending", "processing", "shipped", "delivered", "cancelled", "returned"] | None = None
    date_from: date | None = None
    date_to: date | None = None
    search: Annotated[str, Field(max_length=255)] = ""
    ordering: Ordering = "-created_at"


class Customer(Schema):
    """Whose order it is."""

    id: UUID
    email: str


class StaffSummary(OrderSummary):
    """An order in the staff's list."""

    model_config = {
        "json_schema_extra": {
            "example": {
                **SUMMARY,
                "customer": {"id": "550e8400-e29b-41d4-a716-446655440000", "email": "john@example.com"},
                "payment": {"status": "completed", "amount": "2754.98", "refunded_amount": "0.00"},
            }
        }
    }

    customer: Customer
    payment: PaymentFacts | None


class ShipIn(Schema):
    """How the parcel can be followed."""

    model_config = {
        "json_schema_extra": {"example": {"tracking_number": "1Z999AA10123456784", "carrier": "UPS"}}
    }

    tracking_number: Label
    carrier: Label


@router.get("/", response=responses({200: Page[StaffSummary]}, also=(401, 403, 404)), summary="All orders")
def list_orders(request: HttpRequest, query: Query[StaffOrdersQuery]) -> dict[str, Any]:
    rows = queries.staff_list(
        status=query.status,
        date_from=query.date_from,
        date_to=query.date_to,
        search=query.search.strip(),
        ordering=query.ordering,
    )
    return page_of(request=request, rows=rows, query=query, shape=shapes.staff_summary_json)


@router.post(
    "/{uuid:order_id}/ship/",
    response=responses({200: Order}, also=(401, 403, 404)),
    summary="Ship a paid order",
)
def ship(request: auth.Request, order_id: UUID, payload: ShipIn) -> dict[str, Any]:
    order = orders.ship_order(
        order_id=order_id,
        tracking_number=payload.tracking_number,
        carrier=payload.carrier,
        actor=request.auth,
        now=timezone.now(),
    )
    return shapes.order_json(order)


@router.post(
    "/{uuid:order_id}/deliver/",
    response=responses({200: Order}, also=(401, 403, 404)),
    summary="Mark a shipped order as delivered",
)
def deliver(request: auth.Request, order_id: UUID) -> dict[str, Any]:
    order = orders.deliver_order(order_id=order_id, actor=request.auth, now=timezone.now())
    return shapes.order_json(order)


@router.post(
    "/{uuid:order_id}/return/",
    response=responses({200: Order}, also=(401, 403, 404)),
    summary="Take a delivered order back",
)
def take_back(request: auth.Request, order_id: UUID) -> dict[str, Any]:
    """The units go back to the shelf; a refund is a decision of its own."""
    order = orders.return_order(order_id=order_id, actor=request.auth, now=timezone.now())
    return shapes.order_json(order)
