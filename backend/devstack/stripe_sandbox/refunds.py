"""Refunds: of a charge or of an intent's charge, all or in part, never more than was taken."""

from typing import Any

from backend.devstack.stripe_sandbox import errors, forms, objects
from backend.devstack.stripe_sandbox.calls import Call

Json = dict[str, Any]

_CREATE = frozenset({"amount", "charge", "expand", "metadata", "payment_intent", "reason"})


def create(call: Call) -> Json:
    forms.refuse_unknown(call.params, known=_CREATE)
    charge = _charge(call)
    amount = _amount(call.params, charge)
    refund = objects.refund(
        charge,
        amount=amount,
        status=call.faults.refund_status(),
        reason=call.params.get("reason"),
        metadata=call.params.get("metadata") or {},
    )
    if refund["status"] == "failed":
        refund["failure_reason"] = "expired_or_canceled_card"
        return call.save(refund, "refund.created", "refund.failed")
    _add_refunded(charge, amount)
    call.save(charge, "charge.refunded")
    return call.save(refund, "refund.created")


def retrieve(call: Call, id: str) -> Json:
    return call.store.find("refund", id)


def settle(call: Call, id: str, *, status: str) -> Json:
    """The bank's answer to a refund that was pending: `succeeded` or `failed`."""
    refund = call.store.find("refund", id)
    if refund["status"] != "pending" or status not in {"succeeded", "failed"}:
        raise errors.Refused(f"A refund that is {refund['status']} cannot become {status}.")
    refund["status"] = status
    if status == "succeeded":
        return call.save(refund, "refund.updated")
    refund["failure_reason"] = "expired_or_canceled_card"
    charge = call.store.find("charge", refund["charge"])
    _add_refunded(charge, -refund["amount"])
    call.save(charge, "charge.updated")
    return call.save(refund, "refund.updated", "refund.failed")


def _charge(call: Call) -> Json:
    if "charge" in call.params:
        charge = call.store.find("charge", forms.text(call.params, "charge"), param="charge")
    elif "payment_intent" in call.params:
        charge = _charge_of_intent(call, forms.text(call.params, "payment_intent"))
    else:
        raise errors.Refused(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    if not charge["paid"]:
        raise errors.Refused(f"Charge {charge['id']} has not been paid.", param="charge")
    return charge


def _charge_of_intent(call: Call, id: str) -> Json:
    intent = call.store.find("payment_intent", id, param="payment_intent")
    if intent["status"] != "succeeded":
        raise errors.Refused(
            f"This PaymentIntent ({id}) does not have a successful charge to refund.", param="payment_intent"
        )
    return call.store.find("charge", intent["latest_charge"])


def _amount(params: Json, charge: Json) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise errors.Refused(
            f"Charge {charge['id']} has already been refunded.",
            is_executed=True,
            code="charge_already_refunded",
        )
    amount = forms.integer(params, "amount") if "amount" in params else left
    if amount < 1:
        raise errors.Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise errors.Refused(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount "
            f"on charge (${left / 100:.2f})",
            is_executed=True,
            param="amount",
        )
    return int(amount)


def _add_refunded(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
