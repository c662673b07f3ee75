"""Stripe: the only file that knows its SDK; plain values in and out. Never call it inside a transaction.

Amounts are integers of the currency's smallest unit. Every function but `verify_event` asks Stripe over the
network, in at most 15 seconds with its one retry, and may raise ProviderUnavailable or ProviderRefused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings

from backend.payments.provider import (
    Intent,
    InvalidSignature,
    ProviderRefused,
    ProviderUnavailable,
    RefundResult,
    UnknownAtProvider,
)

CONNECT_AND_READ_SECONDS = (2, 5)
RETRIES = 1
PAGE = 100


def create_intent(*, amount: int, currency: str, key: str, metadata: Mapping[str, str]) -> Intent:
    """Open a PaymentIntent; the same key answers the same intent, also when both ask at once."""
    with _failures():
        made = _client().v1.payment_intents.create(
            {
                "amount": amount,
                "currency": currency,
                "automatic_payment_methods": {"enabled": True},
                "metadata": dict(metadata),
                "expand": ["latest_charge"],
            },
            {"idempotency_key": key},
        )
    return _intent(made.to_dict())


def retrieve_intent(intent_id: str) -> Intent:
    """The intent as it is now. Raises UnknownAtProvider."""
    with _failures():
        found = _client().v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
    return _intent(found.to_dict())


def cancel_intent(intent_id: str) -> Intent:
    """End the intent, so that nobody can pay it. Raises ProviderRefused when it is too late."""
    with _failures():
        canceled = _client().v1.payment_intents.cancel(intent_id, {"expand": ["latest_charge"]})
    return _intent(canceled.to_dict())


def list_intents(*, since: datetime) -> Iterator[Intent]:
    """Every intent opened since then, newest first."""
    with _failures():
        page = _client().v1.payment_intents.list(
            {"created": {"gte": int(since.timestamp())}, "limit": PAGE, "expand": ["data.latest_charge"]}
        )
        for found in page.auto_paging_iter():
            yield _intent(found.to_dict())


def create_refund(*, intent_id: str, amount: int, refund_id: UUID) -> RefundResult:
    """Send money back; the same refund id sends it once. Raises ProviderRefused."""
    with _failures():
        made = _client().v1.refunds.create(
            {"payment_intent": intent_id, "amount": amount, "metadata": {"refund_id": str(refund_id)}},
            {"idempotency_key": f"refund:{refund_id}"},
        )
    return _refund(made.to_dict())


def list_refunds(intent_id: str) -> list[RefundResult]:
    """All refunds of the intent, ours and those made in Stripe's dashboard."""
    with _failures():
        page = _client().v1.refunds.list({"payment_intent": intent_id, "limit": PAGE})
        return [_refund(found.to_dict()) for found in page.auto_paging_iter()]


def verify_event(*, payload: bytes, signature: str) -> dict[str, Any]:
    """The event that Stripe signed, of any API version. Raises InvalidSignature, always without a secret."""
    if not settings.STRIPE_WEBHOOK_SECRET:  # anybody could sign with an empty one
        raise InvalidSignature
    try:
        stripe.WebhookSignature.verify_header(
            payload, signature, settings.STRIPE_WEBHOOK_SECRET, stripe.Webhook.DEFAULT_TOLERANCE
        )
        event = json.loads(payload)
    # TypeError: the SDK compares signatures as ASCII text and chokes on any other.
    except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
        raise InvalidSignature from error
    if not isinstance(event, dict):
        raise InvalidSignature
    return event


def _client() -> stripe.StripeClient:
    return _client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@cache
def _client_of(api_key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=CONNECT_AND_READ_SECONDS),
    )


@contextmanager
def _failures() -> Iterator[None]:
    """Stripe's errors as ours. A wrong key counts as unavailable: no caller can do anything about it."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        kind = UnknownAtProvider if error.code == "resource_missing" else ProviderRefused
        raise kind(str(error.user_message)) from error
    except stripe.CardError as error:
        raise ProviderRefused(str(error.user_message)) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable from error


def _intent(found: Mapping[str, Any]) -> Intent:
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


def _refund(found: Mapping[str, Any]) -> RefundResult:
    return RefundResult(
        id=found["id"],
        status=found.get("status") or "pending",
        amount=found["amount"],
        failure=found.get("failure_reason") or "",
        metadata=found.get("metadata") or {},
    )
