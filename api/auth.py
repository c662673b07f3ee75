"""Who is calling, and how often: the gates that every endpoint names one of (webhooks: none)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from api import client_address, throttles
from backend.accounts import queries as accounts
from backend.accounts import tokens
from backend.core.errors import Denied

if TYPE_CHECKING:
    from backend.accounts.models import User


class Bearer(Protocol):
    """Who an access token is of, and the id of their sign-in."""

    def __call__(self, *, token: str, now: datetime) -> "tuple[User, UUID]": ...


class Request(HttpRequest):
    """A request behind a gate that found out who is calling, under which sign-in."""

    auth: "User"
    sign_in: UUID


class PublicRequest(HttpRequest):
    """A request behind `anyone`."""

    auth: "User | AnonymousUser"


class SignedIn(HttpBearer):
    """Any user with a live access token; endpoints behind it take an `auth.Request`."""

    def __call__(self, request: HttpRequest) -> Any:
        return _named(_caller(request, accounts.told_bearer))

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Part of Ninja's interface; the work is in __call__."""
        return self(request)


class LookedUp(SignedIn):
    """The same, read from the database: for who shows much of the user, or gives much to them."""

    def __call__(self, request: HttpRequest) -> Any:
        return _named(_caller(request, accounts.bearer))


class Staff(LookedUp):
    """Members of staff."""

    def __call__(self, request: HttpRequest) -> Any:
        user = super().__call__(request)
        if not user.is_staff:
            raise Denied
        return user


def anyone(request: HttpRequest) -> Any:
    """The user, or AnonymousUser where no token is shown; a bad token is refused. Counts the request."""
    return _caller(request, accounts.told_bearer)


def _caller(request: HttpRequest, bearer: Bearer) -> Any:
    header = request.headers.get("Authorization", "")
    try:
        user = _bearer(request, header, bearer) if header else AnonymousUser()
    except tokens.InvalidToken:
        throttles.count(scope="anon", who=client_address.of(request))
        raise
    if user.is_anonymous:
        throttles.count(scope="anon", who=client_address.of(request))
    else:
        throttles.count(scope="user", who=str(user.pk))
    return user


def _bearer(request: HttpRequest, header: str, bearer: Bearer) -> Any:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise tokens.InvalidToken
    user, request.sign_in = bearer(token=token.strip(), now=timezone.now())  # type: ignore[attr-defined]
    return user


def _named(user: Any) -> Any:
    if user.is_anonymous:
        raise Denied("Sign in first", code="not_authenticated")
    return user


signed_in = SignedIn()
looked_up = LookedUp()
staff = Staff()
