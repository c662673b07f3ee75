"""What an app's commands do, but for subscribing: one table, command to function. Each gives its answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error as DatabaseError
from django.utils import timezone

from backend.accounts import tokens
from consumers import as_json, seats
from consumers.client import PING_SECONDS, Client
from consumers.codes import Code, Refused
from consumers.commands import Command
from consumers.hub import Hub
from consumers.replies import ErrorCode, Failed, Format

VERSION = "shopwire"
ANSWER_SECONDS = 4.0  # SDKs wait five; who gets no answer by then is told to try again


@dataclass
class Session:
    """One app: until it is connected it may do nothing else. `answer_by` is by the loop's clock."""

    client: Client
    hub: Hub
    form: Format = as_json
    is_connected: bool = False
    answer_by: float | None = None


async def obey(session: Session, command: Command) -> str | bytes:
    """The answer. Raises Refused when it costs the connection, Failed, or the database's Error."""
    do = _COMMANDS.get(command.method)
    if do is None:
        raise Failed(ErrorCode.NOT_AVAILABLE)
    return await do(session, command)


async def _connect(session: Session, command: Command) -> str | bytes:
    """Who it is, if it says so; without a token it is a guest."""
    client, now = session.client, timezone.now()
    body = {"client": client.id, "version": VERSION, "ping": int(PING_SECONDS), "pong": True}
    if token := command.text("token"):
        claims = _verified(token, now)
        await _sign_in(session, claims)
        body |= _life(claims, now)
    client.entry_by = None
    client.begin_pings(at=time.monotonic())
    session.is_connected = True
    return session.form.result(command.number, "connect", body)


async def _refresh(session: Session, command: Command) -> str | bytes:
    """A new token in place of the old one: of the same user, or it is none."""
    now = timezone.now()
    claims = _verified(command.text("token"), now)
    if claims.user_id != session.client.user_id:
        raise _invalid_token()
    session.client.session_id = claims.session_id  # from here on its sign-out is heard
    user = await session.hub.sign_ins.user_of(claims)
    session.client.is_of(claims)
    session.client.is_staff = user.is_staff
    return session.form.result(command.number, "refresh", _life(claims, now))


async def _unsubscribe(session: Session, command: Command) -> str | bytes:
    session.hub.leave_topic(session.client, command.text("channel"))
    return session.form.result(command.number, "unsubscribe", {})


async def _presence_stats(session: Session, command: Command) -> str | bytes:
    """How many listen to the topic in this process, for staff."""
    if not session.client.is_staff:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    audience = session.hub.audience(command.text("channel"))
    users = {client.user_id for client in audience if client.user_id is not None}
    body = {"num_clients": len(audience), "num_users": len(users)}
    return session.form.result(command.number, "presence_stats", body)


async def _sign_in(session: Session, claims: tokens.Claims) -> None:
    """The sign-in is looked up only once a sign-out is heard by the hub. Raises Refused."""
    client, hub = session.client, session.hub
    client.is_of(claims)
    client.entry_by = None  # it has said so; how long the look takes is not its fault
    try:
        await hub.admit(client)
        user = await hub.sign_ins.user_of(claims)
        client.is_let_in, client.is_staff = True, user.is_staff
        has_seat = await seats.take(client, open_here=hub.sign_ins.count(client.user_id))
    except (DatabaseError, asyncio.CancelledError):
        hub.dismiss(client)  # it may say again who it is
        client.begin_entry(at=time.monotonic())
        raise
    if not has_seat:
        raise Refused(Code.TOO_MANY_SOCKETS, name="too_many_sockets", error="Too many open sockets")


def _life(claims: tokens.Claims, now: datetime) -> dict[str, bool | int]:
    return {"expires": True, "ttl": max(1, int((claims.expires_at - now).total_seconds()))}


def _verified(token: str, now: datetime) -> tokens.Claims:
    try:
        return tokens.verify(token=token, kind="access", now=now)
    except tokens.ExpiredToken as error:
        raise Failed(ErrorCode.TOKEN_EXPIRED) from error
    except tokens.InvalidToken as error:
        raise _invalid_token() from error


def _invalid_token() -> Refused:
    return Refused(Code.INVALID_TOKEN, name="invalid_token", error="Token is invalid")


_COMMANDS: dict[str, Callable[[Session, Command], Awaitable[str | bytes]]] = {
    "connect": _connect,
    "refresh": _refresh,
    "unsubscribe": _unsubscribe,
    "presence_stats": _presence_stats,
}
