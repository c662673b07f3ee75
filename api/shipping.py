"""What carriers tell us, signed: /api/v1/shipping/webhook/."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.security import APIKeyHeader
from pydantic import AwareDatetime, StringConstraints

from api.responses import responses
from backend.core.errors import Invalid
from backend.orders import carrier

router = Router(tags=["webhooks"])

TOLERANCE = timedelta(minutes=5)
EXAMPLE: dict[str, Any] = {
    "event_id": "evt-20261123-0001",
    "tracking_number": "1Z999AA10123456784",
    "status": "delivered",
    "at": "2026-11-23T16:00:00Z",
}


class InvalidSignature(Invalid):
    """Not signed by the carrier, or too long ago."""

    code = "invalid_signature"
    message = "Invalid signature"


class CarrierSignature(APIKeyHeader):
    """`X-Shipping-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, before any parsing."""

    param_name = "X-Shipping-Signature"

    def __call__(self, request: HttpRequest) -> Any:
        return self.authenticate(request, request.headers.get(self.param_name, ""))

    def authenticate(self, request: HttpRequest, key: str | None) -> bool:
        """True, or raises InvalidSignature."""
        check(
            header=key or "", body=request.body, secret=settings.SHIPPING_WEBHOOK_SECRET, now=timezone.now()
        )
        return True


class CarrierMessage(Schema):
    """A parcel was delivered."""

    model_config = {"json_schema_extra": {"example": EXAMPLE}}

    event_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    tracking_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    status: Literal["delivered"]
    at: Annotated[
        AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
    ]


class ParcelHeard(Schema):
    """What the carrier wants to read."""

    model_config = {"json_schema_extra": {"example": {"status": "success"}}}

    status: str


@router.post(
    "/webhook/",
    auth=CarrierSignature(),
    response=responses({200: ParcelHeard}, also=(404,)),
    summary="Hear from the carrier",
)
def webhook(request: HttpRequest, payload: CarrierMessage) -> dict[str, str]:
    """Mark the order with that tracking number as delivered. An event id counts once."""
    carrier.deliver(
        event_id=payload.event_id,
        tracking_number=payload.tracking_number,
        at=payload.at.astimezone(UTC),
        now=timezone.now(),
    )
    return {"status": "success"}


def check(*, header: str, body: bytes, secret: str, now: datetime) -> None:
    """Raises InvalidSignature unless a `v1` is ours and `t` is recent; always without a secret."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if not secret or len(stamps) != 1 or not _is_recent(stamps[0], now):
        raise InvalidSignature
    expected = signature(stamp=stamps[0], body=body, secret=secret).encode()
    shown = [value.encode() for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected, one) for one in shown):
        raise InvalidSignature


def signature(*, stamp: str, body: bytes, secret: str) -> str:
    """The hex HMAC-SHA256 of `stamp.body`."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= TOLERANCE.total_seconds()
