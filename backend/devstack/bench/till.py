"""Stands for Stripe, as a process: opens PaymentIntents, says what became of them, and lets them be paid.

The sandbox of `make run` would take more of the machine than the shop does; Stripe's servers are elsewhere.
`POST /pay/ID` answers what Stripe would send to the shop: `{"body": …, "signature": …}`.
"""

import asyncio
import json
import os
import re
import signal
from typing import Any
from urllib.parse import urlsplit

from backend.devstack.stripe_sandbox import forms, objects, webhooks

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_INTENT = re.compile(r"/(?:v1/payment_intents|pay)/(\w+)")

type Json = dict[str, Any]


class Till:
    """The intents, by id."""

    def __init__(self, *, secret: str) -> None:
        self._secret = secret
        self._intents: dict[str, Json] = {}

    def answer(self, method: str, path: str, form: str) -> Json | None:
        """None: there is no such thing."""
        if (method, path) == ("POST", "/v1/payment_intents"):
            return self._open(forms.parse(form))
        found = _INTENT.fullmatch(path)
        intent = self._intents.get(found[1]) if found else None
        return self._pay(intent) if intent and path.startswith("/pay/") else intent

    def _open(self, wish: Json) -> Json:
        intent = objects.payment_intent(
            amount=int(wish["amount"]), currency=wish["currency"], metadata=wish.get("metadata", {})
        )
        self._intents[intent["id"]] = intent
        return intent

    def _pay(self, intent: Json) -> Json:
        charge = objects.charge(intent, payment_method="pm_card_visa", failure=None)
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge}
        about = {**intent, "latest_charge": charge["id"]}
        event = objects.event(
            type="payment_intent.succeeded", about=about, request_id=None, idempotency_key=None
        )
        webhook = webhooks.signed(event, secret=self._secret)
        return {"body": webhook.body.decode(), "signature": webhook.signature}


class Customer(asyncio.Protocol):
    """A connection: one request at a time, each answered at once."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        if not end or len(body) < (int(found[1]) if found else 0):
            return
        self._buffer = b""
        method, target, _ = head.decode().split(" ", 2)
        self._send(self._till.answer(method, urlsplit(target).path, body.decode()))

    def _send(self, answer: Json | None) -> None:
        status, found = ("404 Not Found", {"error": {}}) if answer is None else ("200 OK", answer)
        text = json.dumps(found).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self._transport.write(head.encode() + text)


async def main(*, port: int, secret: str) -> None:
    """Until SIGTERM."""
    loop = asyncio.get_running_loop()
    is_over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, is_over.set)
    till = Till(secret=secret)
    server = await loop.create_server(lambda: Customer(till), "127.0.0.1", port)
    await is_over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(
        main(
            port=urlsplit(os.environ["STRIPE_API_BASE"]).port or 0,
            secret=os.environ["STRIPE_WEBHOOK_SECRET"],
        )
    )
