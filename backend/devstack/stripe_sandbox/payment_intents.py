"""PaymentIntents: create, update, confirm and cancel, with Stripe's state machine and refusals."""

import time
from dataclasses import replace
from typing import Any

from backend.devstack.stripe_sandbox import cards, errors, forms, objects
from backend.devstack.stripe_sandbox.calls import Call

Json = dict[str, Any]

_TEXTS = frozenset({"receipt_email", "description", "customer"})
_CREATE = _TEXTS | {
    "amount", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "currency",
    "error_on_requires_action", "expand", "metadata", "off_session", "payment_method", "payment_method_types",
    "return_url", "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_group",
}  # fmt: skip
_UPDATE = _TEXTS | {"amount", "currency", "expand", "metadata", "payment_method", "shipping"}
_CONFIRM = frozenset(
    {"client_secret", "error_on_requires_action", "expand", "off_session", "payment_method", "receipt_email"}
    | {"return_url", "shipping", "use_stripe_sdk"}
)
_CANCEL = frozenset({"cancellation_reason", "expand"})
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# In US cents; Stripe's documentation, "Minimum and maximum charge amounts".
_LEAST, _MOST = 50, 99_999_999


def create(call: Call) -> Json:
    forms.refuse_unknown(call.params, known=_CREATE)
    amount = _amount(call.params)
    currency = forms.text(call.params, "currency").lower()
    if len(currency) != 3 or not currency.isalpha():
        raise errors.Refused(f"Invalid currency: {currency}", param="currency")
    intent = objects.payment_intent(amount=amount, currency=currency)
    _fill(intent, call.params)
    call.save(intent, "payment_intent.created")
    return _take(call, intent) if forms.is_true(call.params, "confirm") else intent


def retrieve(call: Call, id: str) -> Json:
    return _find(call, id)


def update(call: Call, id: str) -> Json:
    forms.refuse_unknown(call.params, known=_UPDATE)
    intent = _find(call, id)
    if intent["status"] not in _OPEN:
        raise errors.unexpected_state(
            f"This PaymentIntent could not be updated because it has a status of {intent['status']}.", intent
        )
    if "amount" in call.params:
        intent["amount"] = _amount(call.params)
    _fill(intent, call.params)
    return call.save(intent)


def confirm(call: Call, id: str) -> Json:
    forms.refuse_unknown(call.params, known=_CONFIRM)
    intent = _find(call, id)
    if intent["status"] == "succeeded":
        raise errors.unexpected_state(
            "You cannot confirm this PaymentIntent because it has already succeeded "
            "after being previously confirmed.",
            intent,
        )
    if intent["status"] not in _OPEN:
        raise errors.unexpected_state(_wrong_status("confirm", intent), intent)
    _fill(intent, call.params)
    return _take(call, intent)


def cancel(call: Call, id: str) -> Json:
    forms.refuse_unknown(call.params, known=_CANCEL)
    intent = _find(call, id)
    if intent["status"] not in _OPEN:
        raise errors.unexpected_state(_wrong_status("cancel", intent), intent)
    intent |= {
        "status": "canceled",
        "canceled_at": int(time.time()),
        "cancellation_reason": call.params.get("cancellation_reason"),
        "next_action": None,
    }
    return call.save(intent, "payment_intent.canceled")


def pay_as_customer(call: Call, id: str, *, payment_method: str) -> Json:
    """What Stripe's own form does in the browser; a bank's question counts as answered."""
    intent = _find(call, id)
    is_asked = intent["status"] == "requires_action" and cards.decline_of(payment_method) is None
    answered = replace(call, params={"payment_method": payment_method})
    return _succeed(answered, intent, payment_method) if is_asked else confirm(answered, id)


def _find(call: Call, id: str) -> Json:
    return call.store.find("payment_intent", id, param="intent")


def _amount(params: Json) -> int:
    amount = forms.integer(params, "amount")
    if amount < 1:
        raise errors.Refused(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount < _LEAST:
        raise errors.Refused("Amount must be at least $0.50 usd", code="amount_too_small", param="amount")
    if amount > _MOST:
        raise errors.Refused(
            "Amount must be no more than $999,999.99", code="amount_too_large", param="amount"
        )
    return amount


def _fill(intent: Json, params: Json) -> None:
    intent |= {name: params[name] for name in (*_TEXTS, "shipping") if name in params}
    # An empty value takes a key away, as at Stripe.
    merged = intent["metadata"] | (params.get("metadata") or {})
    intent["metadata"] = {key: value for key, value in merged.items() if value != ""}
    if "automatic_payment_methods" in params:
        is_enabled = forms.is_true(params["automatic_payment_methods"], "enabled")
        redirects = params["automatic_payment_methods"].get("allow_redirects", "always")
        intent["automatic_payment_methods"] = {"enabled": is_enabled, "allow_redirects": redirects}
    if "payment_method" in params:
        cards.check(params["payment_method"])
        intent |= {"payment_method": params["payment_method"], "status": "requires_confirmation"}


def _take(call: Call, intent: Json) -> Json:
    payment_method = intent["payment_method"]
    if payment_method is None:
        raise errors.unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", intent
        )
    decline = cards.decline_of(payment_method)
    if decline is not None:
        _decline(call, intent, decline)
    if cards.needs_customer(payment_method):
        return _ask_customer(call, intent)
    return _succeed(call, intent, payment_method)


def _succeed(call: Call, intent: Json, payment_method: str) -> Json:
    charge = objects.charge(intent, payment_method=payment_method, failure=None)
    call.save(charge, "charge.succeeded")
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "payment_method": payment_method,
        "last_payment_error": None,
        "next_action": None,
    }
    return call.save(intent, "payment_intent.succeeded")


def _decline(call: Call, intent: Json, decline: cards.Decline) -> None:
    payment_method = intent["payment_method"]
    failure = {"code": decline.code, "message": decline.message}
    charge = call.save(
        objects.charge(intent, payment_method=payment_method, failure=failure), "charge.failed"
    )
    problem = cards.error_of(decline, payment_method=payment_method, charge=charge)
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "latest_charge": charge["id"],
        "last_payment_error": problem,
    }
    call.save(intent, "payment_intent.payment_failed")
    raise errors.Refused(**(problem | {"status": 402, "is_executed": True, "payment_intent": intent}))


def _ask_customer(call: Call, intent: Json) -> Json:
    url = f"{call.base_url}/pay/{intent['id']}"
    intent |= {
        "status": "requires_action",
        "next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": None}},
    }
    return call.save(intent, "payment_intent.requires_action")


def _wrong_status(verb: str, intent: Json) -> str:
    past = {"cancel": "canceled", "confirm": "confirmed"}[verb]
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {past}: {', '.join(_OPEN)}."
    )
