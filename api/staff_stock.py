"""Staff count the shelves: /api/v1/staff/stock/."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, StringConstraints

from api import auth, idempotency
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.inventory import actions as inventory
from backend.inventory import queries, shapes

router = Router(tags=["staff"], auth=auth.staff)

LARGEST_DELTA = 1_000_000
STOCK: dict[str, Any] = {
    "sku": "MBPRO-16-512",
    "product": "macbook-pro-16",
    "variant": "16GB RAM - 512GB SSD",
    "on_hand": 12,
    "held": 3,
    "quantity": 9,
    "threshold": 10,
    "is_low": True,
    "version": 42,
}
CHANGE: dict[str, Any] = {
    "at": "2026-11-23T16:00:00.123456Z",
    "delta_on_hand": -2,
    "delta_held": 0,
    "reason": "adjustment",
    "note": "Two broken in the warehouse",
    "order": None,
    "actor": "550e8400-e29b-41d4-a716-446655440000",
}


class StockQuery(PageQuery):
    """Stock by SKU, product or variant; or only what runs low."""

    low: Annotated[bool, Field(description="true: only SKUs at or below their threshold")] = False
    search: Annotated[str, Field(max_length=255)] = ""


class StaffStockOut(Schema):
    """The count of one SKU; `quantity` is what may be sold."""

    model_config = {"json_schema_extra": {"example": STOCK}}

    sku: str
    product: str
    variant: str | None
    on_hand: int
    held: int
    quantity: int
    threshold: int
    is_low: bool
    version: int


def _change(delta: int) -> int:
    if delta == 0:
        raise ValueError("Zero changes nothing.")
    return delta


class AdjustIn(Schema):
    """By how much the count on hand was wrong, and why."""

    model_config = {"json_schema_extra": {"example": {"delta": -2, "reason": "Two broken in the warehouse"}}}

    delta: Annotated[
        int,
        Field(strict=True, ge=-LARGEST_DELTA, le=LARGEST_DELTA, json_schema_extra={"not": {"const": 0}}),
        AfterValidator(_change),
    ]
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"\S")
    ]


class LedgerOut(Schema):
    """One change of a count; `actor` and `order` are ids, null where nobody or no order was behind it."""

    model_config = {"json_schema_extra": {"example": CHANGE}}

    at: str
    delta_on_hand: int
    delta_held: int
    reason: str
    note: str
    order: UUID | None
    actor: UUID | None


@router.get("/", response=responses({200: Page[StaffStockOut]}, also=(401, 403, 404)), summary="List stock")
def list_stock(request: HttpRequest, query: Query[StockQuery]) -> dict[str, Any]:
    """Every SKU's count, by SKU."""
    rows = queries.staff_rows(low=query.low, search=query.search.strip())
    return page_of(request=request, rows=rows, query=query, shape=shapes.staff_stock_json)


@router.post(
    "/{sku}/adjust/",
    response=responses({200: StaffStockOut}, also=(401, 403, 404, 409, 422)),
    summary="Correct a count",
    openapi_extra=idempotency.HEADER,
)
def adjust(request: auth.Request, sku: str, payload: AdjustIn) -> HttpResponse:
    """Change the units on hand, with a reason. Units held for orders cannot be taken away."""
    user = request.auth

    def effect() -> tuple[int, dict[str, Any]]:
        stock = inventory.adjust(
            sku=sku, delta=payload.delta, note=payload.reason, actor_id=user.pk, now=timezone.now()
        )
        return 200, shapes.staff_stock_json(stock)

    return idempotency.answer(request=request, effect=effect)


@router.get(
    "/{sku}/ledger/",
    response=responses({200: Page[LedgerOut]}, also=(401, 403, 404)),
    summary="Read a SKU's ledger",
)
def ledger(request: HttpRequest, sku: str, query: Query[PageQuery]) -> dict[str, Any]:
    """Every change of the SKU's count, newest first; they sum to the row."""
    return page_of(request=request, rows=queries.ledger(sku), query=query, shape=shapes.ledger_json)
