"""Every error as the contract's JSON; the one place that knows HTTP's numbers."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from redis import RedisError

from backend.core.errors import Conflict, Denied, Invalid, Missing, ShopError

log = logging.getLogger(__name__)

KINDS: list[tuple[type[ShopError], int]] = [(Invalid, 400), (Denied, 403), (Missing, 404), (Conflict, 409)]
CODES = {
    "not_authenticated": 401,
    "invalid_token": 401,
    "invalid_credentials": 401,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "idempotency_mismatch": 422,
    "throttled": 429,
    "payment_provider_unavailable": 502,
    "unavailable": 503,
}
RETRY_AFTER_SECONDS = 1


class Error(Schema):
    """What every refused request answers."""

    error: str
    code: str
    details: dict[str, Any] | None = None


class Throttled(Error):
    """Too many requests; wait so many seconds."""

    retry_after: int


class PaymentNotCompleted(Error):
    """Stripe has not got the money; `status` is the PaymentIntent's."""

    status: str


def answer(
    *,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """The contract's error, with its headers; `extra` is what this one error carries besides."""
    body = {"error": message, "code": code, "details": details, **extra}
    # No proxy may keep it: a 404, which it might, is over when the product is put on sale.
    response = JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
    if "retry_after" in extra:
        response.headers["Retry-After"] = str(extra["retry_after"])
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def register(api: NinjaAPI) -> None:
    """Give the API its handlers; Ninja picks the one of the nearest base class."""
    handlers: list[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = [
        (ShopError, _refused),
        (ValidationError, _invalid),
        (AuthenticationError, _not_authenticated),
        (HttpError, _http),
        (MultiPartParserError, _malformed_upload),
        (SuspiciousOperation, _malformed_upload),
        (TooManyFieldsSent, _too_many),
        (RequestDataTooBig, _too_large),
        (OperationalError, _unavailable),
        (InterfaceError, _unavailable),
        (RedisError, _unavailable),
        (Exception, _fault),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


def _refused(request: HttpRequest, error: ShopError) -> HttpResponse:
    status = CODES.get(error.code) or next(number for kind, number in KINDS if isinstance(error, kind))
    extra = dict(getattr(error, "extra", {}))
    if status == 503:
        extra.setdefault("retry_after", RETRY_AFTER_SECONDS)
    return answer(status=status, code=error.code, message=str(error), details=error.details, extra=extra)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    details: dict[str, list[str]] = {}
    for problem in error.errors:
        # The location reads ("body", "payload", "email"): the last words name the field.
        words = [str(word) for word in problem["loc"] if word not in ("body", "query", "path", "header")]
        field = ".".join(words[1:] or words) or "body"
        details.setdefault(field, []).append(problem["msg"].removeprefix("Value error, "))
    return answer(status=400, code="validation_error", message="Invalid input", details=details)


def _not_authenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(status=401, code="not_authenticated", message="Sign in first", details=None)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    details = {"body": ["This is not JSON that we can read."]}
    return answer(status=400, code="validation_error", message="Invalid input", details=details)


def _malformed_upload(request: HttpRequest, error: Exception) -> HttpResponse:
    details = {"body": ["This is not multipart/form-data that we can read."]}
    return answer(status=400, code="validation_error", message="Invalid input", details=details)


def _too_many(request: HttpRequest, error: Exception) -> HttpResponse:
    place = "query" if request.method == "GET" else "body"
    details = {place: [f"There are more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} parameters."]}
    return answer(status=400, code="validation_error", message="Invalid input", details=details)


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(status=413, code="payload_too_large", message="The request is too large", details=None)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("PostgreSQL or Redis did not answer in time", exc_info=error, extra={"path": request.path})
    return answer(
        status=503,
        code="unavailable",
        message="The shop is busy, try again",
        details=None,
        extra={"retry_after": RETRY_AFTER_SECONDS},
    )


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("request failed", exc_info=error, extra={"path": request.path, "method": request.method})
    return answer(status=500, code="server_error", message="Something went wrong on our side", details=None)
