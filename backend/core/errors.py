"""The four kinds of anticipated failure; what each becomes in HTTP is known to api/errors.py alone."""

from collections.abc import Mapping
from typing import Any


class ShopError(Exception):
    """A refusal that its caller can act on: a sentence, a stable code, and details that name the culprit."""

    code = "error"
    message = "The request was refused"

    def __init__(
        self, message: str = "", *, code: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message or self.message)
        self.code = code or self.code
        self.details = dict(details) if details is not None else None


class Invalid(ShopError):
    """What was asked makes no sense, or not now."""

    code = "validation_error"
    message = "Invalid input"


class Denied(ShopError):
    """The caller may not."""

    code = "permission_denied"
    message = "You do not have permission to do this"


class Missing(ShopError):
    """There is no such thing."""

    code = "not_found"
    message = "Not found"


class Conflict(ShopError):
    """It collides with what is already there."""

    code = "conflict"
    message = "Conflict"


def invalid_field(field: str, message: str) -> Invalid:
    """The validation error of one field, in the shape that the API shows."""
    return Invalid(details={field: [message]})
