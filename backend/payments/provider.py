"""What the payment provider tells, in values and errors that know no SDK."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid


class ProviderUnavailable(Invalid):
    """Stripe did not answer, or not to us: worth another try."""

    code = "payment_provider_unavailable"
    message = "The payment provider is unavailable"


class KeyRefused(ProviderUnavailable):
    """Stripe does not take our API key: nothing works until somebody sets the right one."""


class ProviderRefused(Invalid):
    """Stripe understood and said no; trying again changes nothing."""

    message = "The payment provider refused the request"


class UnknownAtProvider(ProviderRefused):
    """Stripe has no such object."""


class InvalidSignature(Invalid):
    """Not a message of Stripe's, or an old one."""

    code = "invalid_signature"
    message = "The signature is missing, wrong or too old"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A PaymentIntent as it stands; `charge` holds what is worth keeping of its last charge."""

    id: str
    status: str
    amount: int
    amount_received: int
    amount_refunded: int
    currency: str
    client_secret: str
    metadata: Mapping[str, str]
    charge: Mapping[str, Any]
    has_failed: bool


@dataclass(frozen=True, kw_only=True)
class RefundResult:
    """A refund as it stands: `pending`, `requires_action`, `succeeded`, `failed` or `canceled`."""

    id: str
    intent_id: str
    status: str
    amount: int
    failure: str
    metadata: Mapping[str, str]


def gone(intent_id: str) -> Intent:
    """An intent that the provider does not know: nobody can pay it."""
    return Intent(
        id=intent_id,
        status="canceled",
        amount=0,
        amount_received=0,
        amount_refunded=0,
        currency="",
        client_secret="",
        metadata={},
        charge={},
        has_failed=False,
    )
