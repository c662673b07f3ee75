"""One request to the API, as the operations see it."""

import time
from dataclasses import dataclass
from typing import Any

from backend.devstack.stripe_sandbox import objects
from backend.devstack.stripe_sandbox.faults import Faults
from backend.devstack.stripe_sandbox.store import Store

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    store: Store
    faults: Faults
    params: Json
    base_url: str
    request_id: str | None = None
    idempotency_key: str | None = None

    def emit(self, type: str, about: Json) -> None:
        """Record an event, and its webhooks, in the transaction that changed what it is about."""
        event = objects.event(
            type=type, about=about, request_id=self.request_id, idempotency_key=self.idempotency_key
        )
        event["api_version"] = self.faults.switches.webhook_version or event["api_version"]
        self.store.save(event)
        for wait in self.faults.webhook_waits():
            self.store.add_delivery(event["id"], due_at=time.time() + wait)

    def save(self, thing: Json, *events: str) -> Json:
        self.store.save(thing)
        for type in events:
            self.emit(type, thing)
        return thing
