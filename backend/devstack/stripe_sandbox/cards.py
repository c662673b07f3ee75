"""The test payment methods of Stripe's documentation, and what becomes of a payment by each."""

from typing import Any, NamedTuple

from backend.devstack.stripe_sandbox import errors

Json = dict[str, Any]


class Decline(NamedTuple):
    code: str
    decline_code: str
    message: str


_DECLINED = "Your card was declined."
_NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_GENERIC = Decline("card_declined", "generic_decline", _DECLINED)
_EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")

_GOOD = {"pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_us"}
_DECLINES = {
    "pm_card_chargeDeclined": _GENERIC,
    "pm_card_visa_chargeDeclined": _GENERIC,
    "pm_card_chargeDeclinedInsufficientFunds": _NO_FUNDS,
    "pm_card_visa_chargeDeclinedInsufficientFunds": _NO_FUNDS,
    "pm_card_chargeDeclinedExpiredCard": _EXPIRED,
    "pm_card_visa_chargeDeclinedExpiredCard": _EXPIRED,
}
_NEEDS_CUSTOMER = {"pm_card_authenticationRequired", "pm_card_threeDSecure2Required"}


def check(payment_method: str) -> None:
    """Raises Refused (404) for a payment method that is not one of Stripe's test cards."""
    if payment_method not in _GOOD | _DECLINES.keys() | _NEEDS_CUSTOMER:
        raise errors.no_such("PaymentMethod", payment_method, param="payment_method")


def decline_of(payment_method: str) -> Decline | None:
    return _DECLINES.get(payment_method)


def needs_customer(payment_method: str) -> bool:
    """Whether the bank asks the customer first (3-D Secure)."""
    return payment_method in _NEEDS_CUSTOMER


def error_of(decline: Decline, *, payment_method: str, charge: Json) -> Json:
    return {
        "charge": charge["id"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "payment_method": {"id": payment_method, "object": "payment_method", "type": "card"},
        "type": "card_error",
    }
