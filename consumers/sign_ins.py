"""Whose sockets are open in this process, so that a sign-out closes the right ones."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from backend.accounts import queries as accounts
from backend.accounts.tokens import Claims
from consumers import database
from consumers.client import Client
from consumers.codes import Code, Refused
from consumers.shared import Shared

PREFIX = "user:"
SESSION_ENDED = "session.ended"


class SignIns:
    """Clients by user; guests are not in it."""

    def __init__(self) -> None:
        self._by_user: defaultdict[UUID, set[Client]] = defaultdict(set)
        self._users: Shared[UUID, Any] = Shared(_users_of, rounds=2)

    async def user_of(self, claims: Claims) -> Any:
        """The user, if their sign-in has not ended. Raises Refused, or the database's Error."""
        user = await self._users.get(claims.session_id)
        if user is None or user.pk != claims.user_id:
            raise Refused(Code.INVALID_TOKEN, name="invalid_token", error="Token is invalid")
        return user

    def add(self, client: Client) -> None:
        """The client's user has one more."""
        if client.user_id is not None:
            self._by_user[client.user_id].add(client)

    def remove(self, client: Client) -> bool:
        """One less; whether it was the user's last here."""
        if client.user_id is None or client.user_id not in self._by_user:
            return False
        others = self._by_user[client.user_id]
        others.discard(client)
        if not others:
            del self._by_user[client.user_id]
        return not others

    def count(self, user_id: UUID | None) -> int:
        """How many the user has here."""
        return len(self._by_user.get(user_id, ())) if user_id is not None else 0

    def told(self, *, user_id: UUID, frame: str) -> None:
        """News of a user: an ended session closes its sockets, and all of them when none is named."""
        news = json.loads(frame)
        if news["event"] != SESSION_ENDED:
            return
        session_id = news["data"]["session_id"]
        for client in tuple(self._by_user.get(user_id, ())):
            if session_id is None or str(client.session_id) == session_id:
                client.end(Code.SIGNED_OUT)

    async def look_up(self) -> None:
        """Ask the database who has signed out: the relay may be dead, or behind, and news may be lost."""
        clients = [client for group in self._by_user.values() for client in group if client.is_let_in]
        sign_ins = [(client, client.session_id) for client in clients if client.session_id is not None]
        if not sign_ins:
            return
        ids = {session_id for _, session_id in sign_ins}
        ended = await database.ask_apart(partial(accounts.ended_among, ids))
        for client, session_id in sign_ins if ended else ():
            if session_id in ended and client.session_id == session_id:  # it may have refreshed meanwhile
                client.end(Code.SIGNED_OUT)


async def _users_of(session_ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    return await database.ask(partial(accounts.users_signed_in, session_ids))
