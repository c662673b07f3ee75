"""Refusals in the words, codes and shapes of Stripe's API."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """An answer that is an error: what was written before it was raised stays written, as at Stripe."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        is_executed: bool = False,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"message": message, "type": type, **fields}}
        # Stripe remembers an answer under its idempotency key only when the endpoint had started its work.
        self.is_executed = is_executed


def missing_parameter(name: str) -> Refused:
    return Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)


def unknown_parameter(name: str) -> Refused:
    return Refused(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def no_such(kind: str, id: str, *, param: str = "id") -> Refused:
    return Refused(f"No such {kind}: '{id}'", status=404, code="resource_missing", param=param)


def unexpected_state(message: str, intent: Json) -> Refused:
    return Refused(message, is_executed=True, code="payment_intent_unexpected_state", payment_intent=intent)


def unknown_url(method: str, path: str) -> Refused:
    return Refused(f"Unrecognized request URL ({method}: {path}).", status=404)


def wrong_key(key: str) -> Refused:
    if not key:
        return Refused("You did not provide an API key.", status=401)
    return Refused(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", status=401)


def key_reused(key: str) -> Refused:
    return Refused(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        type="idempotency_error",
    )


def key_in_use(key: str) -> Refused:
    return Refused(
        f"There is currently another in-progress request using this Idempotent Key: {key}",
        status=409,
        type="idempotency_error",
        code="idempotency_key_in_use",
    )
