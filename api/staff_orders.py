"""Staff serve the orders: /api/v1/staff/orders/."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from api import auth, idempotency
from api.order_schemas import SUMMARY, Order, PaymentFacts, Summary
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.orders import actions as orders
from backend.orders import queries, shapes
from backend.payments import actions as payments
from backend.payments.shapes import refund_json

router = Router(tags=["staff"], auth=auth.staff)

REFUND_REASON = "Refunded by staff"
Label = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=100)]


class StaffOrdersQuery(PageQuery):
    """Days are in UTC, both included; `search` looks at order number and e-mail."""

    status: Literal["pending", "processing", "shipped", "delivered", "cancelled", "returned"] | None = None
    date_from: date | None = None
    date_to: date | None = None
    search: Annotated[str, Field(max_length=255)] = ""
    ordering: Literal["created_at", "-created_at", "total_amount", "-total_amount", "status", "-status"] = (
        "-created_at"
    )


class Customer(Schema):
    """Whose order it is."""

    id: UUID
    email: str


class StaffSummary(Summary):
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


class RefundIn(Schema):
    """How much to give back; left out: all that remains."""

    model_config = {"json_schema_extra": {"example": {"amount": "10.00"}}}

    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)] | None = None


class RefundOut(Schema):
    """A refund on its way; `status` is `pending` until Stripe has sent it."""

    model_config = {
        "json_schema_extra": {
            "example": {
                "id": "770e8400-e29b-41d4-a716-446655440020",
                "amount": "10.00",
                "status": "pending",
            }
        }
    }

    id: UUID
    amount: str
    status: str


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
def ship(request: HttpRequest, order_id: UUID, payload: ShipIn) -> dict[str, Any]:
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
def deliver(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    order = orders.deliver_order(order_id=order_id, actor=request.auth, now=timezone.now())
    return shapes.order_json(order)


@router.post(
    "/{uuid:order_id}/return/",
    response=responses({200: Order}, also=(401, 403, 404)),
    summary="Take a delivered order back",
)
def take_back(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """The units go back to the shelf; a refund is a decision of its own."""
    order = orders.return_order(order_id=order_id, actor=request.auth, now=timezone.now())
    return shapes.order_json(order)


@router.post(
    "/{uuid:order_id}/refund/",
    response=responses({200: RefundOut, 201: RefundOut}, also=(401, 403, 404, 409, 422)),
    summary="Give money back",
    openapi_extra=idempotency.HEADER,
)
def refund(request: HttpRequest, order_id: UUID, payload: RefundIn | None = None) -> HttpResponse:
    """Reserves the amount and answers at once; a task sends it to Stripe."""

    def effect() -> tuple[int, dict[str, Any]]:
        made = payments.request_refund(
            order_id=order_id,
            amount=payload.amount if payload else None,
            actor=request.auth,
            reason=REFUND_REASON,
            now=timezone.now(),
        )
        return 201, refund_json(made)

    return idempotency.answer(request=request, effect=effect)
