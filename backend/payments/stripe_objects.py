"""Stripe's objects, as plain mappings, in our words."""

from collections.abc import Mapping
from typing import Any

from backend.payments.provider import Intent, RefundResult


def intent(found: Mapping[str, Any]) -> Intent:
    """A PaymentIntent, with its last charge expanded."""
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, Mapping) else {}
    return Intent(
        id=found["id"],
        status=found["status"],
        amount=found["amount"],
        amount_received=found.get("amount_received") or 0,
        amount_refunded=charge.get("amount_refunded") or 0,
        currency=found["currency"],
        client_secret=found.get("client_secret") or "",
        metadata=found.get("metadata") or {},
        charge=_charge(charge),
        has_failed=bool(found.get("last_payment_error")),
    )


def _charge(charge: Mapping[str, Any]) -> dict[str, Any]:
    if not charge:
        return {}
    details = charge.get("payment_method_details") or {}
    card = details.get("card") or {}
    return {
        "id": charge["id"],
        "method": details.get("type"),
        "brand": card.get("brand"),
        "last4": card.get("last4"),
        "receipt_url": charge.get("receipt_url"),
    }


def refund(found: Mapping[str, Any]) -> RefundResult:
    """A refund."""
    return RefundResult(
        id=found["id"],
        intent_id=found.get("payment_intent") or "",
        status=found.get("status") or "pending",
        amount=found["amount"],
        failure=found.get("failure_reason") or "",
        metadata=found.get("metadata") or {},
    )
