"""How often a stranger may try what could be guessed or abused: signing in, registering, asking for mail."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from api import client_address, throttles


def newcomer(request: HttpRequest) -> Any:
    """The gate of endpoints that sign people in: a token that is shown, often an old one, does not matter."""
    throttles.count(scope="anon", who=client_address.of(request))
    return AnonymousUser()


def count(*, request: HttpRequest, scope: str, what: str, email: str = "") -> None:
    """Count a try against the client's address and, on its own, against the e-mail. Raises Throttled."""
    throttles.count(scope=scope, who=f"{what}:address:{client_address.of(request)}")
    if email:
        throttles.count(scope=scope, who=f"{what}:email:{email}")
