"""Staff give money back: /api/v1/staff/orders/{id}/refund/."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema

from api import auth, idempotency
from api.responses import responses
from backend.payments import actions as payments
from backend.payments.shapes import refund_json

router = Router(tags=["staff"], auth=auth.staff)

REASON = "Refunded by staff"


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


@router.post(
    "/{uuid:order_id}/refund/",
    response=responses({200: RefundOut, 201: RefundOut}, also=(401, 403, 404, 409, 422)),
    summary="Give money back",
    openapi_extra=idempotency.HEADER,
)
def refund(request: auth.Request, order_id: UUID, payload: RefundIn | None = None) -> HttpResponse:
    """Reserves the amount and answers at once; a task sends it to Stripe."""

    def effect() -> tuple[int, dict[str, Any]]:
        made = payments.request_refund(
            order_id=order_id,
            amount=payload.amount if payload else None,
            actor=request.auth,
            reason=REASON,
            now=timezone.now(),
        )
        return 201, refund_json(made)

    return idempotency.answer(request=request, effect=effect)
