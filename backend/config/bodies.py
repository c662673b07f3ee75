"""Bodies on their way to Django: Daphne keeps them in bounds itself, other ASGI servers do not."""

import asyncio
import json
from typing import Any

# More than any endpoint takes (settings.UPLOAD_LIMIT_BYTES and its envelope); the application is exact.
LARGEST = 11 * 1024 * 1024
SECONDS = 15.0


class Refused(Exception):
    """What to answer instead."""

    def __init__(self, status: int, error: str, code: str) -> None:
        super().__init__(error)
        self.status = status
        self.text = json.dumps({"error": error, "code": code, "details": None}).encode()


class Body:
    """ASGI's `receive`, which counts bytes and seconds until the body is whole."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._bytes = 0
        self._is_whole = False
        self._ends_at = asyncio.get_running_loop().time() + SECONDS

    async def __call__(self) -> Any:
        """Raises Refused for what is too large or too slow."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._ends_at):
                message = await self._receive()
        except TimeoutError:
            raise Refused(400, "The request did not arrive in time", "validation_error") from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > LARGEST:
            raise _too_large()
        self._is_whole = not message.get("more_body", False)
        return message


async def bounded(application: Any, scope: Any, receive: Any, send: Any) -> None:
    """The application, asked with a body that is not too large, nor too slow to come."""
    try:
        if int(dict(scope["headers"]).get(b"content-length", b"0")) > LARGEST:
            raise _too_large()
        await application(scope, Body(receive), send)
    except Refused as refused:
        length = str(len(refused.text)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        start = {"type": "http.response.start", "status": refused.status}
        await send({**start, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": refused.text})


def _too_large() -> Refused:
    return Refused(413, "The request is too large", "payload_too_large")
