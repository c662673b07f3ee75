"""Daphne's own HTTP errors in the shape of all others (contract section 3)."""

import json
from typing import Any

from daphne.http_protocol import WebRequest

from backend.config import bodies

RETRY_AFTER_SECONDS = b"5"


class JsonRequest(WebRequest):  # type: ignore[misc]
    """Answers what never reached the application, or never came back from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Django reads forms; Twisted would too, and answer one it can't read with an empty 400.
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self._received = 0

    def gotLength(self, length: int | None) -> None:
        """The headers are there: what is too long for any endpoint is not even read."""
        super().gotLength(length)
        if length is not None and length > bodies.LARGEST:
            self._hang_up()

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > bodies.LARGEST:
            self._hang_up()
        else:
            super().handleContentChunk(data)

    def _hang_up(self) -> None:
        error = {"error": "The request is too large", "code": "payload_too_large", "details": None}
        text = json.dumps(error).encode()
        head = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: application/json\r\n"
        self.channel.transport.write(head + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self.channel.loseConnection()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        code = {400: "validation_error", 503: "unavailable"}.get(status, "server_error")
        text = json.dumps({"error": body, "code": code, "details": None}).encode()
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", str(len(text)).encode())]
        if status == 503:
            headers.append((b"Retry-After", RETRY_AFTER_SECONDS))
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": text})
