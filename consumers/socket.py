"""What all sockets share: in, out, and cleaned up however it ends. No channel layer: the hub feeds them."""

from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from consumers import rounds, seats
from consumers.client import Client
from consumers.codes import Code, Refused
from consumers.counters import here
from consumers.dialects import Dialect
from consumers.hub import Hub, the_hub


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Its client is there from the accept on."""

    client: Client

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One task a socket; Channels' own loop would take another, to wait for a layer too."""
        self.scope, self.base_send = scope, send
        self.hub: Hub = the_hub()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            await self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' own looks for stale database connections at every frame, in the one shared thread."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The same here; __call__ cleans up however the socket ends."""
        raise StopConsumer

    async def shopwire_end(self, message: dict[str, Any]) -> None:
        """Our own servers ask for it, so that it is said and counted; others close by themselves."""
        self.client.end(Code(message["code"]))

    async def enter(self, *, dialect: Dialect, subprotocol: str | None = None) -> None:
        """Accept first, so that a refused client can read why."""
        await self.accept(subprotocol)
        rounds.begin(self.hub)
        here.opened[dialect.name] += 1
        self.client = Client(send=self.base_send, dialect=dialect, on_end=self.hub.leave)
        self.hub.greet(self.client)

    async def sit_down(self) -> None:
        """Take one of the user's seats. Raises Refused when there is none."""
        client = self.client
        if not await seats.take(client, open_here=self.hub.sign_ins.count(client.user_id)):
            raise Refused(Code.TOO_MANY_SOCKETS, name="too_many_sockets", error="Too many open sockets")

    async def _leave(self) -> None:
        client: Client | None = getattr(self, "client", None)
        if client is not None:
            client.stop()
            self.hub.gone(client)
            await seats.leave(client)
