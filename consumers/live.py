"""The one consumer that all plain sockets share: let in, show how things stand, then pass on what happens."""

import asyncio
import logging
import time
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from backend.accounts.tokens import Claims
from consumers import auth, database, frames, request
from consumers.client import ENTRY_SECONDS
from consumers.codes import Code, Refused
from consumers.dialects import PLAIN
from consumers.pace import Pace
from consumers.request import Request
from consumers.socket import Socket
from consumers.topics import Watch

log = logging.getLogger(__name__)
FRAMES_PER_SECOND = 20
FRAME_BYTES = 4 * 1024


class LiveSocket(Socket):
    """Subclasses say who may come in and what is to be watched."""

    is_public = False

    async def watch(self, asked: Request, user: Any) -> Watch:
        """What this caller gets. `user` is None for a guest. Raises Refused."""
        raise NotImplementedError

    def gone(self, topic: str) -> Refused:
        """What to say when there is no such topic."""
        return Refused(Code.HISTORY_LOST, name="unavailable", error=f"There is no {topic} any more")

    async def connect(self) -> None:
        """Let in, or say why not."""
        asked = request.read(self.scope)
        self.pace = Pace(frames=FRAMES_PER_SECOND, size=FRAME_BYTES)
        await self.enter(dialect=PLAIN, subprotocol=auth.subprotocol(asked))
        try:
            async with asyncio.timeout(ENTRY_SECONDS):
                await self._let_in(asked)
        except Refused as refused:
            await self._refuse(refused)
        except (DatabaseError, TimeoutError) as error:
            log.warning("a socket could not be served: %s", error)
            await self._refuse(Refused(Code.HISTORY_LOST, name="unavailable", error="Try again in a moment"))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Clients listen: what they say is not read, only counted."""
        code = self.pace.judge(text_data, at=time.monotonic())
        if code is not None:
            self.client.end(code)

    async def _let_in(self, asked: Request) -> None:
        auth.check_origin(asked)
        claims = await self._claims(asked)
        if claims is None and not self.is_public:
            raise Refused(Code.NO_SIGN_IN, name="not_authenticated", error="Sign in first")
        user = await self._sign_in(claims) if claims else None
        watch = await self.watch(asked, user)
        await self.sit_down()
        if gone := await self.hub.show(self.client, watch):
            raise self.gone(gone[0])
        self.client.start()

    async def _claims(self, asked: Request) -> Claims | None:
        """A ticket is looked up, in a thread; a token needs nobody."""
        question = partial(auth.claims, asked, now=timezone.now())
        return await database.ask(question) if "ticket" in asked.query else question()

    async def _sign_in(self, claims: Claims) -> Any:
        """The sign-in is looked up only once a sign-out is heard by the hub."""
        self.client.is_of(claims)
        await self.hub.admit(self.client)
        user = await self.hub.sign_ins.user_of(claims)
        self.client.is_let_in = True
        return user

    async def _refuse(self, refused: Refused) -> None:
        if self.client.ended is None:
            await self.send(frames.error(code=refused.name, message=refused.error))
            self.client.end(refused.code)
