"""Signed webhooks, sent in the background until the shop answers 2xx."""

import hmac
import http.client
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from backend.devstack.stripe_sandbox.store import Delivery, Store

Json = dict[str, Any]

_log = logging.getLogger("stripe")

_FIRST_RETRY_SECONDS = 0.5
_LAST_RETRY_SECONDS = 60.0
_TIMEOUT_SECONDS = 10
_IDLE_SECONDS = 1.0


class Webhook(NamedTuple):
    """A request as Stripe would send it: the raw body and the value of `Stripe-Signature`."""

    body: bytes
    signature: str


def signed(event: Json, *, secret: str, age: float = 0) -> Webhook:
    """The event as signed so many seconds ago."""
    body = json.dumps(event, indent=2).encode()
    at = int(time.time() - age)
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return Webhook(body, f"t={at},v1={digest}")


class Postman(threading.Thread):
    """Delivers what is due, one at a time, in the order it fell due."""

    def __init__(self, *, store: Store, url: str, sign: Callable[[Json], Webhook]) -> None:
        super().__init__(name="stripe-webhooks", daemon=True)
        self._store = store
        self._url = url
        self._sign = sign
        self._wake = threading.Event()
        self._is_stopping = threading.Event()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._is_stopping.set()
        self.wake()
        self.join(_TIMEOUT_SECONDS + 1)

    def run(self) -> None:
        while not self._is_stopping.is_set():
            self._wake.clear()
            for delivery in self._store.due_deliveries():
                if self._is_stopping.is_set():
                    return
                self._attempt(delivery)
            self._wake.wait(self._pause())

    def _pause(self) -> float:
        following = self._store.next_delivery()
        return (
            _IDLE_SECONDS if following is None else min(_IDLE_SECONDS, max(0, following.due_at - time.time()))
        )

    def _attempt(self, delivery: Delivery) -> None:
        event = self._store.find("event", delivery.event)
        result = _post(self._url, self._sign(event))
        _log.info("webhook %s %s: %s", event["type"], event["id"], result)
        if isinstance(result, int) and 200 <= result < 300:
            self._store.finish(delivery)
        else:
            wait = min(_FIRST_RETRY_SECONDS * 2**delivery.attempts, _LAST_RETRY_SECONDS)
            self._store.postpone(delivery, until=time.time() + wait)


def _post(url: str, webhook: Webhook) -> int | str:
    """The status, or in words why there is none."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=_TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": webhook.signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    try:
        connection.request("POST", parts.path or "/", body=webhook.body, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
