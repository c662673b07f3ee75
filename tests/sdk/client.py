"""The published Python client on a leash: the same commands and events as those of client.mjs.

With the argument "protobuf" it speaks that form.
"""

import asyncio
import json
import sys
from typing import Any

from centrifuge import (
    Client,
    ClientEventHandler,
    ReplyError,
    SubscriptionEventHandler,
)

PACKED = sys.argv[1:] == ["protobuf"]
NOTHING: Any = b"" if PACKED else {}
waiting: dict[str, asyncio.Future[str]] = {}


def tell(event: str, **about: Any) -> None:
    print(json.dumps({"event": event, **about}), flush=True)


def read(data: Any) -> Any:
    return json.loads(data or "null") if isinstance(data, bytes) else data


async def ask_for_token() -> str:
    waiting["token"] = asyncio.get_running_loop().create_future()
    tell("token_wanted")
    return await waiting["token"]


class Connection(ClientEventHandler):
    async def on_connecting(self, about: Any) -> None:
        tell("connecting", code=about.code, reason=about.reason)

    async def on_connected(self, about: Any) -> None:
        tell("connected", client=about.client)

    async def on_disconnected(self, about: Any) -> None:
        tell("disconnected", code=about.code, reason=about.reason)

    async def on_error(self, about: Any) -> None:
        tell("error", code=about.code, reason=str(about.error))


class Topic(SubscriptionEventHandler):
    def __init__(self, channel: str) -> None:
        self.channel = channel

    async def on_subscribing(self, about: Any) -> None:
        tell("subscribing", channel=self.channel, code=about.code)

    async def on_subscribed(self, about: Any) -> None:
        position = {"offset": about.stream_position.offset, "epoch": about.stream_position.epoch}
        recovery = {"wasRecovering": about.was_recovering, "recovered": about.recovered}
        tell("subscribed", channel=self.channel, streamPosition=position, data=read(about.data), **recovery)

    async def on_unsubscribed(self, about: Any) -> None:
        tell("unsubscribed", channel=self.channel, code=about.code)

    async def on_publication(self, about: Any) -> None:
        tell("publication", channel=self.channel, offset=about.pub.offset, data=read(about.pub.data))

    async def on_error(self, about: Any) -> None:
        # The client wraps what the server said.
        tell("error", channel=self.channel, error={"code": getattr(about.error, "code", about.code)})


class Leash:
    """Does one command after the other."""

    client: Client

    async def connect(self, *, url: str, token: str = "", fresh: bool = False) -> None:
        more = {"token": token, "get_token": ask_for_token} if token or fresh else {}
        delays = {"min_reconnect_delay": 0.05, "max_reconnect_delay": 0.5}
        self.client = Client(url, events=Connection(), proxy=None, use_protobuf=PACKED, **delays, **more)
        await self.client.connect()

    async def subscribe(self, *, channel: str) -> None:
        subscription = self.client.new_subscription(
            channel, events=Topic(channel), recoverable=True, positioned=True
        )
        await subscription.subscribe()

    async def unsubscribe(self, *, channel: str) -> None:
        await self.client.subscriptions()[channel].unsubscribe()

    async def resubscribe(self, *, channel: str) -> None:
        await self.client.subscriptions()[channel].subscribe()

    async def ask(self, *, method: str, channel: str) -> None:
        questions = {
            "publish": lambda: self.client.publish(channel, NOTHING),
            "rpc": lambda: self.client.rpc("greet", NOTHING),
            "history": lambda: self.client.history(channel),
            "stats": lambda: self.client.presence_stats(channel),
        }
        try:
            answer = await questions[method]()
        except ReplyError as error:
            tell("answer", method=method, code=error.code)
        else:
            tell("answer", method=method, clients=answer.num_clients, users=answer.num_users)

    async def token(self, *, token: str) -> None:
        waiting.pop("token").set_result(token)


async def main() -> None:
    leash = Leash()
    async with asyncio.TaskGroup() as under_way:  # whatever fails ends it, and says why
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            under_way.create_task(getattr(leash, command.pop("do"))(**command))
            await asyncio.sleep(0)


asyncio.run(main())
