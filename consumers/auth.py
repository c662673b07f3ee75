"""Who is calling: a token in a header or beside `bearer` in the subprotocols, or a ticket in the address."""

from datetime import datetime

from django.conf import settings
from redis import RedisError

from backend.accounts import queries as accounts
from backend.accounts import tickets, tokens
from backend.accounts.tokens import Claims
from consumers import origins
from consumers.codes import Code, Refused
from consumers.request import Request

SUBPROTOCOL = "bearer"


def subprotocol(request: Request) -> str | None:
    """What to echo: browsers drop a socket whose offer is not taken up."""
    return SUBPROTOCOL if SUBPROTOCOL in request.subprotocols else None


def check_origin(request: Request) -> None:
    """Raises Refused for a page that is neither ours nor a friend's."""
    if not origins.is_allowed(origin=request.headers.get("origin"), host=request.headers.get("host", "")):
        raise Refused(Code.PERMISSION_DENIED, name="permission_denied", error="This origin is not allowed")


def claims(request: Request, *, now: datetime) -> Claims | None:
    """What the caller claims, with a valid signature; None for a guest. A ticket is looked up, not a token.

    That the sign-in still lives is for SignIns.user_of to say. Raises Refused, or the database's Error.
    """
    ticket = request.query.get("ticket")
    if (token := _token(request)) is not None:
        return _verified(token, now=now)
    return None if ticket is None else _redeemed(ticket[0], now=now)


def _token(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    offered = request.subprotocols
    if SUBPROTOCOL not in offered:
        return None
    return "".join(offered[offered.index(SUBPROTOCOL) + 1 :][:1])


def _verified(token: str, *, now: datetime) -> Claims:
    try:
        return tokens.verify(token=token, kind="access", now=now)
    except tokens.ExpiredToken as error:
        raise Refused(Code.TOKEN_EXPIRED, name="invalid_token", error="Token has expired") from error
    except tokens.InvalidToken as error:
        raise _invalid() from error


def _redeemed(ticket: str, *, now: datetime) -> Claims:
    """A ticket is as good as an access token that is issued now."""
    try:
        holder = tickets.redeem(ticket)
    except RedisError as error:
        raise Refused(Code.HISTORY_LOST, name="unavailable", error="Tickets can't be read now") from error
    if holder is None:
        raise _invalid()
    user_id, session_id = holder
    try:
        _, session = accounts.signed_in(user_id=user_id, session_id=session_id)
    except tokens.InvalidToken as error:
        raise _invalid() from error
    expires_at = min(now + settings.JWT_ACCESS, session.expires_at)
    return Claims(user_id=user_id, session_id=session_id, expires_at=expires_at)


def _invalid() -> Refused:
    return Refused(Code.INVALID_TOKEN, name="invalid_token", error="Token is invalid")
