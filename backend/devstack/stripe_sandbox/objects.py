"""The JSON of Stripe's objects, with the fields that the SDK and a shop look at."""

import secrets
import time
from typing import Any

Json = dict[str, Any]

# The version the installed SDK is pinned to (stripe._api_version); a test compares the two.
API_VERSION = "2026-10-28.endive"


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def payment_intent(*, amount: int, currency: str, **given: Any) -> Json:
    """`amount` is in the currency's smallest unit."""
    id = new_id("pi")
    return {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": int(time.time()),
        "currency": currency,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": None,
        "shipping": None,
        "status": "requires_payment_method",
        **given,
    }


def charge(intent: Json, *, payment_method: str, failure: Json | None) -> Json:
    """One attempt to take an intent's money: paid, or failed for the reason in `failure`."""
    is_paid = failure is None
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if is_paid else 0,
        "amount_refunded": 0,
        "captured": is_paid,
        "created": int(time.time()),
        "currency": intent["currency"],
        "disputed": False,
        "failure_code": failure["code"] if failure else None,
        "failure_message": failure["message"] if failure else None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": is_paid,
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": {
            "type": "card",
            "card": {"brand": "visa", "last4": "4242" if is_paid else "0002", "country": "US"},
        },
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "succeeded" if is_paid else "failed",
    }


def refund(charge: Json, *, amount: int, status: str, reason: str | None, metadata: Json) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": status,
    }


def event(*, type: str, about: Json, request_id: str | None, idempotency_key: str | None) -> Json:
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": request_id, "idempotency_key": idempotency_key},
        "type": type,
    }


def page_of(rows: list[Json], *, url: str, has_more: bool) -> Json:
    return {"object": "list", "url": url, "has_more": has_more, "data": rows}
