"""The yardstick of the sockets: an ASGI app that only sends, under the same server as the shop.

Whoever comes gets a first frame. Who opens /ws/stock/ then listens; a word on /control is a round: one frame
for each listener, as long as the word says, with the version it says.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

type Message = dict[str, Any]
type Send = Callable[[Message], Awaitable[None]]
type Receive = Callable[[], Awaitable[Message]]

_listeners: set[Send] = set()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """ASGI's interface."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": frame(version=0, size=0)})
    if scope["path"] == "/control":
        await _obey(receive)
    else:
        await _listen(receive, send)


async def _listen(receive: Receive, send: Send) -> None:
    _listeners.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    _listeners.discard(send)


async def _obey(receive: Receive) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = frame(**json.loads(message["text"]))
        for send in tuple(_listeners):
            await send({"type": "websocket.send", "text": text})


def frame(*, version: int, size: int) -> str:
    """JSON text of `size` bytes, or as few as it takes."""
    text = json.dumps({"version": version, "padding": ""}, separators=(",", ":"))
    return text[:-2] + "x" * (size - len(text)) + text[-2:]
