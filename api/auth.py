"""Who is calling, and how often: the gates that every endpoint names one of (webhooks: none)."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from api import client_address, throttles
from backend.accounts import queries as accounts
from backend.accounts import tokens
from backend.core.errors import Denied

if TYPE_CHECKING:
    from backend.accounts.models import Session, User


class Request(HttpRequest):
    """A request behind `signed_in` or `staff`: the gate has found out who is calling, under which sign-in."""

    auth: "User"
    sign_in: "Session"


class PublicRequest(HttpRequest):
    """A request behind `anyone`."""

    auth: "User | AnonymousUser"


class SignedIn(HttpBearer):
    """Any user with a live access token; endpoints behind it take an `auth.Request`."""

    def __call__(self, request: HttpRequest) -> Any:
        user = anyone(request)
        if user.is_anonymous:
            raise Denied("Sign in first", code="not_authenticated")
        return user

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Part of Ninja's interface; the work is in __call__."""
        return self(request)


class Staff(SignedIn):
    """Members of staff."""

    def __call__(self, request: HttpRequest) -> Any:
        user = super().__call__(request)
        if not user.is_staff:
            raise Denied
        return user


def anyone(request: HttpRequest) -> Any:
    """The user, or AnonymousUser where no token is shown; a bad token is refused. Counts the request."""
    header = request.headers.get("Authorization", "")
    try:
        user = _bearer(request, header) if header else AnonymousUser()
    except tokens.InvalidToken:
        throttles.count(scope="anon", who=client_address.of(request))
        raise
    if user.is_anonymous:
        throttles.count(scope="anon", who=client_address.of(request))
    else:
        throttles.count(scope="user", who=str(user.pk))
    return user


def _bearer(request: HttpRequest, header: str) -> Any:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise tokens.InvalidToken
    user, session = accounts.bearer(token=token.strip(), now=timezone.now())
    request.sign_in = session  # type: ignore[attr-defined]
    return user


signed_in = SignedIn()
staff = Staff()
