"""What staff must look at: /api/v1/staff/alerts/."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from api import auth
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.alerts import actions as alerts
from backend.alerts import queries, shapes

router = Router(tags=["staff"], auth=auth.staff)

EXAMPLE: dict[str, Any] = {
    "id": "5f1c1a8e-6a0b-4a43-9c7c-0d4c7d2f8b10",
    "kind": "low_stock",
    "sku": "MBPRO-16-512",
    "order": None,
    "message": "MBPRO-16-512: 9 left of macbook-pro-16, threshold 10",
    "created_at": "2026-11-23T16:00:00.123456Z",
    "acknowledged_at": None,
    "acknowledged_by": None,
}


class AlertQuery(PageQuery):
    """Alerts of one kind, or only those that nobody has acknowledged."""

    kind: Literal["low_stock", "payment_attention", "stock_mismatch", "money_mismatch"] | None = None
    is_open: Annotated[bool, Field(alias="open", description="true: only those still open")] = False


class AlertOut(Schema):
    """An alert; `acknowledged_by` is an e-mail, null while it is open and where the system settled it."""

    model_config = {"json_schema_extra": {"example": EXAMPLE}}

    id: UUID
    kind: str
    sku: str | None
    order: UUID | None
    message: str
    created_at: str
    acknowledged_at: str | None
    acknowledged_by: str | None


@router.get("/", response=responses({200: Page[AlertOut]}, also=(401, 403, 404)), summary="List alerts")
def list_alerts(request: HttpRequest, query: Query[AlertQuery]) -> dict[str, Any]:
    """Alerts, newest first."""
    rows = queries.staff_rows(kind=query.kind, is_open=query.is_open)
    return page_of(request=request, rows=rows, query=query, shape=shapes.alert_json)


@router.post(
    "/{uuid:alert_id}/acknowledge/",
    response=responses({200: AlertOut}, also=(401, 403, 404)),
    summary="Acknowledge an alert",
)
def acknowledge(request: auth.Request, alert_id: UUID) -> dict[str, Any]:
    """Say that somebody has seen to it. A second time answers the same row and changes nothing."""
    user = request.auth
    alert = alerts.acknowledge(alert_id=alert_id, user=user, now=timezone.now())
    return shapes.alert_json(alert)
