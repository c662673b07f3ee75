"""`/ws/`: the apps' socket, by the Centrifuge client protocol. One connection, many topics."""

import asyncio
import logging
import time

from django.db import Error as DatabaseError

from consumers import as_protobuf, auth, commands, request
from consumers.codes import Refused
from consumers.commands import Command
from consumers.dialects import APPS, PACKED
from consumers.obeying import ANSWER_SECONDS, Session, obey
from consumers.outgoing import Outgoing
from consumers.pace import Allowance, Pace
from consumers.replies import ErrorCode, Failed
from consumers.socket import Socket
from consumers.subscribing import MOST_TOPICS, subscribe

log = logging.getLogger(__name__)
COMMANDS_PER_SECOND = 30
FRAME_BYTES = 64 * 1024


class AppSocket(Socket):
    """Commands are obeyed strictly in order; subscribes that stand together look together."""

    async def connect(self) -> None:
        """Whoever comes has ten seconds to say who it is."""
        self.pace = Pace(frames=COMMANDS_PER_SECOND, size=FRAME_BYTES)
        # SDKs subscribe to all their topics at once, after each reconnect.
        self.subscribes = Allowance(most=2 * MOST_TOPICS, per_second=10)
        asked = request.read(self.scope)
        packs = as_protobuf.SUBPROTOCOL in asked.subprotocols
        dialect = PACKED if packs else APPS
        await self.enter(dialect=dialect, subprotocol=as_protobuf.SUBPROTOCOL if packs else None)
        self.session = Session(self.client, self.hub, dialect.form)
        self.client.begin_entry(at=time.monotonic())
        self.client.start()
        try:
            auth.check_origin(asked)
        except Refused as refused:
            self.client.end(refused.code)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame: a few commands."""
        try:
            await self._hear(bytes_data if text_data is None else text_data)
        except Refused as refused:
            self.client.end(refused.code)

    async def _hear(self, frame: str | bytes | None) -> None:
        at = time.monotonic()
        self.session.answer_by = asyncio.get_running_loop().time() + ANSWER_SECONDS
        if frame is None or len(frame) > FRAME_BYTES:
            raise commands.bad_request()
        said = self.session.form.read(frame)
        subscribes = sum(command.method == "subscribe" for command in said)
        counted = len(said) - self.subscribes.take(subscribes, at=at)
        if (code := self.pace.judge(frame, at=at, times=counted)) is not None:
            self.client.end(code)
        else:
            await self._obey(said)

    async def _obey(self, said: list[Command]) -> None:
        while said and self.client.ended is None:
            together = _subscribes(said) if self.session.is_connected else 0
            if together:
                await self._subscribe(said[:together])
            elif not await self._answer(said[0]):
                return
            said = said[together or 1 :]

    async def _subscribe(self, said: list[Command]) -> None:
        failed = await subscribe(self.session, said)
        if failed and (code := self.pace.judge("", at=time.monotonic(), times=failed)) is not None:
            self.client.end(code)

    async def _answer(self, command: Command) -> bool:
        """Do what one command says; False if what came with it must not be done."""
        if command.is_pong:
            self.client.ponged()
            return True
        if self.session.is_connected == (command.method == "connect"):
            raise commands.bad_request()
        try:
            async with asyncio.timeout_at(self.session.answer_by):
                answer = await obey(self.session, command)
        except Failed as failed:
            answer = self.session.form.error(command.number, failed.code)
        except (DatabaseError, TimeoutError) as error:
            log.warning("an app could not be served: %s", error)
            answer = self.session.form.error(command.number, ErrorCode.INTERNAL)
        self.client.push(Outgoing(answer))
        return self.session.is_connected


def _subscribes(said: list[Command]) -> int:
    """How many subscribes stand at the front."""
    for count, command in enumerate(said):
        if command.method != "subscribe":
            return count
    return len(said)
