"""Checkout and the customer's orders over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from api import auth, idempotency
from api.order_schemas import Cancelled, Order, Ordering, OrderSummary
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.orders import actions, queries, shapes

router = Router(tags=["orders"], auth=auth.signed_in)


class PlaceOrder(Schema):
    """Two of your addresses."""

    shipping_address_id: UUID
    billing_address_id: UUID


class OrdersQuery(PageQuery):
    ordering: Ordering = "-created_at"


@router.post(
    "/",
    response=responses({200: Order, 201: Order}, also=(401, 403, 404, 409, 422)),
    summary="Check out: turn the cart into an order",
    openapi_extra=idempotency.HEADER,
)
def place_order(request: auth.Request, payload: PlaceOrder) -> HttpResponse:
    def effect() -> tuple[int, dict[str, Any]]:
        order = actions.place_order(user=request.auth, now=timezone.now(), **payload.dict())
        return 201, shapes.order_json(order)

    return idempotency.answer(request=request, effect=effect)


@router.get("/", response=responses({200: Page[OrderSummary]}, also=(401, 404)), summary="My orders")
def orders(request: auth.Request, query: Query[OrdersQuery]) -> dict[str, Any]:
    rows = queries.of_user(request.auth.pk, ordering=query.ordering)
    return page_of(request=request, rows=rows, query=query, shape=shapes.summary_json)


@router.get("/{uuid:order_id}/", response=responses({200: Order}, also=(401, 403, 404)), summary="One order")
def order(request: auth.Request, order_id: UUID) -> dict[str, Any]:
    return shapes.order_json(queries.order_of(order_id=order_id, user=request.auth))


@router.post(
    "/{uuid:order_id}/cancel/",
    response=responses({200: Cancelled}, also=(401, 403, 404)),
    summary="Cancel an order that has not left",
)
def cancel(request: auth.Request, order_id: UUID) -> dict[str, Any]:
    order = actions.cancel_order(
        order_id=order_id, user=request.auth, note="Order cancelled", now=timezone.now()
    )
    shown = shapes.order_json(order)
    kept = {key: shown[key] for key in ("id", "status", "created_at")}
    return {"message": "Order cancelled successfully", "order": kept}
