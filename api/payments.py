"""Paying over REST, and Stripe's webhook."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import StrictStr

from api import auth, errors, idempotency
from api.examples import example
from api.responses import InvalidInput, responses
from backend.payments import actions, inbox, patience

router = Router(tags=["payments"], auth=auth.signed_in)

ORDER = "880e8400-e29b-41d4-a716-446655440010"
INTENT = "pi_3MtwBwLkdIwHu7ix28a3tqPa"
SIGNATURE_HEADERS = ("Stripe-Signature", "X-Stripe-Signature")
IntentId = Annotated[StrictStr, Field(min_length=1, max_length=255, examples=[INTENT])]


class CreateIntent(Schema):
    """The order to pay."""

    model_config = example({"order_id": ORDER})

    order_id: UUID


class Intent(Schema):
    """What Stripe's form in the browser or app needs."""

    model_config = example({"client_secret": f"{INTENT}_secret_abcdef", "payment_intent_id": INTENT})

    client_secret: str
    payment_intent_id: str


class Confirm(Schema):
    """The order, and the intent it was paid by."""

    model_config = example({"order_id": ORDER, "payment_intent_id": INTENT})

    order_id: UUID
    payment_intent_id: IntentId


class Confirmed(Schema):
    """The order is paid."""

    model_config = example({"message": "Payment confirmed successfully", "order_id": ORDER})

    message: str
    order_id: UUID


class NotCompleted(errors.PaymentNotCompleted):
    """400: Stripe has not got the money; `status` is the PaymentIntent's."""

    model_config = example(
        {
            "error": "Payment not completed",
            "code": "payment_not_completed",
            "details": None,
            "status": "requires_payment_method",
        }
    )


class EventReceived(Schema):
    """The event is stored; a task looks at it."""

    model_config = example({"status": "success"})

    status: Literal["success"]


WEBHOOK: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": "Stripe's signature of the raw body, under one of two names.",
            "schema": {
                "type": "string",
                "example": "t=1732377600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e7",
            },
        }
        for name in SIGNATURE_HEADERS
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "An event of Stripe's"}}
        },
    },
}


@router.post(
    "/create-intent/",
    response=responses({200: Intent}, also=(401, 403, 404, 409, 422, 502)),
    summary="Begin to pay an order",
    openapi_extra=idempotency.HEADER,
)
@patience.of_a_request()
def create_intent(request: auth.Request, payload: CreateIntent) -> HttpResponse:
    """The amount is the order's. Asked again for the same order, the same intent."""

    def effect() -> tuple[int, dict[str, Any]]:
        payment = actions.create_intent(order_id=payload.order_id, user=request.auth, now=timezone.now())
        return 200, {"client_secret": payment.client_secret, "payment_intent_id": payment.intent_id}

    return idempotency.answer(request=request, effect=effect, atomic=False)


@router.post(
    "/confirm/",
    response={**responses({200: Confirmed}, also=(401, 403, 404, 502)), 400: InvalidInput | NotCompleted},
    summary="Tell that an order was paid",
)
@patience.of_a_request()
def confirm(request: auth.Request, payload: Confirm) -> dict[str, Any]:
    """Stripe is asked, the caller is not believed. Stripe's webhook does the same on its own."""
    payment = actions.confirm(
        order_id=payload.order_id,
        intent_id=payload.payment_intent_id,
        user=request.auth,
        now=timezone.now(),
    )
    return {"message": "Payment confirmed successfully", "order_id": payment.order_id}


@router.post(
    "/webhook/",
    auth=None,
    response=responses({200: EventReceived}),
    summary="Stripe's events",
    openapi_extra=WEBHOOK,
)
def webhook(request: HttpRequest) -> dict[str, Any]:
    """For Stripe: verified, stored once by event id, processed by a task. Never throttled."""
    signature = next((request.headers[name] for name in SIGNATURE_HEADERS if name in request.headers), "")
    inbox.receive(payload=request.body, signature=signature, now=timezone.now())
    return {"status": "success"}
