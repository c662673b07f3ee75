"""JSON Web Tokens: issue and verify. Which sign-ins live is a question for queries.signed_in."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

import jwt
from django.conf import settings

from backend.accounts.models import Session, User
from backend.core.errors import Denied

ALGORITHM = "HS256"
STAFF = "staff"
REMEMBERED = 1000  # tokens, of a kilobyte each; who buys shows the same one several times
Kind = Literal["access", "refresh"]


class InvalidToken(Denied):
    """The token is no token of ours, of the wrong kind, or its sign-in has ended."""

    code = "invalid_token"
    message = "Token is invalid or expired"


class ExpiredToken(InvalidToken):
    """The token was ours and its time is over: a new one helps."""


@dataclass(frozen=True)
class Claims:
    """What a verified token says; `email` and `is_staff` are those of when it was made."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime
    email: str = ""
    is_staff: bool = False


def access_token(*, user: User, session: Session, now: datetime) -> str:
    """A token for requests, good for `JWT_ACCESS_MINUTES` but never longer than its sign-in."""
    expires_at = min(now + settings.JWT_ACCESS, session.expires_at)
    return _sign(kind="access", user=user, session=session, jti=uuid.uuid4(), now=now, expires_at=expires_at)


def refresh_token(*, user: User, session: Session, now: datetime) -> str:
    """The token that makes access tokens until the sign-in ends; its `jti` is the session's id."""
    return _sign(
        kind="refresh", user=user, session=session, jti=session.pk, now=now, expires_at=session.expires_at
    )


def verify(*, token: str, kind: Kind, now: datetime) -> Claims:
    """The claims of a token of that kind. Raises ExpiredToken or InvalidToken."""
    claims = _decode(token, settings.SECRET_KEY)
    if claims.get("token_type") != kind:
        raise InvalidToken
    try:
        verified = Claims(
            user_id=UUID(claims["user_id"]),
            session_id=UUID(claims["sid"]),
            expires_at=datetime.fromtimestamp(claims["exp"], now.tzinfo),
            email=str(claims["username"]),
            is_staff=STAFF in claims["permissions"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise InvalidToken from error
    if verified.expires_at <= now:
        raise ExpiredToken
    return verified


@lru_cache(maxsize=REMEMBERED)
def _decode(token: str, secret: str) -> Mapping[str, Any]:
    """What the token says, once its signature is found good; what is refused is not remembered."""
    # The caller's `now` decides on expiry, so PyJWT's own look at the clock is off.
    options: Any = {"require": ["exp", "jti"], "verify_exp": False, "verify_iat": False}
    try:
        return MappingProxyType(jwt.decode(token, secret, algorithms=[ALGORITHM], options=options))
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidToken from error


def _sign(*, kind: Kind, user: User, session: Session, jti: UUID, now: datetime, expires_at: datetime) -> str:
    claims = {
        "token_type": kind,
        "user_id": str(user.pk),
        "username": user.email,
        "permissions": [STAFF] if user.is_staff else [],
        "sid": str(session.pk),
        "jti": str(jti),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(claims, settings.SECRET_KEY, algorithm=ALGORITHM)
