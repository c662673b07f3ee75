"""What an endpoint may answer, for OpenAPI: its own success, and every refusal in the contract's shape."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict

from api.errors import Error, Throttled


def _example(error: str, code: str, **more: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": {"error": error, "code": code, "details": None, **more}})


class InvalidInput(Error):
    """400: `details` names each field with its problems."""

    model_config = _example(
        "Invalid input", "validation_error", details={"email": ["Enter a valid email address."]}
    )


class NotSignedIn(Error):
    """401: no token, or one that is wrong, old, or of a sign-in that has ended."""

    model_config = _example("Token is invalid or expired", "invalid_token")


class NotAllowed(Error):
    """403: the caller may not."""

    model_config = _example("You do not have permission to do this", "permission_denied")


class NotFound(Error):
    """404: there is no such thing."""

    model_config = _example("Not found", "not_found")


class Conflicting(Error):
    """409: it collides with what is already there."""

    model_config = _example("Conflict", "conflict")


class TooLarge(Error):
    """413: more than 1 MiB of JSON, or an upload of more than 10 MiB."""

    model_config = _example("The request is too large", "payload_too_large")


class WrongMediaType(Error):
    """415: the body is not JSON; for an upload, not a form."""

    model_config = _example(
        "Send application/json, or multipart/form-data to upload", "unsupported_media_type"
    )


class OtherRequest(Error):
    """422: the idempotency key was used for another request."""

    model_config = _example("This idempotency key was used for another request", "idempotency_mismatch")


class TooMany(Throttled):
    """429: too many requests; `Retry-After` says when the next one is welcome."""

    model_config = _example("Request throttled. Retry after 60 seconds.", "throttled", retry_after=60)


class ServerFault(Error):
    """500: our fault."""

    model_config = _example("Something went wrong on our side", "server_error")


class ProviderAway(Error):
    """502: the payment provider did not answer."""

    model_config = _example("The payment provider is unavailable", "payment_provider_unavailable")


class Busy(Throttled):
    """503: the shop is busy; try again after `Retry-After`."""

    model_config = _example("The shop is busy, try again", "unavailable", retry_after=1)


REFUSALS: dict[int, type[Error]] = {
    400: InvalidInput,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflicting,
    413: TooLarge,
    415: WrongMediaType,
    422: OtherRequest,
    429: TooMany,
    500: ServerFault,
    502: ProviderAway,
    503: Busy,
}
ALWAYS = (400, 413, 415, 429, 500, 503)


def responses(ok: Mapping[int, Any], also: Iterable[int] = ()) -> dict[int, Any]:
    """The `response=` of an endpoint: its success, what any endpoint may answer, and the statuses it adds.

    Behind `auth.signed_in`, `auth.looked_up` and `auth.anyone` (a bad token) add 401, behind `auth.staff`
    401 and 403.
    """
    return {**ok, **{status: REFUSALS[status] for status in sorted({*ALWAYS, *also})}}
