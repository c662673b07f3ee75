"""Tickets: what a browser's socket may carry in its address instead of a token. Good once, for 30 seconds."""

import secrets
from typing import Any
from uuid import UUID

from backend.core import redis

LIFE_SECONDS = 30
_KEY = "ws-ticket:"


def issue(*, user_id: UUID, session_id: UUID) -> str:
    """A ticket for this sign-in. Raises RedisError while Redis is away: tickets live nowhere else."""
    ticket = secrets.token_urlsafe(32)
    redis.client().set(_KEY + ticket, f"{user_id} {session_id}", ex=LIFE_SECONDS)
    return ticket


def redeem(ticket: str) -> tuple[UUID, UUID] | None:
    """The ids of user and session, once; None for a ticket that is used, old or wrong. Raises RedisError."""
    held: Any = redis.client().getdel(_KEY + ticket)
    if held is None:
        return None
    user_id, session_id = held.split()
    return UUID(user_id), UUID(session_id)
