"""The one consumer that all plain sockets share: let in, show how things stand, then pass on what happens."""

import asyncio
import logging
import time
from functools import partial
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from django.utils import timezone

from backend.accounts.tokens import Claims
from consumers import auth, database, frames, request, rounds, seats
from consumers.client import Client
from consumers.codes import Code, Refused
from consumers.hub import the_hub
from consumers.pace import Pace
from consumers.request import Request
from consumers.topics import Watch

log = logging.getLogger(__name__)
ENTRY_SECONDS = 10.0


class LiveSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Subclasses say who may come in and what is to be watched. No channel layer: the hub feeds it."""

    is_public = False

    def watch(self, asked: Request, user: Any) -> Watch:
        """What this caller gets, asked in a thread. `user` is None for a guest. Raises Refused."""
        raise NotImplementedError

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.client: Client | None = None
        self.pace = Pace()
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' own looks for stale database connections at every frame, in the one shared thread."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        """Accept first, so that a refused client can read why."""
        asked = request.read(self.scope)
        await self.accept(auth.subprotocol(asked))
        try:
            async with asyncio.timeout(ENTRY_SECONDS):
                await self._enter(asked)
        except Refused as refused:
            await self._refuse(refused)
        except (DatabaseError, TimeoutError) as error:
            log.warning("a socket could not be served: %s", error)
            await self._refuse(Refused(Code.HISTORY_LOST, name="unavailable", error="Try again in a moment"))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Clients listen: what they say is not read, only counted."""
        code = self.pace.judge(text_data, at=time.monotonic())
        if code is not None and self.client is not None:
            self.client.end(code)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The same here; __call__ cleans up however the socket ends."""
        raise StopConsumer

    async def _enter(self, asked: Request) -> None:
        auth.check_origin(asked)
        claims = await database.ask(partial(auth.claims, asked, now=timezone.now()))
        if claims is None and not self.is_public:
            raise Refused(Code.NO_SIGN_IN, name="not_authenticated", error="Sign in first")
        client = self.client = self._client(claims)
        hub = the_hub()
        rounds.begin(hub)
        await hub.admit(client)
        # Only now: a sign-out from here on is heard by the hub.
        user = await database.ask(partial(auth.signed_in, claims)) if claims else None
        client.is_let_in = True
        watch = await database.ask(partial(self.watch, asked, user))
        if not await seats.take(client, open_here=hub.sign_ins.count(client.user_id)):
            raise Refused(Code.TOO_MANY_SOCKETS, name="too_many_sockets", error="Too many open sockets")
        await hub.join(client, watch)
        client.start()

    def _client(self, claims: Claims | None) -> Client:
        ways = {"send": self.send, "close": self._close}
        if claims is None:
            return Client(**ways)
        return Client(
            **ways, user_id=claims.user_id, session_id=claims.session_id, expires_at=claims.expires_at
        )

    async def _close(self, code: Code) -> None:
        await self.close(code=int(code), reason=code.reason)

    async def _refuse(self, refused: Refused) -> None:
        client = self.client
        if client is None or client.ended is None:
            await self.send(frames.error(code=refused.name, message=refused.error))
            if client is not None:
                client.end(refused.code)
            else:
                await self._close(refused.code)

    async def _leave(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            client.stop()
            the_hub().leave(client)
            await seats.leave(client)
