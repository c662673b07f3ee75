"""Staff watch the money: /api/v1/staff/payments/."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from api import auth
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.payments import queries
from backend.payments.shapes import payment_row_json

router = Router(tags=["staff"], auth=auth.staff)

EXAMPLE: dict[str, Any] = {
    "id": "770e8400-e29b-41d4-a716-446655440030",
    "order": "880e8400-e29b-41d4-a716-446655440010",
    "order_number": "ORD-20241202-ABC234",
    "payment_intent_id": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "status": "completed",
    "amount": "2754.98",
    "refunded_amount": "0.00",
    "attention": None,
}


class PaymentsQuery(PageQuery):
    attention: Annotated[bool, Field(description="true: only payments that no rule could settle")] = False


class PaymentRow(Schema):
    """A payment of an order; `attention` says why no rule could settle it."""

    model_config = {"json_schema_extra": {"example": EXAMPLE}}

    id: UUID
    order: UUID
    order_number: str
    payment_intent_id: str | None
    status: str
    amount: str
    refunded_amount: str
    attention: str | None


@router.get("/", response=responses({200: Page[PaymentRow]}, also=(401, 403, 404)), summary="All payments")
def list_payments(request: HttpRequest, query: Query[PaymentsQuery]) -> dict[str, Any]:
    """Payments, newest first."""
    rows = queries.staff_list(attention=query.attention)
    return page_of(request=request, rows=rows, query=query, shape=payment_row_json)
