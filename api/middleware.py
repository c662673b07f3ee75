"""Around the REST API: refuse what no endpoint should read; let no error leave in another shape than ours."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import errors

CODES = {
    400: ("validation_error", "Invalid request"),
    403: ("permission_denied", "You do not have permission to do this"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This method is not allowed here"),
    413: ("payload_too_large", "The request is too large"),
    415: ("unsupported_media_type", "Send application/json, or multipart/form-data to upload"),
    500: ("server_error", "Something went wrong on our side"),
}
BODILESS = (204, 304)
JSON = "application/json"
UPLOADS = "multipart/form-data"
UPLOAD_PATHS = ("/api/v1/staff/images/",)
ENVELOPE_BYTES = 64 * 1024  # the parts' headers around an upload of the very limit


class ErrorsAsJson:
    """It minds only paths under /api/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        if request.method == "HEAD":
            request.method = "GET"  # whose answer the server sends without its body
        refused = _refusal(request)
        if refused:
            return _answer(refused)
        return _with_our_headers(_as_json(self.get_response(request)))


def _refusal(request: HttpRequest) -> int | None:
    """The status for a request whose size, type or path no endpoint takes."""
    kind = request.content_type or ""
    wanted = UPLOADS if request.path in UPLOAD_PATHS else JSON
    upload_limit = settings.UPLOAD_LIMIT_BYTES + ENVELOPE_BYTES
    limit = upload_limit if kind == wanted == UPLOADS else settings.JSON_LIMIT_BYTES
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        return 400
    if int(length) > limit:
        return 413
    has_body = int(length) or "Transfer-Encoding" in request.headers
    if has_body and request.method in ("POST", "PUT", "PATCH") and kind != wanted:
        return 415
    if "\x00" in request.path:
        return 400
    # Django would send a GET on to the path with the slash; what has a body can't be sent on.
    return 404 if request.method != "GET" and not request.path.endswith("/") else None


def _as_json(response: HttpResponseBase) -> HttpResponseBase:
    """Errors made outside the endpoints (unknown path, wrong method) in the contract's shape."""
    plain = not response.headers.get("Content-Type", "").startswith("application/json")
    if response.status_code not in CODES or not plain:
        return response
    answer = _answer(response.status_code)
    for name, value in response.headers.items():
        if not name.lower().startswith("content-"):
            answer.headers.setdefault(name, value)
    if "GET" in answer.headers.get("Allow", ""):
        answer.headers["Allow"] += ", HEAD"
    return answer


def _with_our_headers(response: HttpResponseBase) -> HttpResponseBase:
    """Nobody keeps what does not say that it may be kept: tokens, carts, orders. No body has no length."""
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code in BODILESS:
        del response.headers["Content-Length"]  # of the 200 that it stands for, else (RFC 9110, 8.6)
    return response


def _answer(status: int) -> HttpResponse:
    code, message = CODES[status]
    return errors.answer(status=status, code=code, message=message, details=None)
