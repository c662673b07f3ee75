"""Stripe's two ways to send the secret key: as a bearer token, or as the user of basic authentication."""

import base64
import binascii
import hmac

from backend.devstack.stripe_sandbox import errors


def check(authorization: str, *, api_key: str) -> None:
    """Raises Refused (401) unless the header holds the sandbox's key."""
    given = _key_of(authorization)
    if not hmac.compare_digest(given.encode(), api_key.encode()):
        raise errors.wrong_key(given)


def _key_of(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
