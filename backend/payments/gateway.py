"""Stripe: the only file that knows its SDK; plain values in and out. Never call it inside a transaction.

Amounts are integers of the currency's smallest unit. Every function but `verify_event` asks Stripe over the
network, once more if need be, as `patience` allows; it may raise ProviderUnavailable or ProviderRefused.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings

from backend.payments import patience, stripe_objects
from backend.payments.provider import (
    Intent,
    InvalidSignature,
    KeyRefused,
    ProviderRefused,
    ProviderUnavailable,
    RefundResult,
    UnknownAtProvider,
)

log = logging.getLogger(__name__)
CONNECT_AND_READ_SECONDS = (2, 5)
RETRIES = 1
PAGE = 100
WITH_CHARGE = ["latest_charge"]


def create_intent(*, amount: int, currency: str, key: str, metadata: Mapping[str, str]) -> Intent:
    """Open a PaymentIntent; the same key answers the same intent, also when both ask at once."""
    intents = _client().v1.payment_intents
    wish: Any = {
        "amount": amount,
        "currency": currency,
        "automatic_payment_methods": {"enabled": True},
        "metadata": dict(metadata),
        "expand": WITH_CHARGE,
    }
    return stripe_objects.intent(_ask(lambda: intents.create(wish, {"idempotency_key": key})))


def retrieve_intent(intent_id: str) -> Intent:
    """The intent as it is now. Raises UnknownAtProvider."""
    intents = _client().v1.payment_intents
    return stripe_objects.intent(_ask(lambda: intents.retrieve(intent_id, {"expand": WITH_CHARGE})))


def cancel_intent(intent_id: str) -> Intent:
    """End the intent, so that nobody can pay it. Raises ProviderRefused when it is too late."""
    intents = _client().v1.payment_intents
    return stripe_objects.intent(_ask(lambda: intents.cancel(intent_id, {"expand": WITH_CHARGE})))


def list_intents(*, since: datetime) -> Iterator[list[Intent]]:
    """Every intent opened since then, newest first, a page at a time."""
    wish = {"created": {"gte": int(since.timestamp())}, "expand": ["data.latest_charge"]}
    for page in _pages(_client().v1.payment_intents.list, wish):
        yield [stripe_objects.intent(found) for found in page]


def create_refund(*, intent_id: str, amount: int, refund_id: UUID) -> RefundResult:
    """Send money back; the same refund id sends it once. Raises ProviderRefused."""
    refunds = _client().v1.refunds
    wish: Any = {"payment_intent": intent_id, "amount": amount, "metadata": {"refund_id": str(refund_id)}}
    return stripe_objects.refund(
        _ask(lambda: refunds.create(wish, {"idempotency_key": f"refund:{refund_id}"}))
    )


def retrieve_refund(stripe_id: str) -> RefundResult:
    """The refund as it is now. Raises UnknownAtProvider."""
    refunds = _client().v1.refunds
    return stripe_objects.refund(_ask(lambda: refunds.retrieve(stripe_id)))


def list_refunds(intent_id: str) -> list[RefundResult]:
    """All refunds of the intent, ours and those made in Stripe's dashboard."""
    pages = _pages(_client().v1.refunds.list, {"payment_intent": intent_id})
    return [stripe_objects.refund(found) for page in pages for found in page]


def list_refunds_since(since: datetime) -> Iterator[list[RefundResult]]:
    """Every refund made since then, newest first, a page at a time."""
    for page in _pages(_client().v1.refunds.list, {"created": {"gte": int(since.timestamp())}}):
        yield [stripe_objects.refund(found) for found in page]


def verify_event(*, payload: bytes, signature: str) -> dict[str, Any]:
    """The event that Stripe signed, of any API version. Raises InvalidSignature, always without a secret.

    While a secret is rolled, STRIPE_WEBHOOK_SECRET names the old and the new one with a comma between.
    """
    secrets = [secret.strip() for secret in settings.STRIPE_WEBHOOK_SECRET.split(",")]
    # An empty one is none: anybody could sign with it.
    if not any(_is_signed(payload, signature, secret) for secret in secrets if secret):
        raise InvalidSignature
    try:
        event = json.loads(payload)
    except ValueError as error:
        raise InvalidSignature from error
    if not isinstance(event, dict):
        raise InvalidSignature
    return event


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
    # ValueError: a body that is no UTF-8. TypeError: the SDK compares signatures as ASCII text.
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False
    return True


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


def _ask(call: Callable[[], stripe.StripeObject]) -> dict[str, Any]:
    """Stripe's answer as plain values, and its errors as ours."""
    try:
        return patience.ask(lambda: call().to_dict())
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # Whoever waits can do nothing about it, so it must be heard of here.
        log.error("Stripe refuses our key: see STRIPE_SECRET_KEY", extra={"answer": str(error.user_message)})
        raise KeyRefused from error
    except stripe.InvalidRequestError as error:
        kind = UnknownAtProvider if error.code == "resource_missing" else ProviderRefused
        raise kind(str(error.user_message)) from error
    except (stripe.CardError, stripe.IdempotencyError) as error:
        raise ProviderRefused(str(error.user_message)) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable from error


def _pages(
    fetch: Callable[[Any], stripe.StripeObject], wish: Mapping[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    """Stripe's list, a page after the other; each is a call of its own."""
    wish = {**wish, "limit": PAGE}
    while True:
        page = _ask(partial(fetch, wish))
        yield page["data"]
        if not page["has_more"]:
            return
        wish = {**wish, "starting_after": page["data"][-1]["id"]}
